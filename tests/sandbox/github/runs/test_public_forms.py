"""Forms that public workflows use: what GitHub takes is taken, and what it refuses is refused."""

import pytest

from sandbox.github.runs.planning.workflow import WorkflowError, parse_workflow

STEPS = "jobs: {a: {runs-on: ubuntu-latest, steps: [%s]}}"


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("{run: echo hi, nmae: x}", "jobs.a.steps[0]: Unexpected value 'nmae'"),
        ("{run: echo 1, id: s}, {run: echo 2, id: s}", "The identifier 's' may not be used more"),
        ('{run: "echo ${{ github.sha"}', "The expression is not closed"),
        ('{run: "echo ${{ github.sha ++ 1 }}"}', ""),
        ('{uses: actions/checkout@v4, with: {ref: "${{ (github.ref }}"}}', ""),
        ('{run: echo, env: {A: "${{ nosuchfunction(1) }}"}}', "nosuchfunction"),
        ('{if: "github.ref ==", run: echo}', ""),
        ("{run: echo, uses: a/b@v1}", "a step has one of run and uses"),
        ("{if: \"secrets.X == ''\", run: echo}", "Unrecognized named-value: 'secrets'"),
        ('{run: "echo ${{ foo.bar }}"}', "Unrecognized named-value: 'foo'"),
    ],
)
def test_mistakes_inside_steps_make_no_workflow(steps, said):
    with pytest.raises(WorkflowError) as caught:
        parse_workflow("x.yml", f"on: push\n{STEPS % steps}".encode())
    assert said in str(caught.value)


FILE = """on: %s
jobs:
  a:
    runs-on: ubuntu-latest
    %s
    steps:
      - run: echo hi
        %s
"""


@pytest.mark.parametrize(
    ("on", "job", "step", "said"),
    [
        ("push", "name: a", "nmae: x", "(Line: 8, Col: 15): jobs.a.steps[0]: Unexpected value"),
        ("push", "if: secrets.X == ''", "name: x", "(Line: 5, Col: 9): Unrecognized named-value"),
        ("push", "if: env.A", "name: x", "(Line: 5, Col: 9): Unrecognized named-value: 'env'"),
        ("push", "env: {A: '${{ env.B }}'}", "name: x", "(Line: 5, Col: 14): Unrecognized"),
        ("push", "name: a", "name: '${{ nothing.x }}'", "(Line: 8, Col: 15): Unrecognized"),
        ("pusch", "name: a", "name: x", "(Line: 1, Col: 5): Unexpected value 'pusch'"),
        ("[push, pusch]", "name: a", "name: x", "(Line: 1, Col: 5): Unexpected value 'pusch'"),
    ],
)
def test_a_mistake_is_told_where_it_stands(on, job, step, said):
    with pytest.raises(WorkflowError) as caught:
        parse_workflow("x.yml", (FILE % (on, job, step)).encode())
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    "job",
    [
        "if: github.event_name == 'push' && needs && vars.A && inputs.b && always()",
        "env: {A: '${{ secrets.A }} ${{ matrix.x }}'}",
        "environment: {name: '${{ matrix.x }}', url: '${{ steps.s.outputs.u }}'}",
        "outputs: {a: '${{ steps.s.outputs.u }}'}",
        "container: {image: '${{ matrix.i }}', credentials: {password: '${{ secrets.P }}'}}",
        "services: {db: {image: postgres, env: {P: '${{ secrets.P }}'}}}",
        "concurrency: {group: '${{ github.ref }}-${{ matrix.x }}'}",
        "strategy: {matrix: {x: '${{ fromJSON(vars.X) }}'}}",
        "timeout-minutes: '${{ matrix.minutes }}'",
    ],
)
def test_what_may_be_named_in_a_job_is_taken(job):
    assert parse_workflow("x.yml", (FILE % ("push", job, "name: x")).encode()).jobs


@pytest.mark.parametrize(
    "steps",
    [
        "{run: \"echo ${{ steps.a.outputs.b }} ${{ hashFiles('**/x') }}\"}",
        "{if: \"${{ always() && steps.x.outcome == 'success' }}\", run: echo}",
        '{if: "success() || failure()", run: echo, timeout-minutes: 3, continue-on-error: true}',
        '{run: "echo ${{ toJSON(github.event.commits.*.message) }}", shell: bash}',
        "{run: \"echo ${{ matrix.x || 'none' }} ${{ env.A }} ${{ runner.os }}\"}",
        '{run: "echo }} {{ not one", working-directory: "${{ github.workspace }}/a"}',
        "{run: \"echo ${{ contains(fromJSON('[1]'), 1) && format('{0}', 1) }}\"}",
    ],
)
def test_what_is_right_in_steps_is_left_to_them(steps):
    assert parse_workflow("x.yml", f"on: push\n{STEPS % steps}".encode()).jobs


NAMED = """
    on: push
    jobs:
      first:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
            with: {sparse-clone: docs, fetch-depth: 0}
          - run: |
              echo "owner=$GITHUB_REPOSITORY_OWNER ci=$CI mine=$MINE"
            env: {GITHUB_REPOSITORY_OWNER: somebody, CI: "no", MINE: kept}
      placed:
        runs-on: ubuntu-latest
        environment: {name: staging, url: "${{ steps.s.outputs.url }}"}
        steps:
          - id: s
            run: echo "url=http://here" >> "$GITHUB_OUTPUT"
      called:
        uses: ./.github/workflows/other.yml
"""
OTHER = """
    on: workflow_call
    jobs: {test: {runs-on: ubuntu-latest, steps: [{run: echo tested}]}}
"""


def test_each_form_does_what_it_does_there(world, repository):
    [run] = world.push(repository, {"ci.yml": NAMED, "other.yml": OTHER})
    world.finished(run)
    assert world.conclusions(run) == {
        "first": "success",
        "placed": "success",
        "called / test": "success",
    }
    first = world.log(run, "first")
    # Of the default variables nobody but CI is overwritten.
    assert "owner=acme ci=no mine=kept" in first
    assert "Unexpected input(s) 'sparse-clone' of actions/checkout@v4" in first
    assert world.jobs(run)["placed"].environment == "staging"
    assert "tested" in world.log(run, "called / test")
