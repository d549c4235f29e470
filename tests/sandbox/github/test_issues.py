"""Issues, comments and labels: who may write what, and what is told of it."""

import pytest

from tests.sandbox.github.live import JOB_TOKEN, OWNER, READ_TOKEN, STRANGERS_TOKEN

PLACE = "/repos/slipway/one"


@pytest.fixture
def eve(gh):
    with gh.client(STRANGERS_TOKEN) as client:
        yield client


@pytest.fixture
def issue(gh, repository) -> str:
    """The address of an open issue."""
    answer = gh.http.post(f"/repos/{repository}/issues", json={"title": "It drifted", "body": "x"})
    assert answer.status_code == 201, answer.text
    return f"{PLACE}/issues/{answer.json()['number']}"


def told(gh, event) -> list[str]:
    return [each.payload["action"] for each in gh.runs.triggers if each.event == event]


def test_one_is_opened_changed_closed_and_taken_up_again(gh, issue):
    gh.http.patch(issue, json={"title": "It drifted far", "assignees": [OWNER, "nobody"]})
    closed = gh.http.patch(issue, json={"state": "closed", "state_reason": "not_planned"}).json()
    shown = [closed[key] for key in ("title", "state", "state_reason")]
    assert shown == ["It drifted far", "closed", "not_planned"]
    assert [each["login"] for each in closed["assignees"]] == [OWNER]
    assert closed["closed_by"]["login"] == OWNER
    assert gh.http.get(f"{PLACE}/issues").json() == []
    assert len(gh.http.get(f"{PLACE}/issues", params={"state": "all"}).json()) == 1
    reopened = gh.http.patch(issue, json={"state": "open"}).json()
    assert (reopened["state"], reopened["closed_at"]) == ("open", None)
    assert told(gh, "issues") == ["opened", "edited", "closed", "reopened"]
    head = gh.service.resolve("slipway/one", "main")
    assert {(each.ref, each.commit) for each in gh.runs.triggers if each.event == "issues"} == {
        ("refs/heads/main", head)
    }


def test_a_stranger_speaks_and_changes_only_their_own(gh, eve, issue):
    theirs = eve.post(f"{PLACE}/issues", json={"title": "Mine", "labels": ["bug"]}).json()
    assert theirs["labels"] == []  # in silence, as on the platform
    assert theirs["author_association"] == "NONE"
    own = f"{PLACE}/issues/{theirs['number']}"
    assert eve.patch(own, json={"body": "more"}).status_code == 200
    assert eve.patch(own, json={"labels": ["bug"]}).status_code == 403
    assert eve.patch(issue, json={"title": "x"}).status_code == 403
    said = gh.http.post(f"{issue}/comments", json={"body": "plan"}).json()
    place = f"{PLACE}/issues/comments/{said['id']}"
    assert eve.patch(place, json={"body": "x"}).status_code == 403
    assert eve.delete(place).status_code == 403
    assert eve.post(f"{issue}/comments", json={"body": "hello"}).status_code == 201
    with gh.client(None) as anonymous:
        assert anonymous.post(f"{issue}/comments", json={"body": "x"}).status_code == 401
    with gh.client(READ_TOKEN) as reader:
        assert reader.post(f"{issue}/comments", json={"body": "x"}).status_code == 403


def test_a_private_repository_s_issues_are_not_found_by_others(gh, eve):
    gh.repository("two", {"a": "b"}, private=True)
    gh.http.post("/repos/slipway/two/issues", json={"title": "x"})
    for answer in (
        eve.get("/repos/slipway/two/issues"),
        eve.get("/repos/slipway/two/issues/1"),
        eve.post("/repos/slipway/two/issues", json={"title": "x"}),
        eve.get("/repos/slipway/two/pulls"),
        eve.post("/repos/slipway/two/forks", json={}),
        eve.get("/repos/slipway/two/compare/main...main"),
    ):
        assert answer.status_code == 404


def test_comments_are_found_edited_and_removed(gh, issue):
    with gh.client(JOB_TOKEN) as job:  # as a workflow does that keeps one comment up to date
        made = [job.post(f"{issue}/comments", json={"body": f"{n}"}).json() for n in range(35)]
        found = job.get(f"{issue}/comments", params={"page": 2})
        assert [each["body"] for each in found.json()] == ["30", "31", "32", "33", "34"]
        place = f"{PLACE}/issues/comments/{made[-1]['id']}"
        assert job.patch(place, json={"body": "changed"}).json()["body"] == "changed"
        assert job.delete(place).status_code == 204
        assert job.get(place).status_code == 404
    assert gh.http.get(issue).json()["comments"] == 34
    assert len(gh.http.get(f"{PLACE}/issues/comments", params={"per_page": 100}).json()) == 34
    assert told(gh, "issue_comment") == []


def test_labels_are_made_by_use_renamed_and_removed(gh, issue):
    assert len(gh.http.get(f"{PLACE}/labels").json()) == 9
    gh.http.post(f"{issue}/labels", json={"labels": ["deploys", {"name": "bug"}]})
    renamed = gh.http.patch(
        f"{PLACE}/labels/deploys", json={"new_name": "deploys: prod", "color": "B60205"}
    ).json()
    assert (renamed["name"], renamed["color"]) == ("deploys: prod", "b60205")
    names = [each["name"] for each in gh.http.get(issue).json()["labels"]]
    assert names == ["bug", "deploys: prod"]
    labelled = gh.http.get(f"{PLACE}/issues", params={"labels": "bug,Deploys: prod"}).json()
    assert len(labelled) == 1
    replaced = gh.http.put(f"{issue}/labels", json=["question"]).json()
    assert [each["name"] for each in replaced] == ["question"]
    assert gh.http.delete(f"{issue}/labels/bug").status_code == 404
    assert gh.http.delete(f"{PLACE}/labels/question").status_code == 204
    assert gh.http.get(f"{issue}/labels").json() == []
    for wrong in ({"name": "bug"}, {"name": "x", "color": "red"}, {"name": " "}):
        assert gh.http.post(f"{PLACE}/labels", json=wrong).status_code == 422
    assert told(gh, "issues") == ["opened", "labeled", "labeled", *(["unlabeled"] * 2), "labeled"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"title": " "}, 422),
        ({"title": "x" * 257}, 422),
        ({"title": "x", "body": "y" * 65537}, 422),
        ({"title": "x", "labels": [1]}, 422),
        ({"title": "x", "labels": "bug"}, 422),
        ({"title": "x", "milestone": 1}, 501),
    ],
)
def test_what_no_issue_can_be_is_refused(gh, repository, body, status):
    assert gh.http.post(f"/repos/{repository}/issues", json=body).status_code == status


@pytest.mark.usefixtures("issue")
def test_issues_and_pull_requests_count_together(gh, clone):
    clone.git("checkout", "-q", "-b", "work")
    clone.commit("a.py", "a")
    clone.git("push", "-q", "origin", "work")
    body = {"title": "x", "head": "work", "base": "main"}
    assert gh.http.post(f"{PLACE}/pulls", json=body).json()["number"] == 2
    both = gh.http.get(f"{PLACE}/issues").json()
    assert [("pull_request" in each, each["number"]) for each in both] == [(True, 2), (False, 1)]
    assert gh.http.get(f"{PLACE}/pulls/1").status_code == 404
    commented = gh.http.post(f"{PLACE}/issues/2/comments", json={"body": "hello"})
    assert commented.json()["html_url"].endswith("/pull/2#issuecomment-1")
