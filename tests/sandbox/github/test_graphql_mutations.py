"""Mutations that older versions of `gh` do not send, and what all of them refuse."""

import pytest

from tests.sandbox.github.live import STRANGERS_TOKEN, TOKEN

PLACE = "/repos/slipway/one"


@pytest.fixture
def change(gh):
    """Sends one mutation; its answer's JSON."""

    def changed(name, fields, selected="clientMutationId", token=TOKEN) -> dict:
        kind = f"{name[0].upper()}{name[1:]}Input"
        query = f"mutation($i: {kind}!) {{ {name}(input: $i) {{ {selected} }} }}"
        with gh.client(token, prefix="/api") as client:
            answer = client.post("/graphql", json={"query": query, "variables": {"i": fields}})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return changed


@pytest.fixture
def pull(gh, clone) -> dict:
    """An open pull request of the stranger, from a fork."""
    with gh.client(STRANGERS_TOKEN) as eve:
        eve.post(f"{PLACE}/forks", json={})
        clone.git("checkout", "-q", "-b", "work")
        clone.commit("a.txt", "a\n", "Add a")
        address = gh.url.replace("://", f"://x:{STRANGERS_TOKEN}@")
        clone.git("push", "-q", f"{address}/eve/one", "work")
        body = {"title": "A change", "head": "eve:work", "base": "main"}
        return eve.post(f"{PLACE}/pulls", json=body).json()


def got(gh) -> dict:
    return gh.http.get(f"{PLACE}/pulls/1").json()


def message(answer) -> str:
    return answer["errors"][0]["message"]


def test_reviewers_are_asked_by_login(gh, change, pull):
    asked = {"pullRequestId": pull["node_id"], "userLogins": ["slipway"], "union": True}
    assert "errors" not in change("requestReviewsByLogin", asked)
    assert [each["login"] for each in got(gh)["requested_reviewers"]] == ["slipway"]
    assert [e.payload["action"] for e in gh.runs.triggers if e.event == "pull_request"][-1] == (
        "review_requested"
    )
    nobody = {**asked, "userLogins": [], "union": False}
    assert "errors" not in change("requestReviewsByLogin", nobody)
    assert got(gh)["requested_reviewers"] == []
    teams = change("requestReviewsByLogin", {**asked, "teamSlugs": ["acme/all"]})
    assert teams["errors"][0]["type"] == "NOT_IMITATED"
    unknown = change("requestReviewsByLogin", {**asked, "userLogins": ["who"]})
    assert "only be requested from collaborators" in message(unknown)
    stranger = change("requestReviewsByLogin", asked, token=STRANGERS_TOKEN)
    assert stranger["errors"][0]["type"] == "FORBIDDEN"
    assert got(gh)["requested_reviewers"] == []


def test_people_are_assigned_by_id_and_by_login(gh, change, pull):
    node, me = pull["node_id"], gh.http.get("/user").json()["node_id"]

    def assignees() -> list[str]:
        return [each["login"] for each in got(gh)["assignees"]]

    change("replaceActorsForAssignable", {"assignableId": node, "actorLogins": ["slipway"]})
    assert assignees() == ["slipway"]
    change("removeAssigneesFromAssignable", {"assignableId": node, "assigneeIds": [me]})
    assert assignees() == []
    change("addAssigneesToAssignable", {"assignableId": node, "assigneeIds": [me]})
    assert assignees() == ["slipway"]
    refused = change("replaceActorsForAssignable", {"assignableId": node, "actorLogins": ["eve"]})
    assert "Could not assign eve" in message(refused)
    assert assignees() == ["slipway"]


def test_comments_are_deleted_by_who_wrote_them(gh, change, pull):
    subject = {"subjectId": pull["node_id"], "body": "words"}
    selected = "commentEdge { node { id body } } subject { id }"
    made = change("addComment", subject, selected)["data"]["addComment"]
    assert made["subject"]["id"] == pull["node_id"]
    comment = made["commentEdge"]["node"]["id"]
    refused = change("deleteIssueComment", {"id": comment}, token=STRANGERS_TOKEN)
    assert refused["errors"][0]["type"] == "FORBIDDEN"
    assert got(gh)["comments"] == 1
    assert "errors" not in change("deleteIssueComment", {"id": comment})
    assert got(gh)["comments"] == 0
    empty = change("addComment", {**subject, "body": " "})
    assert empty["errors"][0]["type"] == "UNPROCESSABLE"


def test_a_branch_is_brought_up_to_date(gh, change, clone):
    clone.git("checkout", "-q", "-b", "work")
    clone.commit("a.txt", "a\n", "Add a")
    clone.git("push", "-q", "origin", "work")
    body = {"title": "A change", "head": "work", "base": "main"}
    node = gh.http.post(f"{PLACE}/pulls", json=body).json()["node_id"]
    query = (
        'query { repository(owner: "slipway", name: "one") { ref(qualifiedName: "main") {'
        ' compare(headRef: "work") { aheadBy behindBy status } } } }'
    )

    def standing() -> tuple[int, int, str]:
        with gh.client(TOKEN, prefix="/api") as client:
            found = client.post("/graphql", json={"query": query}).json()["data"]
        return tuple(found["repository"]["ref"]["compare"].values())

    assert standing() == (1, 0, "AHEAD")
    gh.commit("one", "b.txt", "b\n")
    assert standing() == (1, 1, "DIVERGED")
    assert "errors" not in change("updatePullRequestBranch", {"pullRequestId": node})
    assert standing() == (2, 0, "AHEAD")
    again = change("updatePullRequestBranch", {"pullRequestId": node})
    assert message(again) == "There are no new commits on the base branch."
    rebased = {"pullRequestId": node, "updateMethod": "REBASE"}
    assert change("updatePullRequestBranch", rebased)["errors"][0]["type"] == "NOT_IMITATED"


UNFIT = [
    ("updateIssue", {"id": "$", "milestoneId": "x"}, "NOT_IMITATED"),
    ("closeIssue", {"issueId": "nothing"}, "NOT_FOUND"),
    ("createIssue", {"repositoryId": "$r", "title": " "}, "UNPROCESSABLE"),
    ("createIssue", {"repositoryId": "$r", "title": "x" * 257}, "UNPROCESSABLE"),
    ("createIssue", {"repositoryId": "$r", "title": "x", "body": "x" * 65537}, "UNPROCESSABLE"),
    ("createIssue", {"repositoryId": "$r", "title": "x", "labelIds": ["no"]}, "NOT_FOUND"),
    ("updateIssue", {"id": "$", "title": " "}, "UNPROCESSABLE"),
    ("createRepository", {"name": "a b", "visibility": "PUBLIC"}, "UNPROCESSABLE"),
    ("createRepository", {"name": "a", "visibility": "INTERNAL"}, "NOT_IMITATED"),
]


@pytest.mark.parametrize(("name", "fields", "kind"), UNFIT)
def test_what_does_not_fit_changes_nothing(gh, change, repository, name, fields, kind):
    issue = gh.http.post(f"{PLACE}/issues", json={"title": "Old"}).json()
    known = {"$": issue["node_id"], "$r": gh.http.get(f"/repos/{repository}").json()["node_id"]}
    given = {k: known.get(v, v) if isinstance(v, str) else v for k, v in fields.items()}
    answer = change(name, given)
    assert answer["errors"][0]["type"] == kind
    assert [each["title"] for each in gh.http.get(f"{PLACE}/issues").json()] == ["Old"]
    assert len(gh.service.registry.list()) == 1


def test_a_label_of_another_repository_is_none(gh, change, repository):
    del repository
    gh.repository("two")
    gh.http.post(f"{PLACE}/issues", json={"title": "Old"})
    node = gh.http.get(f"{PLACE}/issues/1").json()["node_id"]
    other = gh.http.get("/repos/slipway/two/labels/bug").json()["node_id"]
    added = change("addLabelsToLabelable", {"labelableId": node, "labelIds": [other]})
    assert added["errors"][0]["type"] == "NOT_FOUND"
    assert gh.http.get(f"{PLACE}/issues/1").json()["labels"] == []


def test_a_rest_edit_and_a_mutation_tell_the_same(gh, change, repository):
    del repository
    for _ in range(2):
        gh.http.post(f"{PLACE}/issues", json={"title": "Old"})
    second = gh.http.get(f"{PLACE}/issues/2").json()["node_id"]
    gh.http.patch(f"{PLACE}/issues/1", json={"title": "New", "state": "closed"})
    change("updateIssue", {"id": second, "title": "New", "state": "CLOSED"})
    said = {1: [], 2: []}
    for each in gh.runs.triggers:
        if each.event == "issues":
            said[each.payload["issue"]["number"]].append(each.payload["action"])
    assert said[1] == said[2] == ["opened", "edited", "closed"]
