"""Which push, dispatch or event starts which workflow."""

import pytest

from sandbox.github.contract import NoSuchWorkflowError, Trigger
from sandbox.github.runs.planning.filters import fits, listens, skips
from sandbox.github.runs.planning.workflow import parse_workflow

JOBS = "jobs: {a: {runs-on: ubuntu-latest, steps: [{run: echo}]}}"
QUICK = f"on: push\n{JOBS}\n"

DISPATCH = """
    name: Manual
    run-name: Deploy ${{ inputs.where }}
    on:
      push: {branches: [never]}
      workflow_dispatch:
        inputs:
          where: {type: choice, options: [dev, prod], required: true}
          loud: {type: boolean, default: false}
          count: {type: number, default: 3}
          note: {description: anything}
    jobs:
      show:
        runs-on: ubuntu-latest
        if: inputs.loud
        steps:
          - run: echo "${{ inputs.where }} $COUNT [${{ github.event.inputs.note }}]"
            env: {COUNT: "${{ inputs.count }}"}
          - if: ${{ inputs.loud == true }}
            run: echo "it is loud"
"""


def _listens(on: str, ref: str, *changed: str) -> bool:
    workflow = parse_workflow("x.yml", f"on: {on}\n{JOBS}".encode())
    told = Trigger(repository="a/b", event="push", ref=ref, commit="0" * 40, actor="ann")
    return listens(workflow, told, lambda: changed or None)


@pytest.mark.parametrize(
    ("on", "ref", "changed", "expected"),
    [
        ("push", "refs/heads/x", (), True),
        ("[push, pull_request]", "refs/tags/v1", (), True),
        ("pull_request", "refs/heads/main", (), False),
        ("{push: {branches: [main, 'rel/**']}}", "refs/heads/rel/a/b", (), True),
        ("{push: {branches: ['rel/*']}}", "refs/heads/rel/a/b", (), False),
        ("{push: {branches: [main]}}", "refs/tags/main", (), False),
        ("{push: {tags: ['v[0-9]+']}}", "refs/tags/v12", (), True),
        ("{push: {tags: ['v[0-9]+']}}", "refs/heads/v12", (), False),
        ("{push: {branches: ['**', '!wip/**']}}", "refs/heads/wip/a", (), False),
        ("{push: {branches-ignore: [docs]}}", "refs/heads/docs", (), False),
        ("{push: {paths: ['models/**']}}", "refs/heads/main", ("models/train.py",), True),
        ("{push: {paths: ['models/**']}}", "refs/heads/main", ("README.md",), False),
        ("{push: {paths: ['**.py', '!t/**']}}", "refs/heads/main", ("t/a.py",), False),
        ("{push: {paths-ignore: ['docs/**']}}", "refs/heads/main", ("docs/a", "b"), True),
        ("{push: {paths-ignore: ['docs/**']}}", "refs/heads/main", ("docs/a",), False),
        ("{push: {paths: ['x']}}", "refs/tags/v1", ("README.md",), True),
        ("{push: {paths: ['x']}}", "refs/heads/main", (), True),  # not known: as if all changed
    ],
)
def test_filters_of_a_push(on, ref, changed, expected):
    assert _listens(on, ref, *changed) is expected


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("a/b/c.js", "**/*.js"),
        ("c.js", "**/*.js"),
        ("docs/a/b", "docs/**"),
        ("jsx", "jsx?"),
        ("js", "jsx?"),
        ("v2.0", "v[12].[0-9]+"),
        ("a*b", "a\\*b"),
        ("x/docs/y.md", "**/docs/**"),
    ],
)
def test_patterns_take(text, pattern):
    assert fits(text, [pattern])


@pytest.mark.parametrize("text", ["Fix [skip ci]", "[CI SKIP] x", "x\n\nskip-checks: true\n"])
def test_messages_that_ask_for_no_run(text):
    assert skips(text)


def test_a_push_runs_what_listens_and_only_that(world, repository):
    paths = f"on: {{push: {{paths: ['app/**']}}}}\n{JOBS}\n"
    first = world.push(repository, {"a.yml": QUICK, "p.yml": paths, "app/x": "1"})
    assert [world.service.records.get(run).path for run in first] == [
        ".github/workflows/a.yml",
        ".github/workflows/p.yml",
    ]
    second = world.push(repository, {"README.md": "hello"}, message="Say hello\n\nand more")
    assert len(second) == 1
    assert world.service.records.get(second[0]).title == "Say hello"
    assert world.service.records.get(second[0]).number == 2
    assert world.push(repository, {"README.md": "x"}, message="Quiet [skip ci]") == []
    assert world.push(repository, {"app/x": "2"}, ref="refs/heads/dev")[1:]
    for run in world.service.records.runs(repository):
        world.finished(run.id)
    assert not list((world.service.folder / "sources").glob("*-*"))


def test_a_file_that_is_no_workflow_is_a_failed_run_that_says_why(world, repository):
    files = {
        "a.yml": QUICK,
        "b.yml": "on: push\njobs:\n  a: [\n",
        "c.yml": "on: push\njobs: {a: {runs-on: x, steps: [{run: a}], needs: [b]}}\n",
        "d.yml": f"on: push\nfoo: 1\n{JOBS}\n",
        "e.yml": "on: push\njobs: {a: {runs-on: x, if: '${{ a. }}', steps: [{run: a}]}}\n",
    }
    runs = [world.finished(run) for run in world.push(repository, files)]
    notes = {run.path.rpartition("/")[2]: run.note for run in runs}
    assert [run.conclusion for run in runs] == ["success"] + ["failure"] * 4
    assert "(Line: 4, Col: 1)" in notes["b.yml"]
    assert "at least one job with no dependencies" in notes["c.yml"]
    assert "Unexpected value 'foo'" in notes["d.yml"]
    assert "Unexpected symbol" in notes["e.yml"]
    assert repository not in [told[0] for told in world.passed]


def test_a_dispatch_gets_its_inputs(world, repository):
    assert world.push(repository, {"m.yml": DISPATCH}) == []
    given = {"where": "prod", "loud": "true", "note": "a 'b'"}
    (run,) = world.trigger(repository, "workflow_dispatch", workflow="m.yml", payload=given)
    assert world.finished(run).conclusion == "success"
    assert "prod 3 [a 'b']" in world.log(run, "show")
    assert "it is loud" in world.log(run, "show")
    assert world.service.records.get(run).title == "Deploy prod"
    (quiet,) = world.trigger(
        repository, "workflow_dispatch", workflow="m.yml", payload={"where": "dev"}
    )
    assert world.finished(quiet).conclusion == "skipped"


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"where": "dev", "other": "1"}, 'Unexpected inputs provided: ["other"]'),
        ({}, "Required input 'where' not provided"),
        ({"where": "mars"}, "not in the list of allowed values"),
        ({"where": "dev", "loud": "very"}, "not a boolean"),
        ({"where": "dev", "count": "many"}, "not a number"),
    ],
)
def test_a_dispatch_with_wrong_inputs_is_refused(world, inputs, said):
    repository = world.new_repository()
    world.push(repository, {"m.yml": DISPATCH})
    with pytest.raises(NoSuchWorkflowError, match="^.*" + said.replace("[", r"\[")) as refused:
        world.trigger(repository, "workflow_dispatch", workflow="m.yml", payload=inputs)
    assert refused.value.status == 422


def test_a_dispatch_of_what_does_not_listen_is_refused(world, repository):
    world.push(repository, {"a.yml": QUICK})
    with pytest.raises(NoSuchWorkflowError, match="does not have 'workflow_dispatch' trigger"):
        world.trigger(repository, "workflow_dispatch", workflow="a.yml")
    with pytest.raises(NoSuchWorkflowError, match="Not Found") as refused:
        world.trigger(repository, "workflow_dispatch", workflow="b.yml")
    assert refused.value.status == 404


def test_a_repository_dispatch_is_heard_by_its_type(world, repository):
    text = """
      on: {repository_dispatch: {types: [trained]}}
      jobs:
        a:
          runs-on: ubuntu-latest
          steps: [{run: 'echo "${{ github.event.action }} ${{ github.event.client_payload.v }}"'}]
    """
    world.push(repository, {"r.yml": text})
    told = {"action": "trained", "client_payload": {"v": 7}}
    (run,) = world.trigger(repository, "repository_dispatch", payload=told)
    world.finished(run)
    assert "trained 7" in world.log(run, "a")
    assert world.trigger(repository, "repository_dispatch", payload={"action": "x"}) == []
