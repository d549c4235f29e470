"""The one issue of a stack that drifted: opened, updated in place, closed when nothing differs."""

import json

import pytest

from report.comment import LIMIT, length
from report.github.drift import main, render_drift
from report.plan import Change, Operation, Plan
from report.reading import read_plan
from tests.report.served_repository import served_repository
from tests.sandbox.github.live import STRANGERS_TOKEN

URN = "urn:pulumi:dev::slipway::slipway:huggingface:Space$pulumi-python:dynamic/huggingface:Space"
STACK = "urn:pulumi:dev::slipway::pulumi:pulumi:Stack::slipway-dev"


def event(kind, op, old, new, name="board-space"):
    def state(inputs):
        return None if inputs is None else {"inputs": inputs, "parent": STACK}

    step = {"op": op, "urn": f"{URN}::{name}", "old": state(old), "new": state(new)}
    return {kind: {"metadata": step}}


def looked(op, old, new, name="board-space"):
    """What a refresh says of one object."""
    return [
        event("resourcePreEvent", "refresh", old, old, name),
        event("resOutputsEvent", op, old, new, name),
    ]


def stream(*events):
    return "\n".join(json.dumps(each) for each in [{"preludeEvent": {}}, *events])


MINE, THEIRS = {"variables": {"AUDIENCE": "the team"}}, {"variables": {"AUDIENCE": "@everyone"}}
DRIFTED = stream(*looked("update", MINE, THEIRS))
CLEAN = stream(*looked("refresh", MINE, MINE))


def test_a_preview_that_looks_first_tells_what_it_found_apart_from_what_it_plans():
    planned = event("resourcePreEvent", "update", THEIRS, MINE)
    done = event("resOutputsEvent", "update", THEIRS, MINE)
    gone = looked("refresh", MINE, None, "gone-space")
    plan = read_plan(stream(*looked("refresh", MINE, THEIRS), *gone, planned, done), "dev")
    assert [(c.name, c.operation) for c in plan.changes] == [("board-space", Operation.UPDATE)]
    assert [(c.name, c.operation) for c in plan.drift] == [
        ("gone-space", Operation.DELETE),
        ("board-space", Operation.UPDATE),
    ]
    found = {c.name: c for c in plan.drift}["board-space"]
    assert (found.old, found.new) == (MINE, THEIRS)


def test_a_preview_that_looks_and_finds_nothing_tells_no_drift():
    planned = event("resourcePreEvent", "same", MINE, MINE)
    plan = read_plan(stream(*looked("refresh", MINE, MINE), planned), "dev")
    assert (list(plan.changes), list(plan.drift)) == ([], [])


@pytest.mark.parametrize("count", [1, 2_000])
def test_the_issue_fits_and_says_what_is_left_out(count):
    changes = [
        Change(operation=Operation.UPDATE, urn=f"{URN}::{n}", system="s", old=MINE, new=THEIRS)
        for n in range(count)
    ]
    body = render_drift(Plan(stack="dev", changes=changes))
    assert length(body) <= LIMIT
    assert "@everyone" not in body
    assert ("Cut to fit an issue" in body) is (count > 1)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    with served_repository(tmp_path_factory.mktemp("drift")) as served:
        yield served


@pytest.fixture
def told(repository, tmp_path, monkeypatch):
    """Has the command tell of some events, of a stack."""
    for key, value in repository.environment.items():
        monkeypatch.setenv(key, value)

    def tell(events, stack):
        (tmp_path / "drift.json").write_text(events)
        return main([str(tmp_path), "--stack", stack])

    return tell


def issues(repository, stack, state="open"):
    found = repository.ask("GET", f"issues?state={state}")
    return [each for each in found if f"slipway-drift {stack} " in each["body"]]


def test_it_is_opened_once_updated_in_place_and_closed_when_nothing_differs(repository, told):
    assert told(CLEAN, "one") == 0
    assert issues(repository, "one", "all") == []
    assert told(DRIFTED, "one") == told(DRIFTED, "one") == 0
    (issue,) = issues(repository, "one")
    assert "the team" in issue["body"]
    assert told(stream(*looked("delete", MINE, None)), "one") == 0
    (updated,) = issues(repository, "one", "all")
    assert updated["number"] == issue["number"]
    assert "deleted" in updated["body"]
    assert told(CLEAN, "one") == 0
    assert issues(repository, "one") == []
    (closed,) = issues(repository, "one", "all")
    assert (closed["state_reason"], closed["comments"]) == ("completed", 1)


def test_each_stack_has_its_own(repository, told):
    assert told(DRIFTED, "two") == told(DRIFTED, "three") == 0
    assert told(CLEAN, "three") == 0
    assert len(issues(repository, "two")) == 1
    assert issues(repository, "three") == []


def test_an_issue_that_somebody_else_marked_is_left_alone(repository, told):
    theirs = {"title": "Mine", "body": "<!-- slipway-drift four --> mine"}
    with repository.live.http(STRANGERS_TOKEN) as http:
        made = http.post("/repos/slipway/shop/issues", json=theirs).json()
    assert told(CLEAN, "four") == told(DRIFTED, "four") == 0
    kept = repository.ask("GET", f"issues/{made['number']}")
    assert (kept["state"], kept["body"]) == ("open", theirs["body"])
    assert len(issues(repository, "four")) == 2


@pytest.mark.parametrize(
    "events",
    ["", "no plan", stream({"diagnosticEvent": {"severity": "error", "message": "no way in"}})],
)
def test_what_could_not_be_looked_at_closes_nothing(repository, told, events, capsys):
    assert told(DRIFTED, "five") == 0
    assert told(events, "five") == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert len(issues(repository, "five")) == 1
    assert told(CLEAN, "five") == 0
