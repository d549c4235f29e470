"""PyGithub, unmodified, against the sandbox."""

import base64

import github
import pytest
from nacl.public import PublicKey, SealedBox

from tests.sandbox.github.live import STRANGERS_TOKEN


@pytest.fixture
def client(gh):
    made = github.Github(
        base_url=f"{gh.url}/api/v3",
        auth=github.Auth.Token(gh.token),
        seconds_between_requests=0,
        seconds_between_writes=0,
        retry=None,
    )
    yield made
    made.close()


def test_secrets_variables_and_environments(gh, client, repository):
    repo = client.get_repo(repository)
    repo.create_secret("TOKEN", "hush")
    repo.create_variable("REGION", "eu")
    reviewer = github.EnvironmentProtectionRuleReviewer.ReviewerParams("User", client.get_user().id)
    environment = repo.create_environment("a/b", wait_timer=5, reviewers=[reviewer])
    environment.create_secret("TOKEN", "narrow")
    environment.create_variable("REGION", "us")
    assert gh.service.secrets(repository, None) == {"TOKEN": "hush"}
    assert gh.service.secrets(repository, "a/b") == {"TOKEN": "narrow"}
    assert [each.name for each in repo.get_secrets()] == ["TOKEN"]
    assert repo.get_variable("REGION").value == "eu"
    assert environment.get_variable("REGION").value == "us"
    kinds = {rule.type for rule in repo.get_environment("a/b").protection_rules}
    assert kinds == {"wait_timer", "required_reviewers"}
    assert repo.get_variable("REGION").edit("asia")
    assert repo.get_variable("REGION").value == "asia"
    repo.delete_secret("TOKEN")
    repo.delete_environment("a/b")
    assert [each.name for each in repo.get_environments()] == []
    with pytest.raises(github.UnknownObjectException):
        repo.get_variable("NONE")


def test_contents_branches_and_statuses(client, repository):
    repo = client.get_repo(repository)
    made = repo.create_file("d/a.txt", "add", "one")
    assert repo.get_contents("d/a.txt").decoded_content == b"one"
    changed = repo.update_file("d/a.txt", "change", "two", made["content"].sha)
    commit = repo.get_commit(changed["commit"].sha)
    status = commit.create_status("success", context="test", description="fine")
    assert status.context == "test"
    assert repo.get_commit("main").get_combined_status().state == "success"
    repo.create_git_ref("refs/heads/work", changed["commit"].sha)
    assert {branch.name for branch in repo.get_branches()} == {"main", "work"}
    repo.delete_file("d/a.txt", "gone", changed["content"].sha)
    assert [commit.commit.message for commit in repo.get_commits()][:2] == ["gone", "change"]
    deployment = repo.create_deployment("work", environment="staging", required_contexts=[])
    deployment.create_status("success", environment_url="http://127.0.0.1:1/")
    assert deployment.get_statuses()[0].state == "success"


def test_lists_over_several_pages(client):
    user = client.get_user()
    made = [user.create_repo(f"r{number:02}").name for number in range(35)]
    assert [each.name for each in user.get_repos()] == made
    client.get_repo("slipway/r00").delete()
    assert user.get_repos().totalCount == 34


def test_errors_are_those_that_the_client_knows(gh, client, repository):
    wrong = github.Github(base_url=f"{gh.url}/api/v3", auth=github.Auth.Token("ghp_wrong"))
    with pytest.raises(github.BadCredentialsException):
        wrong.get_repo(repository)
    repo = client.get_repo(repository)
    repo.create_variable("A", "1")
    with pytest.raises(github.GithubException) as raised:
        repo.create_variable("A", "2")
    assert raised.value.status == 409


def test_a_key_it_was_given_opens_what_it_seals(gh, client, repository):
    key = client.get_repo(repository).get_public_key()
    box = SealedBox(PublicKey(base64.b64decode(key.key)))
    body = {"encrypted_value": base64.b64encode(box.encrypt(b"x")).decode(), "key_id": key.key_id}
    assert gh.http.put(f"/repos/{repository}/actions/secrets/X", json=body).status_code == 201


def test_pull_requests_reviews_issues_and_labels(gh, client, clone, repository):
    repo = client.get_repo(repository)
    clone.git("checkout", "-q", "-b", "work")
    clone.commit("d/a.txt", "one\n")
    clone.git("push", "-q", "origin", "work")
    pull = repo.create_pull(base="main", head="work", title="A change", body="Because.", draft=True)
    assert [each.filename for each in pull.get_files()] == ["d/a.txt"]
    assert [each.commit.message for each in pull.get_commits()] == ["test"]
    comment = pull.create_review_comment("Why?", pull.get_commits()[0], "d/a.txt", line=1)
    assert pull.create_review_comment_reply(comment.id, "So.").in_reply_to_id == comment.id
    assert pull.create_review(body="Hm.", event="COMMENT").state == "COMMENTED"
    pull.add_to_labels("deploys")
    pull.create_issue_comment("plan")
    assert [each.body for each in pull.get_issue_comments()] == ["plan"]
    pull.edit(title="Another", state="closed")
    assert repo.get_pull(pull.number).title == "Another"
    assert [each.number for each in repo.get_pulls(state="closed", head="slipway:work")] == [1]

    repo.create_git_ref("refs/heads/more", pull.head.sha)
    merged = repo.create_pull(base="main", head="more", title="More")
    assert merged.mergeable
    assert merged.merge(merge_method="squash", commit_title="All of it").merged
    assert merged.is_merged()
    assert repo.get_commits()[0].commit.message.startswith("All of it")
    assert repo.get_commit("main").stats.additions == 1
    assert repo.compare("main", "more").status == "diverged"

    issue = repo.create_issue("It drifted", labels=["drift"], assignee="slipway")
    issue.create_comment("still")
    issue.edit(state="closed", state_reason="completed")
    assert [each.title for each in repo.get_issues(state="closed", labels=["drift"])] == [
        "It drifted"
    ]
    assert {each.name for each in repo.get_labels()} >= {"bug", "drift", "deploys"}
    label = repo.create_label("risk", "b60205", "Look twice")
    label.edit("risky", "b60206")
    assert repo.get_label("risky").description == "Look twice"
    stranger = github.Github(
        base_url=f"{gh.url}/api/v3", auth=github.Auth.Token(STRANGERS_TOKEN), retry=None
    )
    fork = stranger.get_repo(repository).create_fork()
    assert fork.parent.full_name == repository
    assert [each.full_name for each in repo.get_forks()] == [fork.full_name]
    stranger.close()


def test_what_it_asks_by_graphql(gh, client, repository):
    repo = client.get_repo(repository)
    repo.create_git_ref("refs/heads/work", repo.get_branch("main").commit.sha)
    gh.commit("one", "a.txt", "a", branch="work")
    pull = repo.create_pull(title="A change", body="", head="work", base="main")
    pull.convert_to_draft()
    assert repo.get_pull(pull.number).draft
    pull.mark_ready_for_review()
    assert not repo.get_pull(pull.number).draft
    query = 'query($n: String!) { repository(owner: $n, name: "none") { id } }'
    with pytest.raises(github.GithubException, match=r"Could not resolve to a Repository"):
        client.requester.graphql_query(query, {"n": "slipway"})
