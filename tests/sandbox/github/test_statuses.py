"""Commit statuses and deployments."""

import pytest


@pytest.fixture
def sha(gh, repository) -> str:
    return gh.service.resolve(repository, "main")


def test_the_newest_status_of_each_context_counts(gh, repository, sha):
    post = f"/repos/{repository}/statuses/{sha}"
    combined = f"/repos/{repository}/commits/main/status"
    assert gh.http.get(combined).json()["state"] == "pending"
    for context, state in (("a", "failure"), ("a", "success"), ("b", "pending")):
        body = {"state": state, "context": context, "target_url": "https://example.com/1"}
        assert gh.http.post(post, json=body).status_code == 201
    found = gh.http.get(combined).json()
    assert found["state"] == "pending"
    assert {each["context"]: each["state"] for each in found["statuses"]} == {
        "a": "success",
        "b": "pending",
    }
    gh.http.post(post, json={"state": "success", "context": "b"})
    assert gh.http.get(combined).json()["state"] == "success"
    gh.http.post(post, json={"state": "error"})
    assert gh.http.get(combined).json()["state"] == "failure"
    assert len(gh.http.get(f"/repos/{repository}/commits/{sha}/statuses").json()) == 5


@pytest.mark.parametrize(
    "body", [{}, {"state": "fine"}, {"state": "error", "description": "x" * 141}]
)
def test_statuses_that_the_platform_refuses(gh, repository, sha, body):
    assert gh.http.post(f"/repos/{repository}/statuses/{sha}", json=body).status_code == 422
    fine = {"state": "success"}
    assert gh.http.post(f"/repos/{repository}/statuses/{'1' * 40}", json=fine).status_code == 422


def test_a_required_check_may_name_a_job_without_its_workflow(gh, repository, sha):
    def put(context: str, state: str) -> None:
        gh.service.set_status(
            repository, sha, state=state, context=context, description="", target_url=""
        )

    number = gh.service.require(repository).id
    put("CI / test", "success")
    assert gh.service.statuses.passed(number, sha) == {"CI / test", "test"}
    put("Nightly / test", "failure")
    assert gh.service.statuses.passed(number, sha) == {"CI / test"}


def test_a_deployment_waits_for_its_checks_and_tells_how_it_went(gh, repository, sha):
    deployments = f"/repos/{repository}/deployments"
    status = f"/repos/{repository}/statuses/{sha}"
    gh.http.post(status, json={"state": "pending", "context": "test"})
    assert gh.http.post(deployments, json={"ref": "main"}).status_code == 409
    forced = gh.http.post(deployments, json={"ref": "main", "required_contexts": []})
    assert forced.status_code == 201
    gh.http.post(status, json={"state": "success", "context": "test"})
    body = {"ref": "main", "environment": "staging", "payload": {"a": 1}}
    made = gh.http.post(deployments, json=body).json()
    assert (made["sha"], made["environment"], made["payload"]) == (sha, "staging", {"a": 1})
    assert gh.http.post(deployments, json={"ref": "none"}).status_code == 422
    said = {"state": "success", "environment_url": "http://127.0.0.1:1/"}
    told = gh.http.post(f"{deployments}/{made['id']}/statuses", json=said)
    assert told.status_code == 201
    again = gh.http.post(deployments, json=body).json()
    gh.http.post(f"{deployments}/{again['id']}/statuses", json={"state": "success"})
    states = [each["state"] for each in gh.http.get(f"{deployments}/{made['id']}/statuses").json()]
    assert states == ["inactive", "success"]
    staging = gh.http.get(deployments, params={"environment": "staging"}).json()
    assert [each["id"] for each in staging] == [again["id"], made["id"]]
    assert gh.http.delete(f"{deployments}/{again['id']}").status_code == 422
    assert gh.http.delete(f"{deployments}/{made['id']}").status_code == 204
    assert gh.http.get(f"{deployments}/{made['id']}").status_code == 404
