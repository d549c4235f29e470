"""What the runs half and others are told: pushes, dispatches, deletions."""

import pytest

from sandbox.git.moves import NOTHING
from tests.sandbox.github.live import JOB_TOKEN, OWNER, live_github

LISTENING = "on: workflow_dispatch\n"


def test_every_moved_reference_is_one_push(gh, clone, repository):
    before = clone.git("rev-parse", "HEAD")
    gh.runs.triggers.clear()
    after = clone.commit()
    clone.git("tag", "v1")
    clone.git("push", "--quiet", "origin", "main", "v1", "main:work")
    told = {each.ref: each for each in gh.runs.triggers}
    assert set(told) == {"refs/heads/main", "refs/heads/work", "refs/tags/v1"}
    main = told["refs/heads/main"]
    assert (main.event, main.actor, main.repository) == ("push", OWNER, repository)
    assert (main.before, main.commit) == (before, after)
    assert told["refs/heads/work"].before == NOTHING
    gh.runs.triggers.clear()
    clone.git("push", "--quiet", "origin", "main")
    clone.git("push", "--quiet", "--delete", "origin", "work")
    assert gh.runs.triggers == []


def test_a_refused_push_is_none(gh, clone, repository):
    rules = {
        "name": "x",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["~ALL"], "exclude": []}},
        "rules": [{"type": "update"}],
    }
    gh.http.post(f"/repos/{repository}/rulesets", json=rules)
    gh.runs.triggers.clear()
    clone.commit()
    clone.refused("origin", "main")
    assert gh.runs.triggers == []


@pytest.mark.usefixtures("repository")
def test_a_commit_through_the_api_is_a_push_too(gh):
    gh.runs.triggers.clear()
    sha = gh.commit("one", "x.txt", "x")
    assert [(each.event, each.commit) for each in gh.runs.triggers] == [("push", sha)]


def test_what_jobs_push_starts_no_runs(gh, clone, repository):
    gh.runs.triggers.clear()
    sha = clone.commit()
    clone.git("push", "--quiet", gh.git_url("one", JOB_TOKEN), "main")
    assert gh.service.resolve(repository, "main") == sha
    assert gh.runs.triggers == []


def test_more_than_three_tags_at_once_start_nothing(gh, clone, repository):
    for number in range(4):
        clone.git("tag", f"v{number}")
    gh.runs.triggers.clear()
    clone.git("push", "--quiet", "--tags", gh.git_url("one"))
    assert gh.runs.triggers == []
    assert len(gh.service.require(repository).git.references("refs/tags/")) == 4
    clone.git("tag", "v9")
    clone.git("push", "--quiet", gh.git_url("one"), "v9")
    assert [each.ref for each in gh.runs.triggers] == ["refs/tags/v9"]


def test_a_repository_dispatch_is_for_the_default_branch(gh, repository):
    gh.runs.triggers.clear()
    path = f"/repos/{repository}/dispatches"
    body = {"event_type": "retrain", "client_payload": {"epochs": 2}}
    assert gh.http.post(path, json=body).status_code == 204
    [told] = gh.runs.triggers
    assert (told.event, told.ref) == ("repository_dispatch", "refs/heads/main")
    assert told.payload == {"action": "retrain", "client_payload": {"epochs": 2}}
    many = {"event_type": "x", "client_payload": {str(n): n for n in range(11)}}
    large = {"event_type": "x", "client_payload": {"a": "x" * 65536}}
    for refused in ({}, {"event_type": ""}, {"event_type": "x" * 101}, many, large):
        assert gh.http.post(path, json=refused).status_code == 422
    assert len(gh.runs.triggers) == 1


def test_a_workflow_dispatch_names_a_file_and_a_reference(gh, repository):
    gh.commit("one", ".github/workflows/train.yml", LISTENING)
    gh.commit("one", ".github/workflows/deaf.yml", "on: push\n")
    gh.runs.triggers.clear()
    path = f"/repos/{repository}/actions/workflows/train.yml/dispatches"
    body = {"ref": "main", "inputs": {"epochs": "2"}}
    assert gh.http.post(path, json=body).status_code == 204
    [told] = gh.runs.triggers
    assert (told.workflow, told.ref, told.payload) == (
        "train.yml",
        "refs/heads/main",
        {"epochs": "2"},
    )
    details = gh.http.post(path, json={**body, "return_run_details": True})
    assert details.status_code == 200
    assert details.json()["html_url"] == f"{gh.url}/{repository}/actions/runs/2"
    assert gh.http.post(path, json={"ref": "nowhere"}).status_code == 422
    assert gh.http.post(path.replace("train", "none"), json=body).status_code == 404
    deaf = gh.http.post(path.replace("train", "deaf"), json=body)
    assert deaf.status_code == 422
    assert "does not have 'workflow_dispatch' trigger" in deaf.json()["message"]


def test_a_deleted_repository_is_gone_with_all_that_belonged_to_it(gh, repository):
    base = f"/repos/{repository}"
    gh.http.post(f"{base}/actions/variables", json={"name": "A", "value": "1"})
    gh.http.put(f"{base}/environments/prod", json={})
    folder = gh.service.require(repository).path
    assert gh.http.delete(base).status_code == 204
    assert gh.runs.gone == [repository]
    assert gh.http.get(base).status_code == 404
    assert not folder.exists()
    gh.repository("one")
    assert gh.http.get(f"{base}/actions/variables").json()["total_count"] == 0
    assert gh.http.get(f"{base}/environments").json()["total_count"] == 0


@pytest.mark.parametrize("passed", [False, True])
def test_who_follows_a_branch_hears_of_pushes_and_of_checks(tmp_path, passed):
    heard = []

    def moved(repository, branch, commit, *, checks_passed):
        heard.append((repository, branch, commit, checks_passed))

    with live_github(tmp_path, branch_moved=moved) as gh:
        repository = gh.repository("one")
        first = gh.commit("one", "a.txt", "a")
        assert heard == [(repository, "main", first, False)]
        second = gh.commit("one", "b.txt", "b")
        heard.clear()
        gh.service.checks_passed(repository, "main", second if passed else first)
        # Of a commit that the branch has left behind nobody wants to hear.
        assert heard == ([(repository, "main", second, True)] if passed else [])


def test_a_listener_that_fails_undoes_no_push(tmp_path):
    def moved(*_arguments, **_more):
        raise RuntimeError("the listener's own trouble")

    with live_github(tmp_path, branch_moved=moved) as gh:
        repository = gh.repository("one")
        sha = gh.commit("one", "a.txt", "a")
        assert gh.service.resolve(repository, "main") == sha
