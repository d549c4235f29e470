"""Secrets, variables and environments: which job sees what, and that no log shows it."""

import base64
import subprocess
from pathlib import Path

import pytest

from sandbox.github.runs.running.masking import JobMask
from tests.sandbox.github.runs.conftest import in_both

pytest_generate_tests = in_both

SECRET = "s3cr3t-value-of-the-repository"
PEM = "-----BEGIN KEY-----\nfirstLineOfTheKey01\nsecondLineOfTheKey2\n-----END KEY-----"
PROD = "pr0d-value-of-the-environment"

USES = """
    name: Use
    on: push
    jobs:
      use:
        runs-on: ubuntu-latest
        env: {KEY: "${{ secrets.key }}", PEM: "${{ secrets.PEM }}"}
        outputs: {leak: "${{ steps.o.outputs.leak }}", fine: "${{ steps.o.outputs.fine }}"}
        steps:
          - run: |
              test "$KEY" = "$EXPECTED" && echo "is right"
              echo "the value is $KEY"
              echo "coded $(printf %s "$KEY" | base64 -w0) and $(printf %s "xy$KEY" | base64 -w0)"
              printf '%s\\n' "$PEM"
              test "$(printf '%s\\n' "$PEM" | wc -l)" = 4 && echo "four lines"
              word=found-$((40 + 2))-on-the-way; echo "::add-mask::$word"
              echo "a $word b"
              echo "token ${{ github.token }} $GITHUB_TOKEN"
              echo "$KEY" >> "$GITHUB_STEP_SUMMARY"
            env:
              EXPECTED: ${{ vars.EXPECTED }}
              GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}
          - id: o
            run: echo "leak=$KEY" >> "$GITHUB_OUTPUT"; echo "fine=yes" >> "$GITHUB_OUTPUT"
          - run: ps -eo args
      next:
        needs: use
        runs-on: ubuntu-latest
        steps: [{run: 'echo "[${{ needs.use.outputs.leak }}] [${{ needs.use.outputs.fine }}]"'}]
"""


def _everything(folder: Path) -> str:
    files = [each for each in folder.rglob("*") if each.is_file() and ".git" not in each.parts]
    return "\n".join(each.read_text(errors="replace") for each in files)


def test_a_secret_is_used_and_never_shown(world, repository):
    world.repositories.secret_values[repository, None] = {"KEY": SECRET, "PEM": PEM}
    world.repositories.variable_values[repository, None] = {"EXPECTED": SECRET}
    (run,) = world.push(repository, {"use.yml": USES})
    assert world.finished(run).conclusion == "success", world.log(run, "use")
    log = world.log(run, "use")
    assert "is right" in log
    assert "the value is ***" in log
    assert "four lines" in log
    assert "a *** b" in log
    assert "token *** ***" in log
    for hidden in (SECRET, "firstLineOfTheKey01", "found-42-on-the-way", "ghs_token"):
        assert hidden not in log
    for shift in range(3):
        assert base64.b64encode(SECRET.encode()[shift:]).decode()[4:20] not in log
    assert "[] [yes]" in world.log(run, "next")
    assert "Skip output 'leak' since it may contain secret." in log
    assert world.service.records.summaries(world.jobs(run)["use"].id) == ["***\n"]


def test_no_secret_is_left_on_the_disk(world, repository):
    world.repositories.secret_values[repository, None] = {"KEY": SECRET, "PEM": PEM}
    (run,) = world.push(repository, {"use.yml": USES})
    world.finished(run)
    assert SECRET not in _everything(world.service.folder)
    strings = (world.folder / "state.sqlite").read_bytes()
    assert SECRET.encode() not in strings


ENVIRONMENTS = """
    name: Deploy
    on: push
    jobs:
      plain:
        runs-on: ubuntu-latest
        steps: [{run: 'echo "[$ALL] [${{ secrets.KEY }}] ${{ vars.WHERE }}" | tr -d "\\n "'}]
        env: {ALL: "${{ toJSON(secrets) }}"}
      prod:
        runs-on: ubuntu-latest
        environment: {name: "${{ format('pr{0}', 'od') }}", url: "https://x"}
        steps:
          - run: |
              test "${{ secrets.KEY }}" = "${{ vars.EXPECTED }}"
              echo "right ${{ vars.WHERE }}"
      stage:
        runs-on: ubuntu-latest
        environment: stage
        steps: [{run: 'echo "${{ vars.WHERE }} [${{ secrets.ONLY_PROD }}]"'}]
"""


def test_only_a_job_of_the_environment_sees_its_secrets(world, repository):
    known, rules = world.repositories.secret_values, world.repositories.variable_values
    known[repository, None] = {"KEY": SECRET}
    known[repository, "prod"] = {"KEY": PROD, "ONLY_PROD": "deep-in-the-cellar"}
    rules[repository, None] = {"WHERE": "anywhere"}
    rules[repository, "prod"] = {"WHERE": "in-production", "EXPECTED": PROD}
    (run,) = world.push(repository, {"deploy.yml": ENVIRONMENTS})
    assert world.finished(run).conclusion == "success"
    assert "right in-production" in world.log(run, "prod")
    plain = world.log(run, "plain")
    assert "anywhere" in plain
    assert "ONLY_PROD" not in plain
    assert "anywhere []" in world.log(run, "stage")
    assert {name: job.environment for name, job in world.jobs(run).items()} == {
        "plain": None,
        "prod": "prod",
        "stage": "stage",
    }


def test_a_branch_that_may_not_deploy_is_refused_before_any_secret_is_read(world, repository):
    world.repositories.secret_values[repository, "prod"] = {"KEY": PROD}
    world.repositories.closed[repository, "prod"] = "refs/heads/main"
    (run,) = world.push(repository, {"deploy.yml": ENVIRONMENTS}, ref="refs/heads/dev")
    assert world.finished(run).conclusion == "failure"
    assert world.conclusions(run) == {"plain": "success", "prod": "failure", "stage": "success"}
    words = 'Branch "dev" is not allowed to deploy to prod due to environment protection rules.'
    assert world.jobs(run)["prod"].note == words
    assert words in world.log(run, "prod")
    assert "Secrets of this job" not in world.log(run, "prod")


@pytest.mark.parametrize(
    "shown",
    [
        "a b&c<d>",
        base64.b64encode(b"a b&c<d>").decode(),
        base64.b64encode(b"user:a b&c<d>").decode()[8:16],
        "a%20b%26c%3Cd%3E",
        "a b&amp;c&lt;d&gt;",
    ],
)
def test_the_forms_in_which_a_value_travels_are_hidden(shown):
    assert JobMask(["a b&c<d>"])(f"<{shown}>").count("***") == 1


def test_act_gets_its_secrets_by_a_file_that_is_gone_when_steps_run(world, repository):
    world.repositories.secret_values[repository, None] = {"KEY": SECRET}
    cache = world.service.folder / "cache" / repository.replace("/", "--")
    cache.mkdir(parents=True)
    (run,) = world.push(
        repository,
        {
            "see.yml": """
              on: push
              jobs:
                see:
                  runs-on: ubuntu-latest
                  steps: [{run: 'sleep 1; touch "$SLIPWAY_CACHE/seen"; sleep 2'}]
            """
        },
    )
    world.until((cache / "seen").exists)
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert SECRET not in listed.stdout
    work = world.service.folder / "work"
    assert not list(work.rglob("secrets.yml"))
    assert oct(work.parent.stat().st_mode)[-3:] == "700"
    world.finished(run)


def test_the_token_is_github_token_among_all_secrets_and_found_in_any_case(world, repository):
    world.repositories.secret_values[repository, None] = {"API_KEY": "sesame"}
    (run,) = world.push(
        repository,
        {
            "a.yml": """
              on: push
              jobs:
                a:
                  runs-on: ubuntu-latest
                  env: {ALL: "${{ toJSON(secrets) }}"}
                  steps:
                    - run: |
                        python3 -c "import json, os; print(sorted(json.loads(os.environ['ALL'])))"
                        test "$A" = "$B" && test "$A" = "$C" && test -n "$A" && echo "all the same"
                      env:
                        A: ${{ secrets.GITHUB_TOKEN }}
                        B: ${{ secrets.github_token }}
                        C: ${{ fromJSON(toJSON( secrets )).github_token }}
                    - run: echo "$ALL"
            """
        },
    )
    assert world.finished(run).conclusion == "success", world.log(run, "a")
    said = world.log(run, "a")
    assert "['API_KEY', 'github_token']" in said
    assert "all the same" in said
    assert "sesame" not in said
    assert "ALL_SECRETS" not in said
