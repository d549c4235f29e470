"""`gh issue` and `gh label` as they are, against the sandbox."""

import pytest

from tests.sandbox.github.live import STRANGERS_TOKEN

PLACE = "/repos/slipway/one"
REPO = ("--repo", "slipway/one")


@pytest.fixture
def reported(gh_tool, repository) -> str:
    """The number of an open issue that `gh` made."""
    del repository
    texts = ("--title", "A bug", "--body", "It fails")
    said = gh_tool("issue", "create", *REPO, *texts, "--label", "bug", "--assignee", "@me")
    assert said.strip().endswith("http://github.localhost/slipway/one/issues/1")
    return "1"


def issue(gh) -> dict:
    return gh.http.get(f"{PLACE}/issues/1").json()


def names(items, key="name") -> list[str]:
    return [each[key] for each in items]


def named(value) -> str | None:
    return " ".join(value) if isinstance(value, tuple) else ""


OPERATIONS = [
    (("edit", "--title", "Other"), lambda i: i["title"] == "Other"),
    (("edit", "--body", "More"), lambda i: i["body"] == "More"),
    (("edit", "--add-label", "question"), lambda i: names(i["labels"]) == ["bug", "question"]),
    (("edit", "--remove-label", "bug"), lambda i: i["labels"] == []),
    (("edit", "--remove-assignee", "@me"), lambda i: i["assignees"] == []),
    (("comment", "--body", "hello"), lambda i: i["comments"] == 1),
    (("close",), lambda i: (i["state"], i["state_reason"]) == ("closed", "completed")),
    (("close", "--reason", "not planned"), lambda i: i["state_reason"] == "not_planned"),
    (("close", "--comment", "done"), lambda i: (i["state"], i["comments"]) == ("closed", 1)),
    (("lock",), lambda i: i["locked"]),
]


@pytest.mark.parametrize(("arguments", "holds"), OPERATIONS, ids=named)
def test_what_it_does_has_happened(gh, gh_tool, reported, arguments, holds):
    first = issue(gh)
    assert (names(first["labels"]), names(first["assignees"], "login")) == (["bug"], ["slipway"])
    command, *options = arguments
    gh_tool("issue", command, reported, *REPO, *options)
    assert holds(issue(gh)), issue(gh)
    told = [each.payload["action"] for each in gh.runs.triggers if each.event == "issues"]
    assert told[0] == "opened"


def test_what_was_undone_can_be_done_again(gh, gh_tool, reported):
    gh_tool("issue", "close", reported, *REPO)
    gh_tool("issue", "reopen", reported, *REPO)
    gh_tool("issue", "lock", reported, *REPO)
    assert "admin rights" in gh_tool(
        *("issue", "comment", reported, *REPO, "--body", "x"), token=STRANGERS_TOKEN, code=1
    )
    gh_tool("issue", "unlock", reported, *REPO)
    gh_tool("issue", "comment", reported, *REPO, "--body", "x", token=STRANGERS_TOKEN)
    shown = issue(gh)
    assert (shown["state"], shown["state_reason"]) == ("open", "reopened")
    assert (shown["locked"], shown["comments"]) == (False, 1)


def test_it_lists_by_state_label_people_and_words(gh_tool, reported):
    gh_tool(
        "issue", "create", *REPO, "--title", "A wish", "--body", "Better", token=STRANGERS_TOKEN
    )
    gh_tool("issue", "close", reported, *REPO)

    def listed(*options: str) -> list[int]:
        return names(gh_tool.json("issue", "list", *REPO, *options, fields="number"), "number")

    assert listed() == [2]
    assert listed("--state", "all") == [2, 1]
    assert listed("--state", "closed") == [1]
    assert listed("--state", "all", "--label", "bug") == [1]
    assert listed("--state", "all", "--assignee", "@me") == [1]
    assert listed("--author", "eve") == [2]
    assert listed("--search", "better") == [2]
    assert listed("--search", "no:label sort:created-asc") == [2]
    refused = gh_tool("issue", "list", *REPO, "--search", "milestone:next", code=1)
    assert "does not imitate the search qualifier milestone:" in refused


def test_it_shows_what_was_written(gh_tool, reported):
    gh_tool("issue", "comment", reported, *REPO, "--body", "First words")
    gh_tool("issue", "comment", reported, *REPO, "--edit-last", "--body", "Better words")
    said = gh_tool("issue", "view", reported, *REPO, "--comments")
    assert "Better words" in said
    assert "First words" not in said
    fields = "assignees,author,body,closed,comments,createdAt,id,labels,milestone,number,state,url"
    seen = gh_tool.json("issue", "view", reported, *REPO, fields=fields)
    assert (seen["author"]["login"], seen["state"], seen["closed"]) == ("slipway", "OPEN", False)
    assert names(seen["comments"], "body") == ["Better words"]
    status = gh_tool("issue", "status", *REPO)
    assert status.count("A bug") == 2  # assigned to its author, and opened by them
    missing = gh_tool("issue", "view", "9", *REPO, code=1)
    assert "Could not resolve to an issue or pull request with the number of 9." in missing


def test_labels_are_made_changed_listed_and_deleted(gh, gh_tool, repository):
    def labels() -> list[str]:
        return names(gh.http.get(f"/repos/{repository}/labels").json())

    gh_tool("label", "create", "urgent", *REPO, "--color", "ff0000", "--description", "Soon")
    assert "urgent\tSoon\t#ff0000" in gh_tool("label", "list", *REPO)
    assert "urgent" in gh_tool("label", "list", *REPO, "--search", "soon")
    assert "urgent" not in gh_tool("label", "list", *REPO, "--search", "later")
    gh_tool("label", "edit", "urgent", *REPO, "--name", "hot")
    assert "hot" in labels()
    gh_tool("label", "delete", "hot", *REPO, "--confirm" if _asks(gh_tool) else "--yes")
    assert "hot" not in labels()


def _asks(gh_tool) -> bool:
    """Whether this version is older than `--yes`."""
    return "--yes" not in gh_tool("label", "delete", "--help")
