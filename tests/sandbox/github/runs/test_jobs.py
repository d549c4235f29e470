"""Jobs of a run: order, outputs, conditions, matrices, what the commit shows."""

import time

TWO = """
    name: CI
    on: push
    jobs:
      build:
        runs-on: ubuntu-latest
        outputs: {image: "${{ steps.make.outputs.image }}"}
        steps:
          - uses: actions/checkout@v4
          - id: make
            run: echo "image=app:$(cat version)" >> "$GITHUB_OUTPUT"
      deploy:
        needs: build
        runs-on: ubuntu-latest
        steps:
          - name: Say
            run: echo "deploys ${{ needs.build.outputs.image }} after ${{ needs.build.result }}"
"""


def test_a_job_gets_the_outputs_of_the_job_it_needs(world, repository):
    (run,) = world.push(repository, {"ci.yml": TWO, "version": "7"})
    assert world.finished(run).conclusion == "success"
    assert "deploys app:7 after success" in world.log(run, "deploy")
    commit = world.service.records.get(run).commit_id
    states = world.repositories.last_states(commit)
    assert states == {"CI / build": "success", "CI / deploy": "success"}
    assert world.passed[-1] == (repository, "main", commit)


def test_a_failed_step_shows_on_the_commit_and_skips_the_rest(world, repository):
    (run,) = world.push(
        repository,
        {
            "ci.yml": """
              name: CI
              on: [push]
              jobs:
                test:
                  runs-on: ubuntu-latest
                  steps:
                    - {name: Good, run: echo fine}
                    - {name: Bad, run: exit 3}
                    - {name: Never, run: echo never}
                    - {name: Even so, if: always(), run: echo even so}
                deploy:
                  needs: test
                  runs-on: ubuntu-latest
                  steps: [{run: echo deploys}]
                report:
                  needs: [test, deploy]
                  if: ${{ always() }}
                  runs-on: ubuntu-latest
                  steps: [{run: 'echo "${{ needs.test.result }} ${{ needs.deploy.result }}"'}]
            """
        },
    )
    finished = world.finished(run)
    assert finished.conclusion == "failure"
    assert world.conclusions(run) == {"test": "failure", "deploy": "skipped", "report": "success"}
    assert world.steps(run, "test") == {
        "Set up job": "success",
        "Good": "success",
        "Bad": "failure",
        "Never": "skipped",
        "Even so": "success",
        "Complete job": "success",
    }
    assert "##[error]Process completed with exit code 3." in world.log(run, "test")
    assert "failure skipped" in world.log(run, "report")
    states = world.repositories.last_states(finished.commit_id)
    assert states == {"CI / test": "failure", "CI / deploy": "success", "CI / report": "success"}
    assert finished.repository not in [told[0] for told in world.passed]


def test_a_matrix_makes_a_job_of_each_combination(world, repository):
    (run,) = world.push(
        repository,
        {
            "m.yml": """
              on: push
              jobs:
                list:
                  runs-on: ubuntu-latest
                  outputs: {sizes: "${{ steps.s.outputs.sizes }}"}
                  steps: [{id: s, run: 'echo "sizes=[1, 2]" >> $GITHUB_OUTPUT'}]
                test:
                  needs: list
                  strategy:
                    fail-fast: false
                    matrix:
                      size: ${{ fromJSON(needs.list.outputs.sizes) }}
                      kind: [a, b]
                      exclude: [{size: 1, kind: b}]
                      include: [{size: 2, kind: a, extra: x}]
                  runs-on: ubuntu-latest
                  steps:
                    - run: |
                        echo "is ${{ matrix.size }}${{ matrix.kind }}${{ matrix.extra }}"
                        exit ${{ matrix.size == 1 && 1 || 0 }}
                after:
                  needs: test
                  runs-on: ubuntu-latest
                  steps: [{run: echo}]
            """
        },
    )
    assert world.finished(run).conclusion == "failure"
    assert world.conclusions(run) == {
        "list": "success",
        "test (1, a)": "failure",
        "test (2, a, x)": "success",
        "test (2, b)": "success",
        "after": "skipped",
    }
    assert "is 2ax" in world.log(run, "test (2, a, x)")


def test_a_combination_that_fails_ends_the_others(world, repository):
    (run,) = world.push(
        repository,
        {
            "m.yml": """
              on: push
              jobs:
                test:
                  strategy: {matrix: {seconds: [0, 50]}}
                  runs-on: ubuntu-latest
                  steps: [{run: "sleep ${{ matrix.seconds }}; exit 1"}]
            """
        },
    )
    assert world.finished(run, seconds=30).conclusion == "failure"
    assert world.conclusions(run) == {"test (0)": "failure", "test (50)": "cancelled"}


def test_what_a_step_leaves_running_lives_until_its_job_ends(world, repository, tmp_path):
    (run,) = world.push(
        repository,
        {
            "server.yml": f"""
              on: push
              jobs:
                serve:
                  runs-on: ubuntu-latest
                  steps:
                    - run: (while :; do date +%s%N > {tmp_path}/beat; sleep 0.1; done) &
                    - run: |
                        sleep 0.5; first=$(cat {tmp_path}/beat); sleep 0.5
                        test "$first" != "$(cat {tmp_path}/beat)"
            """
        },
    )
    assert world.finished(run).conclusion == "success", world.log(run, "serve")
    last = (tmp_path / "beat").read_text()
    time.sleep(0.3)  # three times as long as between two beats
    assert (tmp_path / "beat").read_text() == last


def test_steps_are_no_terminal_and_see_a_clean_machine(world, repository, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_person_at_this_machine")
    monkeypatch.setenv("PIP_INDEX_URL", "http://mirror.invalid/simple")
    (run,) = world.push(
        repository,
        {
            "look.yml": """
              name: Look
              on: push
              env: {LEVEL: workflow}
              defaults: {run: {shell: bash}}
              jobs:
                look:
                  runs-on: ubuntu-latest
                  env: {LEVEL: job}
                  steps:
                    - run: test -t 1 && echo terminal || echo pipe
                    - run: 'echo "token=[$HF_TOKEN] home=$HOME index=$PIP_INDEX_URL $LEVEL"'
                    - run: echo "$GITHUB_REPOSITORY $GITHUB_REF $GITHUB_SHA $GITHUB_ACTOR"
                    - run: echo "${{ github.sha }} ${{ github.event.pusher.name }} $GITHUB_API_URL"
                    - run: echo "${{ github.event.head_commit.message }}" && git --version
                    - {shell: python, run: "import sys; print('python', sys.stdout.isatty())"}
                    - {shell: sh, run: 'false | true; echo sh-goes-on'}
                    - {run: false | true}
            """
        },
    )
    finished = world.finished(run)
    log = world.log(run, "look")
    assert "\npipe\n" in log
    assert "\npython False\n" in log
    assert "token=[] home=" in log
    assert "index=http://mirror.invalid/simple job" in log
    assert f"{repository} refs/heads/main {finished.commit_id} ann" in log
    assert f"{finished.commit_id} ann http://127.0.0.1:9/api/v3" in log
    assert "sh-goes-on" in log
    assert finished.conclusion == "failure"  # bash, when named, fails with any part of a pipe
    assert log.startswith("Slipway's sandbox was told to run jobs on this machine itself")


def test_summaries_and_messages_of_steps_are_kept(world, repository):
    (run,) = world.push(
        repository,
        {
            "s.yml": """
              on: push
              jobs:
                s:
                  runs-on: ubuntu-latest
                  steps:
                    - run: |
                        echo "# All well" >> "$GITHUB_STEP_SUMMARY"
                        echo "::warning file=a.py::careful"
                        echo "::group::Inside"
                        printf '10%%\\r50%%\\r100%%\\n'
                        echo "::endgroup::"
            """
        },
    )
    world.finished(run)
    log = world.log(run, "s")
    assert "##[warning]careful\n##[group]Inside\n100%\n##[endgroup]" in log
    assert world.service.records.summaries(world.jobs(run)["s"].id) == ["# All well\n"]


def test_a_job_may_fail_and_the_run_not(world, repository):
    (run,) = world.push(
        repository,
        {
            "c.yml": """
              on: push
              jobs:
                shaky:
                  continue-on-error: true
                  runs-on: ubuntu-latest
                  steps:
                    - {name: Forgiven, continue-on-error: true, run: exit 1}
                    - run: exit 1
                after:
                  needs: shaky
                  runs-on: ubuntu-latest
                  steps: [{run: echo}]
            """
        },
    )
    assert world.finished(run).conclusion == "success"
    assert world.conclusions(run) == {"shaky": "failure", "after": "success"}
    assert world.steps(run, "shaky")["Forgiven"] == "success"


def test_what_is_not_imitated_fails_and_says_so(world, repository):
    (run,) = world.push(
        repository,
        {
            "n.yml": """
              on: push
              jobs:
                services:
                  runs-on: ubuntu-latest
                  services: {db: {image: postgres}}
                  steps: [{run: echo}]
                windows:
                  runs-on: windows-latest
                  steps: [{run: echo}]
                unknown:
                  runs-on: ubuntu-latest
                  steps: [{uses: someone/something@v1}]
                image:
                  runs-on: ubuntu-latest
                  steps: [{uses: "docker://alpine:3"}]
            """
        },
    )
    assert world.finished(run).conclusion == "failure"
    jobs = world.jobs(run)
    assert {job.conclusion for job in jobs.values()} == {"failure"}
    assert "service containers (`services:`)" in jobs["services"].note
    assert "no runner for windows-latest" in jobs["windows"].note
    assert "actions/setup-python" in jobs["unknown"].note  # it names those there are
    assert "docker://alpine:3" in jobs["image"].note


def test_a_job_has_only_its_minutes(world, repository):
    (run,) = world.push(
        repository,
        {
            "t.yml": """
              on: push
              jobs:
                slow:
                  timeout-minutes: 0.02
                  runs-on: ubuntu-latest
                  steps: [{run: sleep 60}]
            """
        },
    )
    assert world.finished(run, seconds=30).conclusion == "cancelled"
    assert "exceeded the maximum execution time of 0.02 minutes" in world.log(run, "slow")
