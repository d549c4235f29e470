"""Runs of pull requests: what they run, what they are told, and what a fork's do not get."""

import pytest

from sandbox.github.contract import Head, Trigger
from sandbox.github.runs.planning.filters import listens
from sandbox.github.runs.planning.workflow import parse_workflow

SHOW = """
    on: pull_request
    jobs:
      show:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
          - run: |
              echo "head=$GITHUB_HEAD_REF base=$GITHUB_BASE_REF ref=$GITHUB_REF"
              echo "event=${{ github.event.action }} of ${{ github.event.pull_request.number }}"
              echo "name=${{ github.ref_name }} secret=[${{ secrets.KEY }}]"
              cat proposed.txt
"""


def payload(action="opened", base="main") -> dict:
    return {
        "action": action,
        "number": 7,
        "pull_request": {"number": 7, "title": "A change", "base": {"ref": base}},
    }


def head(repository, commit="1" * 40, message="Change", paths=("a.py",)) -> Head:
    return Head(repository=repository, branch="work", commit=commit, message=message, paths=paths)


def proposed(world, repository, of, **more) -> list[int]:
    """Commits a workflow and a file as the trial merge, and tells of the pull request."""
    world.push(repository, {"README.md": "x"})
    commit = world.repositories.commit(
        repository,
        {".github/workflows/show.yml": SHOW.replace("\n    ", "\n"), "proposed.txt": "mine"},
        branch="merge",
    )[1]
    return world.trigger(
        repository,
        "pull_request",
        commit,
        ref="refs/pull/7/merge",
        payload=payload(),
        head=head(of, **more),
    )


def test_it_runs_the_merge_and_its_checks_are_on_the_head(world):
    repository = world.new_repository()
    world.repositories.secret_values[repository, None] = {"KEY": "canary-7d1f"}
    [run] = proposed(world, repository, repository)
    ended = world.finished(run)
    assert (ended.conclusion, ended.title, ended.branch) == ("success", "A change", "work")
    text = world.log(run, "show")
    for said in (
        "head=work base=main ref=refs/pull/7/merge",
        "event=opened of 7",
        "name=7/merge secret=[***]",
        "mine",
    ):
        assert said in text, text
    statuses = [each for each in world.repositories.statuses if each["commit"] == "1" * 40]
    assert statuses[-1]["state"] == "success"
    assert [each.id for each in world.service.records.runs_on(repository, "1" * 40)] == [run]


def test_what_a_fork_proposes_gets_no_secret(world):
    repository = world.new_repository()
    world.repositories.secret_values[repository, None] = {"KEY": "canary-7d1f"}
    [run] = proposed(world, repository, "eve/fork")
    assert world.finished(run).conclusion == "success"
    text = world.log(run, "show")
    assert "secret=[]" in text
    assert "without secrets" in text


def test_a_message_may_ask_for_no_runs(world):
    repository = world.new_repository()
    assert proposed(world, repository, repository, message="Words [skip ci]") == []


@pytest.mark.parametrize(
    ("on", "event", "told", "expected"),
    [
        ("pull_request", "pull_request", payload(), True),
        ("pull_request", "pull_request", payload("labeled"), False),
        ("{pull_request: {types: [labeled]}}", "pull_request", payload("labeled"), True),
        ("{pull_request: {types: [labeled]}}", "pull_request", payload(), False),
        ("{pull_request: {branches: [main]}}", "pull_request", payload(base="dev"), False),
        ("{pull_request: {branches-ignore: [dev]}}", "pull_request", payload(base="dev"), False),
        ("{pull_request: {paths: ['**.py']}}", "pull_request", payload(), True),
        ("{pull_request: {paths: ['docs/**']}}", "pull_request", payload(), False),
        ("{pull_request: {paths-ignore: ['**.py']}}", "pull_request", payload(), False),
        ("pull_request", "pull_request_target", payload(), False),
        ("pull_request_target", "pull_request_target", payload(), True),
        ("issues", "issues", {"action": "labeled"}, True),
        ("{issues: {types: opened}}", "issues", {"action": "labeled"}, False),
        ("issue_comment", "issue_comment", {"action": "created"}, True),
        (
            "{workflow_run: {workflows: [Preview], types: [completed]}}",
            "workflow_run",
            {"action": "completed", "workflow_run": {"name": "Preview", "head_branch": "x"}},
            True,
        ),
        (
            "{workflow_run: {workflows: [Preview], branches: [main]}}",
            "workflow_run",
            {"action": "completed", "workflow_run": {"name": "Preview", "head_branch": "x"}},
            False,
        ),
        (
            "{workflow_run: {workflows: Other}}",
            "workflow_run",
            {"action": "completed", "workflow_run": {"name": "Preview", "head_branch": "x"}},
            False,
        ),
    ],
)
def test_filters_say_which_events_are_heard(on, event, told, expected):
    workflow = parse_workflow(
        "x.yml", f"on: {on}\njobs: {{a: {{runs-on: ubuntu-latest, steps: [{{run: x}}]}}}}".encode()
    )
    trigger = Trigger(
        repository="a/b",
        event=event,
        ref="refs/pull/7/merge",
        commit="0" * 40,
        actor="ann",
        payload=told,
        head=head("a/b"),
    )
    assert listens(workflow, trigger, lambda: None) is expected


FOLLOWS = """
    name: Follows
    on:
      workflow_run: {workflows: [First, Follows], types: [completed]}
    jobs:
      after:
        runs-on: ubuntu-latest
        steps:
          - run: |
              echo "after=${{ github.event.workflow_run.conclusion }}"
              echo "of=${{ github.event.workflow_run.head_branch }}"
              echo "secret=[${{ secrets.KEY }}] ref=$GITHUB_REF"
"""
FIRST = """
    name: First
    on: [push, pull_request]
    jobs: {one: {runs-on: ubuntu-latest, steps: [{run: "exit 3"}]}}
"""


def test_a_run_s_end_starts_who_listens_from_the_default_branch_and_no_endless_chain(world):
    repository = world.new_repository()
    world.repositories.secret_values[repository, None] = {"KEY": "canary-7d1f"}
    world.push(repository, {"first.yml": "on: never\njobs: {}\n", "follows.yml": FOLLOWS})
    [first] = world.push(repository, {"first.yml": FIRST}, ref="refs/heads/work")

    def runs():
        return world.service.records.runs(repository)

    def followers():
        return [each for each in runs() if each.event == "workflow_run"]

    assert world.finished(first).conclusion == "failure"
    world.until(lambda: len(followers()) == 2 and all(e.conclusion for e in followers()))
    oldest = followers()[-1]
    assert world.finished(oldest.id).branch == "main"
    text = world.log(oldest.id, "after")
    for said in ("after=failure", "of=work", "secret=[***] ref=refs/heads/main"):
        assert said in text, text
    # The third of a chain is followed by none: a workflow that follows itself comes to an end.
    world.finished(followers()[0].id)
    assert len(followers()) == 2
