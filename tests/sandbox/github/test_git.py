"""git itself against the sandbox's GitHub: one history with the API, and what a push may do."""

import io

import pytest

from sandbox.git.moves import NOTHING
from sandbox.github.repositories import push_hook
from tests.sandbox.github.conftest import Clone
from tests.sandbox.github.live import (
    READ_TOKEN,
    SCOPELESS_TOKEN,
    STRANGERS_TOKEN,
    TOKEN,
)

MAIN = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}


def protect(gh, repository, *rules, **fields):
    body = {
        "name": "protect",
        "enforcement": "active",
        "conditions": MAIN,
        "rules": [rule if isinstance(rule, dict) else {"type": rule} for rule in rules],
        **fields,
    }
    answer = gh.http.post(f"/repos/{repository}/rulesets", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def empty_copy(gh, tmp_path, name, token=TOKEN) -> Clone:
    made = Clone(tmp_path / name)
    made.folder.mkdir()
    made.git("init", "--quiet", "--initial-branch=main")
    made.git("remote", "add", "origin", gh.git_url(name, token))
    return made


def test_pushes_and_commits_through_the_api_make_one_history(gh, clone, repository):
    pushed = clone.commit("pushed.txt", "by git")
    clone.git("push", "--quiet", "origin", "main")
    made = gh.commit("one", "api.txt", "by the API")
    assert gh.http.get(f"/repos/{repository}/commits/{made}").json()["parents"][0]["sha"] == pushed
    clone.git("pull", "--quiet", "--ff-only")
    assert (clone.folder / "api.txt").read_text() == "by the API"
    assert gh.http.get(f"/repos/{repository}/contents/pushed.txt").status_code == 200


def test_the_first_branch_pushed_to_an_empty_repository_becomes_the_default(gh, tmp_path):
    repository = gh.repository("fresh")
    copy = empty_copy(gh, tmp_path, "fresh")
    copy.commit()
    copy.git("push", "--quiet", "origin", "main:dev")
    assert gh.http.get(f"/repos/{repository}").json()["default_branch"] == "dev"
    other = Clone(tmp_path / "other")
    other.folder.mkdir()
    other.git("clone", "--quiet", gh.git_url("fresh"), ".")
    assert other.git("branch", "--show-current") == "dev"


def test_a_public_repository_is_cloned_by_anybody_and_pushed_to_by_its_owner(gh, clone):
    clone.commit()
    clone.git("ls-remote", gh.git_url("one", token=None))
    clone.git("ls-remote", gh.git_url("one", token=None).removesuffix(".git"))
    assert "could not read Username" in clone.refused(gh.git_url("one", token=None), "main")
    assert "denied to eve" in clone.refused(gh.git_url("one", STRANGERS_TOKEN), "main")
    assert "denied to slipway" in clone.refused(gh.git_url("one", READ_TOKEN), "main")
    assert "denied to slipway" in clone.refused(gh.git_url("one", SCOPELESS_TOKEN), "main")
    assert "Invalid username or token" in clone.refused(gh.git_url("one", "ghp_nobody"), "main")


def test_a_private_repository_is_not_there_for_others(gh, clone):
    gh.repository("hidden", private=True)
    clone.git("ls-remote", gh.git_url("hidden"))
    assert "not found" in clone.run("ls-remote", gh.git_url("hidden", STRANGERS_TOKEN)).stderr
    assert clone.run("ls-remote", gh.git_url("hidden", None)).returncode != 0
    assert "not found" in clone.run("ls-remote", gh.git_url("nowhere")).stderr


def test_a_force_push_is_refused_where_the_rules_say_so(gh, clone, repository):
    protect(gh, repository, "non_fast_forward", "deletion")
    clone.commit()
    clone.git("push", "--quiet", "origin", "main")
    clone.git("commit", "--quiet", "--amend", "-m", "another")
    said = clone.refused("--force", "origin", "main")
    assert "GH013: Repository rule violations found for refs/heads/main" in said
    assert "Cannot force-push to this branch" in said
    clone.git("push", "--quiet", "origin", "main:other")
    clone.commit("more.txt")
    clone.git("push", "--quiet", "--force", "origin", "main:other")


def test_a_protected_branch_cannot_be_deleted_by_push_or_api(gh, clone, repository):
    condition = {"ref_name": {"include": ["refs/heads/keep/**/*"], "exclude": []}}
    protect(gh, repository, "deletion", conditions=condition)
    clone.git("push", "--quiet", "origin", "main:keep/one", "main:keep/a/b", "main:gone")
    assert "Cannot delete this branch" in clone.refused("--delete", "origin", "keep/one")
    answer = gh.http.delete(f"/repos/{repository}/git/refs/heads/keep/a/b")
    assert answer.status_code == 422
    assert "Cannot delete this branch" in answer.json()["message"]
    assert gh.http.delete(f"/repos/{repository}/git/refs/heads/gone").status_code == 204


def test_a_commit_goes_to_a_protected_branch_only_with_its_checks_passed(gh, clone, repository):
    checks = {
        "type": "required_status_checks",
        "parameters": {
            "required_status_checks": [{"context": "test"}],
            "strict_required_status_checks_policy": False,
        },
    }
    protect(gh, repository, checks)
    sha = clone.commit()
    assert 'Required status check "test" is expected.' in clone.refused("origin", "main")
    clone.git("push", "--quiet", "origin", "main:work")
    status = {"state": "failure", "context": "test"}
    gh.http.post(f"/repos/{repository}/statuses/{sha}", json=status)
    assert "is expected" in clone.refused("origin", "main")
    gh.http.post(f"/repos/{repository}/statuses/{sha}", json={**status, "state": "success"})
    clone.git("push", "--quiet", "origin", "main")


@pytest.mark.parametrize("mode", ["always", "pull_request"])
def test_rules_are_passed_by_only_by_whom_the_ruleset_names(gh, clone, repository, mode):
    pull_request = {
        "type": "pull_request",
        "parameters": {
            "dismiss_stale_reviews_on_push": False,
            "require_code_owner_review": False,
            "require_last_push_approval": False,
            "required_approving_review_count": 1,
            "required_review_thread_resolution": False,
        },
    }
    admins = {"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": mode}
    made = protect(gh, repository, pull_request, bypass_actors=[admins])
    clone.commit()
    if mode == "always":
        assert made["current_user_can_bypass"] == "always"
        said = clone.run("push", "origin", "main").stderr
        assert "Bypassed rule violations for refs/heads/main" in said
        gh.commit("one", "api.txt", "x")
    else:
        assert made["current_user_can_bypass"] == "pull_requests_only"
        assert "Changes must be made through a pull request" in clone.refused("origin", "main")
        body = {"message": "x", "content": "eA=="}
        answer = gh.http.put(f"/repos/{repository}/contents/api.txt", json=body)
        assert answer.status_code == 409
        assert "Changes must be made through a pull request" in answer.json()["message"]


def test_a_disabled_ruleset_refuses_nothing(gh, clone, repository):
    protect(gh, repository, "update", enforcement="disabled")
    clone.commit()
    clone.git("push", "--quiet", "origin", "main")


def test_creation_linear_history_and_tags_have_rules_too(gh, clone, repository):
    every = {"ref_name": {"include": ["~ALL"], "exclude": ["refs/tags/free*"]}}
    protect(gh, repository, "creation", name="tags", target="tag", conditions=every)
    protect(gh, repository, "required_linear_history")
    clone.git("tag", "v1")
    clone.git("tag", "free1")
    assert "creations being restricted" in clone.refused("origin", "v1")
    clone.git("push", "--quiet", "origin", "free1")
    clone.git("checkout", "--quiet", "-b", "side")
    clone.commit("side.txt")
    clone.git("checkout", "--quiet", "main")
    clone.git("merge", "--quiet", "--no-ff", "-m", "merge", "side")
    assert "must not contain merge commits" in clone.refused("origin", "main")


def test_workflows_are_changed_only_by_tokens_with_that_scope(gh, clone):
    clone.commit(".github/workflows/ci.yml", "on: push\n")
    said = clone.refused(gh.git_url("one", "ghp_public_repositories_alone"), "main")
    assert "`.github/workflows/ci.yml` without `workflow` scope" in said
    clone.git("push", "--quiet", "origin", "main")


@pytest.mark.parametrize(
    ("name", "said", "code"),
    [
        ("_LARGEST_FILE", "GH001", 1),
        ("_LARGEST_ADVISED", "warning: File big.bin is 0.00 MB; this is larger than", 0),
    ],
)
def test_a_file_over_100_mb_is_refused_and_one_over_50_mb_warned_of(
    gh, clone, repository, monkeypatch, capsys, name, said, code
):
    sha = clone.commit("big.bin", "x" * 2000)
    clone.git("push", "--quiet", "origin", "main:work")
    clone.git("push", "--quiet", "--delete", "origin", "work")  # its objects stay, as in quarantine
    found = gh.service.require(repository)
    variables = push_hook.hook_variables(
        gh.database.path, found.id, "http://page", 1, admin=True, may_change_workflows=True
    )
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(found.path)
    monkeypatch.setattr(push_hook, name, 1000)  # as many MB would take a minute
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{NOTHING} {sha} refs/heads/work\n"))
    assert push_hook.main() == code
    told = capsys.readouterr().err
    assert said in told
    assert "big.bin is 0.00 MB" in told


def test_the_default_branch_cannot_be_deleted(gh, clone, repository):
    assert "deletion of the current branch" in clone.refused("--delete", "origin", "main")
    assert gh.http.delete(f"/repos/{repository}/git/refs/heads/main").status_code == 422
