"""Jobs that call workflows: what goes in and comes out, names, order, and mistakes."""

import re
from itertools import pairwise

import pytest

from sandbox.github.runs.calls.finding import WorkflowReader
from sandbox.github.runs.planning.workflow import WorkflowError

TEST = """
    name: Test
    on:
      workflow_call:
        inputs:
          where: {type: string, required: true}
          loud: {type: boolean, default: false}
          count: {type: number, default: 3}
        secrets:
          key: {required: true}
          other: {required: false}
        outputs:
          image: {value: "${{ jobs.build.outputs.image }}-${{ inputs.where }}"}
          how: {value: "${{ jobs.build.result }}"}
    env: {OWN: of-the-called}
    jobs:
      build:
        runs-on: ubuntu-latest
        outputs: {image: "${{ steps.make.outputs.image }}"}
        steps:
          - id: make
            run: echo "image=app" >> "$GITHUB_OUTPUT"
          - run: echo "to ${{ inputs.where }} $COUNT ${{ github.event_name }} [$ABOVE] $OWN"
            env: {COUNT: "${{ inputs.count == 3 && inputs.count }}", ABOVE: "${{ env.ABOVE }}"}
          - if: inputs.loud && inputs['where'] == 'prod'
            run: echo "it is loud"
          - run: echo "$KEY" | rev
            env: {KEY: "${{ secrets.key }}"}
          - run: 'echo "hidden: [${{ secrets.API_KEY }}]"'
      after:
        name: After ${{ inputs.where }}
        needs: build
        if: inputs.loud
        runs-on: ubuntu-latest
        steps: [{run: 'echo "after ${{ needs.build.outputs.image }}"'}]
"""
CALLER = """
    name: CI
    on: push
    env: {ABOVE: of-the-caller}
    jobs:
      first:
        runs-on: ubuntu-latest
        outputs: {where: "${{ steps.a.outputs.where }}"}
        steps: [{id: a, run: 'echo "where=prod" >> "$GITHUB_OUTPUT"'}]
      gate:
        needs: first
        uses: ./.github/workflows/test.yml
        with: {where: "${{ needs.first.outputs.where }}", loud: true}
        secrets: {key: "${{ secrets.API_KEY }}"}
      deploy:
        needs: gate
        runs-on: ubuntu-latest
        steps: [{run: 'echo "deploys ${{ needs.gate.outputs.image }} ${{ needs.gate.result }}"'}]
"""


def test_a_called_workflow_runs_with_what_it_is_given_and_hands_back(world, repository):
    world.repositories.secret_values[repository, None] = {"API_KEY": "sesame-0123"}
    (run,) = world.push(repository, {"ci.yml": CALLER, "test.yml": TEST})
    assert world.finished(run).conclusion == "success", world.log(run, "gate / build")
    ended = dict.fromkeys(("first", "gate / build", "gate / After prod", "deploy"), "success")
    assert world.conclusions(run) == ended
    said = world.log(run, "gate / build")
    assert "to prod 3 push [] of-the-called" in said
    assert "it is loud" in said
    assert "3210-emases" in said, "the secret did not arrive"
    assert "hidden: []" in said, "a secret that was not passed was there"
    assert "after app" in world.log(run, "gate / After prod")
    assert "deploys app-prod success" in world.log(run, "deploy")
    commit = world.service.records.get(run).commit_id
    (called,) = world.service.records.get(run).called
    assert called["path"] == f"{repository}/.github/workflows/test.yml@refs/heads/main"
    assert called["sha"] == commit
    assert world.repositories.last_states(commit) == {f"CI / {name}": "success" for name in ended}
    assert world.passed[-1] == (repository, "main", commit)


def test_secrets_are_inherited_within_an_owner_and_environments_have_their_own(world, repository):
    callee = f"{repository}-shared"
    stranger = callee.replace("acme/", "other/")
    inner = """
        on: {workflow_call: {}}
        jobs:
          a:
            runs-on: ubuntu-latest
            environment: prod
            env: {A: "${{ secrets.A }}", B: "${{ secrets.B }}"}
            steps: [{run: 'echo "[$A] [$B]" | rev'}]
    """
    for each in (callee, stranger):
        world.push(each, {"a.yml": inner})
    world.repositories.secret_values[repository, None] = {"A": "of-repository", "B": "also-there"}
    world.repositories.secret_values[repository, "prod"] = {"A": "of-prod"}
    (run,) = world.push(
        repository,
        {
            "ci.yml": f"""
              on: push
              jobs:
                near: {{uses: {callee}/.github/workflows/a.yml@main, secrets: inherit}}
                far: {{uses: {stranger}/.github/workflows/a.yml@main, secrets: inherit}}
                none: {{uses: {callee}/.github/workflows/a.yml@main}}
            """
        },
    )
    assert world.finished(run).conclusion == "success"
    assert "]ereht-osla[ ]dorp-fo[" in world.log(run, "near / a")
    assert "][ ]dorp-fo[" in world.log(run, "far / a")
    assert "][ ]dorp-fo[" in world.log(run, "none / a")


def test_calls_nest_and_make_a_matrix(world, repository):
    (run,) = world.push(
        repository,
        {
            "ci.yml": """
              on: push
              jobs:
                all:
                  name: All of
                  strategy: {matrix: {where: [dev, prod]}}
                  uses: ./.github/workflows/middle.yml
                  with: {where: "${{ matrix.where }}"}
                end:
                  needs: all
                  runs-on: ubuntu-latest
                  steps: [{run: 'echo "gave ${{ needs.all.outputs.said }}"'}]
            """,
            "middle.yml": """
              on:
                workflow_call:
                  inputs: {where: {type: string, required: true}}
                  outputs: {said: {value: "${{ jobs.inner.outputs.said }}"}}
              jobs:
                inner:
                  uses: ./.github/workflows/inner.yml
                  with: {what: "it's ${{ inputs.where }}"}
            """,
            "inner.yml": """
              on:
                workflow_call:
                  inputs: {what: {type: string, required: true}}
                  outputs: {said: {value: "${{ jobs.say.outputs.said }}"}}
              jobs:
                say:
                  runs-on: ubuntu-latest
                  outputs: {said: "${{ steps.a.outputs.said }}"}
                  steps:
                    - id: a
                      run: echo "said=$WHAT" >> "$GITHUB_OUTPUT"
                      env: {WHAT: "${{ inputs.what }}"}
            """,
        },
    )
    assert world.finished(run).conclusion == "success", world.jobs(run)
    names = {"All of (dev) / inner / say", "All of (prod) / inner / say", "end"}
    assert set(world.jobs(run)) == names
    assert re.search(r"gave it's (dev|prod)", world.log(run, "end"))


FAILING = """
    on: {workflow_call: {}}
    jobs:
      good: {runs-on: ubuntu-latest, steps: [{run: echo once >> "$RUNS/good"}]}
      bad: {runs-on: ubuntu-latest, steps: [{run: 'echo once >> "$RUNS/bad"; test -e "$RUNS/ok"'}]}
"""


def test_what_failed_in_a_called_workflow_runs_again_and_nothing_else(world, repository, tmp_path):
    (run,) = world.push(
        repository,
        {
            "ci.yml": f"""
              on: push
              jobs:
                gate: {{uses: ./.github/workflows/gate.yml}}
                skipped: {{if: false, uses: ./.github/workflows/gate.yml}}
                deploy:
                  needs: gate
                  runs-on: ubuntu-latest
                  steps: [{{run: echo once >> "{tmp_path}/deploy"}}]
            """,
            "gate.yml": FAILING.replace("$RUNS", str(tmp_path)),
        },
    )
    assert world.finished(run).conclusion == "failure"
    assert world.conclusions(run) == {
        "gate / good": "success",
        "gate / bad": "failure",
        "skipped": "skipped",
        "deploy": "skipped",
    }
    (tmp_path / "ok").touch()
    assert world.service.rerun(world.service.records.get(run), failed_only=True)
    assert world.finished(run).conclusion == "success", world.jobs(run)
    assert world.conclusions(run)["gate / good"] == "success"
    counts = {name: (tmp_path / name).read_text().count("once") for name in ("good", "bad")}
    assert counts == {"good": 1, "bad": 2}
    assert (tmp_path / "deploy").exists()


def test_a_called_workflow_is_cancelled_with_its_run(world, repository):
    slow = """
        on: {workflow_call: {}}
        jobs:
          slow: {runs-on: ubuntu-latest, steps: [{run: sleep 60}]}
          next: {needs: slow, runs-on: ubuntu-latest, steps: [{run: echo never}]}
    """
    caller = """
        on: push
        jobs: {gate: {uses: ./.github/workflows/slow.yml}}
    """
    (run,) = world.push(repository, {"ci.yml": caller, "slow.yml": slow})
    world.until(lambda: world.jobs(run) and world.jobs(run)["gate / slow"].status == "in_progress")
    assert world.service.cancel(run)
    assert world.finished(run).conclusion == "cancelled"
    assert world.conclusions(run) == {"gate / slow": "cancelled", "gate / next": "cancelled"}


def test_a_secret_that_is_needed_and_empty_fails_the_call_in_its_log(world, repository):
    (run,) = world.push(repository, {"ci.yml": CALLER, "test.yml": TEST})
    assert world.finished(run).conclusion == "failure"
    assert world.conclusions(run) == {"first": "success", "gate": "failure", "deploy": "skipped"}
    assert "Secret key is required, but not provided while calling." in world.log(run, "gate")


def test_a_mistake_in_a_call_is_told_before_anything_runs(world, repository):
    broken = CALLER.replace("where: ", "were: ")
    (run,) = world.push(repository, {"ci.yml": broken, "test.yml": TEST})
    found = world.finished(run)
    assert (found.conclusion, world.jobs(run)) == ("failure", {})
    assert found.note.startswith("Invalid workflow file: .github/workflows/ci.yml: ")
    assert "ci.yml (Line: 12, Col: 11): Input where is required" in found.note


INNER = """
on:
  workflow_call:
    inputs: {n: {type: number}, b: {type: boolean}, s: {type: string, required: true}}
    secrets: {k: {required: true}}
jobs:
  a: {runs-on: ubuntu-latest, permissions: {contents: write}, steps: [{run: echo}]}
"""
GOOD = "with: {s: x}\n    secrets: {k: x}"


@pytest.mark.parametrize(
    ("uses", "more", "said"),
    [
        ("./.github/workflows/none.yml", "", 'none.yml": workflow was not found'),
        ("./.github/workflows/in.yml@main", "", "cannot specify version when calling local"),
        ("./workflows/in.yml", "", "must be defined at the top level of the .github/workflows/"),
        ("in.yml", "", "invalid value workflow reference"),
        ("acme/nowhere/.github/workflows/in.yml@v1", "", "holds no repository acme/nowhere"),
        ("./.github/workflows/ci.yml", "", "call each other in a circle"),
        ("./.github/workflows/plain.yml", "", "missing a `on.workflow_call` trigger"),
        ("", "secrets: inherit", "(Line: 4, Col: 11): Input s is required"),
        ("", "with: {s: x}", "(Line: 4, Col: 11): Secret k is required"),
        ("", "with: {s: x, t: 1}\n    secrets: inherit", "(Line: 5, Col: 21): Invalid input, t"),
        ("", "with: {s: x, n: one}\n    secrets: inherit", "a number is asked"),
        ("", "with: {s: x, b: 'true'}\n    secrets: inherit", "a boolean is asked"),
        ("", "with: {s: '${{ env.A }}'}\n    secrets: inherit", "Unrecognized named-value: 'env'"),
        ("", "with: {s: '${{ secrets.A }}'}\n    secrets: inherit", "named-value: 'secrets'"),
        ("", "with: {s: x}\n    secrets: {k: x, z: y}", "Invalid secret, z is not defined"),
        ("", f"{GOOD}\n    env: {{A: b}}", "jobs.call: Unexpected value 'env'"),
        ("", f"{GOOD}\n    permissions: {{contents: read}}", "requesting 'contents: write'"),
    ],
)  # fmt: skip
def test_mistakes_in_calls_are_named_where_they_stand(world, repository, uses, more, said):
    uses = uses or "./.github/workflows/in.yml"
    text = f"on: [push, workflow_call]\njobs:\n  call:\n    uses: {uses}\n    {more}\n"
    files = {"in.yml": INNER, "ci.yml": text, "plain.yml": "on: push\n" + INNER.split("\n", 5)[5]}
    with pytest.raises(WorkflowError) as refused:
        _read(world, repository, files)
    assert said in str(refused.value)


def test_ten_levels_of_workflows_and_no_more(world, repository):
    def levels(count: int) -> dict[str, str]:
        call = "on: [push, workflow_call]\njobs: {{a: {{uses: ./.github/workflows/{}.yml}}}}\n"
        names = ["ci", *map(str, range(2, count + 1))]
        files = {f"{a}.yml": call.format(b) for a, b in pairwise(names)}
        last = "on: workflow_call\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: echo}]}}\n"
        return {**files, f"{count}.yml": last}

    assert _read(world, repository, levels(10)).jobs["a"].called is not None
    with pytest.raises(WorkflowError, match="at most 10 levels"):
        _read(world, repository, levels(11))


def test_a_repository_that_may_not_be_used_is_not_found(world, repository):
    hidden = f"{repository}-hidden"
    world.push(hidden, {"in.yml": INNER})
    call = f"{{uses: {hidden}/.github/workflows/in.yml@main, with: {{s: x}}, secrets: inherit}}"
    files = {"ci.yml": f"on: push\njobs: {{a: {call}}}\n"}
    assert _read(world, repository, files)
    world.repositories.hidden.add(hidden)
    with pytest.raises(WorkflowError, match="workflow was not found"):
        _read(world, repository, files)


def _read(world, repository: str, files: dict[str, str]):
    placed = {f".github/workflows/{name}": text for name, text in files.items()}
    _, commit = world.repositories.commit(repository, placed)
    path = ".github/workflows/ci.yml"
    reader = WorkflowReader(world.repositories)
    return reader.read(repository, commit, "refs/heads/main", path, files["ci.yml"].encode())
