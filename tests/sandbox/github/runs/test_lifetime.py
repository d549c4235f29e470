"""Runs that are cancelled, wait for each other, are deleted, or outlive their sandbox."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from sandbox.github.runs.retention import forget_old_runs
from sandbox.github.runs.running import job_group
from sandbox.github.runs.running.run_thread import RunThread
from tests.sandbox.github.runs.conftest import World
from tests.sandbox.github.runs.repositories import Repositories
from toolchain.act import find_act

ROOT = Path(__file__).parents[4]


def _sleeper(marks: Path) -> str:
    """A job that writes down its processes, and sleeps; one of them runs from its own session."""
    return f"""
        name: Sleep
        on: [push, workflow_dispatch]
        jobs:
          sleep:
            runs-on: ubuntu-latest
            steps:
              - run: |
                  setsid sleep 301 & echo $! > {marks}/own-session
                  sleep 302 & echo $! > {marks}/background
                  echo $$ > {marks}/shell
                  sleep 303
              - {{name: Clean, if: always(), run: "echo clean > {marks}/clean"}}
              - {{name: Not, run: echo never}}
          after:
            needs: sleep
            runs-on: ubuntu-latest
            steps: [{{run: echo}}]
    """


def _alive(marks: Path) -> list[str]:
    left = []
    for name in ("own-session", "background", "shell"):
        try:
            stat = Path("/proc", (marks / name).read_text().strip(), "stat").read_text()
        except OSError:
            continue
        if stat.rpartition(")")[2].split()[0] != "Z":
            left.append(name)
    return left


def test_a_cancelled_run_cleans_up_and_leaves_no_process(world, repository, tmp_path):
    (run,) = world.push(repository, {"s.yml": _sleeper(tmp_path)})
    world.until((tmp_path / "shell").exists)
    assert len(_alive(tmp_path)) == 3
    assert world.service.cancel(run)
    finished = world.finished(run)
    assert finished.conclusion == "cancelled"
    assert (tmp_path / "clean").exists()
    assert _alive(tmp_path) == []
    assert world.conclusions(run) == {"sleep": "cancelled", "after": "cancelled"}
    assert world.steps(run, "sleep")["Clean"] == "success"
    assert world.steps(run, "sleep")["Not"] == "skipped"
    states = world.repositories.last_states(finished.commit_id)
    assert states == {"Sleep / sleep": "error", "Sleep / after": "error"}
    assert not world.service.cancel(run)


def test_a_step_that_refuses_to_end_is_ended(world, repository, tmp_path):
    text = f"""
      on: push
      jobs:
        deaf:
          runs-on: ubuntu-latest
          steps: [{{run: "trap '' INT TERM; touch {tmp_path}/on; while :; do sleep 0.2; done"}}]
    """
    (run,) = world.push(repository, {"d.yml": text})
    world.until((tmp_path / "on").exists)
    world.service.cancel(run)
    assert world.finished(run).conclusion == "cancelled"


def test_a_step_has_only_its_minutes(world, repository, tmp_path):
    # act takes whole minutes; zero is over at once, and the step is ended with what it started.
    text = f"""
      on: push
      jobs:
        slow:
          runs-on: ubuntu-latest
          steps:
            - {{timeout-minutes: 0, run: "sleep 2; touch {tmp_path}/late"}}
            - {{if: failure(), run: "sleep 3"}}
    """
    (run,) = world.push(repository, {"t.yml": text})
    assert world.finished(run).conclusion == "failure"
    assert not (tmp_path / "late").exists()


def _three_in_one_group(world, repository, text, group, go):
    """Runs of three pushes, all ended; whoever is at work in the group waits for the file `go`."""
    name = f"{repository}\n{group}".casefold()

    def members():
        places = world.service._tools.groups._places.get(name)
        return [] if places is None else [each for each in vars(places).values() if each]

    runs = []
    for number in range(3):
        runs += world.push(repository, {"c.yml": text, "n": str(number)})
        # Runs arrive in the order of their pushes; the third one takes the second's place.
        world.until(lambda: len(members()) > min(number, 1))  # noqa: B023 - called at once
    world.finished(runs[1])
    go.touch()
    ended = [world.finished(run).conclusion for run in runs]
    assert ended == ["success", "cancelled", "success"]
    return runs


def test_in_a_concurrency_group_the_newest_waits_and_the_others_give_way(
    world, repository, tmp_path
):
    text = f"""
      on: push
      concurrency: ${{{{ github.workflow }}}}-${{{{ github.ref }}}}
      jobs:
        a:
          runs-on: ubuntu-latest
          steps: [{{run: "until [ -e {tmp_path}/go ]; do sleep 0.1; done"}}]
    """
    group = ".github/workflows/c.yml-refs/heads/main"
    runs = _three_in_one_group(world, repository, text, group, tmp_path / "go")
    times = [world.service.records.get(run) for run in runs]
    assert times[2].started >= times[0].updated


def test_a_newer_run_ends_the_one_at_work_if_asked(world, repository, tmp_path):
    text = f"""
      on: push
      concurrency: {{group: g, cancel-in-progress: true}}
      jobs:
        a:
          runs-on: ubuntu-latest
          steps: [{{run: "touch {tmp_path}/on; sleep ${{{{ vars.LONG }}}}"}}]
    """
    world.repositories.variable_values[repository, None] = {"LONG": "60"}
    (first,) = world.push(repository, {"c.yml": text})
    world.until((tmp_path / "on").exists)
    world.repositories.variable_values[repository, None] = {"LONG": "0"}
    (second,) = world.push(repository, {"n": "1"})
    assert world.finished(second).conclusion == "success"
    assert world.finished(first).conclusion == "cancelled"


@pytest.fixture
def held_up(monkeypatch):
    """Holds the next run up before it enters its group; gives its number, and lets it go on."""
    held, go_on, context = [], threading.Event(), RunThread._context

    def late(thread):
        if not held:
            held.append(thread._run.id)
            assert go_on.wait(30)
        return context(thread)

    def next_run():
        monkeypatch.setattr(RunThread, "_context", late)
        return held, go_on

    yield next_run
    go_on.set()


def _at_work(world, run):
    world.until(lambda: world.service.records.get(run).status == "in_progress")


@pytest.mark.parametrize("at_once", ["true", "false"])
def test_an_older_run_that_is_late_at_its_group_gives_way_to_the_newer_one(
    world, repository, held_up, at_once
):
    text = f"""
      on: push
      concurrency: {{group: Late, cancel-in-progress: {at_once}}}
      jobs: {{a: {{runs-on: ubuntu-latest, steps: [{{run: sleep 1.5}}]}}}}
    """
    held, go_on = held_up()
    (older,) = world.push(repository, {"c.yml": text})
    world.until(lambda: held == [older])
    (newer,) = world.push(repository, {"n": "1"})
    _at_work(world, newer)
    go_on.set()
    assert world.finished(older).conclusion == "cancelled"
    assert "higher priority waiting request for 'late'" in world.service.records.get(older).note
    assert world.finished(newer).conclusion == "success"


def test_an_older_run_that_is_late_does_not_take_the_place_of_one_that_waits(
    world, repository, held_up
):
    text = """
      on: push
      concurrency: g
      jobs: {a: {runs-on: ubuntu-latest, steps: [{run: sleep 1.5}]}}
    """
    (first,) = world.push(repository, {"c.yml": text})
    _at_work(world, first)
    held, go_on = held_up()
    (older,) = world.push(repository, {"n": "1"})
    world.until(lambda: held == [older])
    (newer,) = world.push(repository, {"n": "2"})
    groups = world.service._tools.groups
    world.until(lambda: groups._places[f"{repository}\ng"].waiting)
    go_on.set()
    ended = [world.finished(run).conclusion for run in (first, older, newer)]
    assert ended == ["success", "cancelled", "success"]


def test_two_runs_of_one_push_are_equals_in_their_group(world, repository, held_up):
    text = """
      on: push
      concurrency: g
      jobs: {a: {runs-on: ubuntu-latest, steps: [{run: sleep 1}]}}
    """
    held, go_on = held_up()
    runs = world.push(repository, {"one.yml": text, "two.yml": text})
    world.until(lambda: held)
    (other,) = {*runs} - {*held}
    _at_work(world, other)
    go_on.set()
    assert [world.finished(run).conclusion for run in runs] == ["success", "success"]


def test_a_run_that_is_run_again_is_the_newest_of_its_group(world, repository):
    text = """
      on: push
      concurrency: g
      jobs: {a: {runs-on: ubuntu-latest, steps: [{run: sleep 1}]}}
    """
    (first,) = world.push(repository, {"c.yml": text})
    world.finished(first)
    (second,) = world.push(repository, {"n": "1"})
    _at_work(world, second)
    assert world.service.rerun(world.service.records.get(first))
    assert [world.finished(run).conclusion for run in (first, second)] == ["success", "success"]


def test_a_job_waits_as_long_as_its_environment_wants(world, repository, monkeypatch):
    text = """
      on: push
      jobs:
        a: {runs-on: ubuntu-latest, environment: prod, steps: [{run: echo}]}
        beside: {runs-on: ubuntu-latest, steps: [{run: echo}]}
    """
    looks, now = [], [0.0]

    def monotonic():
        looks.append(now[0])
        return now[0]

    monkeypatch.setattr(job_group, "time", SimpleNamespace(monotonic=monotonic, sleep=time.sleep))
    world.repositories.waits[repository, "prod"] = 2
    (run,) = world.push(repository, {"w.yml": text})

    def job(key):
        return next((j for j in world.service.records.jobs(run) if j.key == key), None)

    world.until(lambda: job("beside") and job("beside").status == "completed")
    world.until(lambda: looks)
    for now[0] in (0.0, 119.9):
        world.until(lambda: looks[-3:] == [now[0]] * 3)
        assert job("a").status == "waiting"
    now[0] = 120.0
    assert world.finished(run).conclusion == "success"
    assert job("a").conclusion == "success"


def test_a_job_that_waits_is_cancelled_at_once(world, repository):
    text = """
      on: push
      jobs: {a: {runs-on: ubuntu-latest, environment: prod, steps: [{run: echo}]}}
    """
    world.repositories.waits[repository, "prod"] = 30
    (run,) = world.push(repository, {"w.yml": text})
    world.until(lambda: [j.status for j in world.service.records.jobs(run)] == ["waiting"])
    world.service.cancel(run)
    assert world.finished(run).conclusion == "cancelled"


def test_only_what_failed_runs_again(world, repository):
    text = """
      on: push
      jobs:
        good:
          runs-on: ubuntu-latest
          outputs: {o: "${{ steps.a.outputs.o }}"}
          steps: [{id: a, run: 'echo "o=kept" >> $GITHUB_OUTPUT'}]
        shaky:
          needs: good
          runs-on: ubuntu-latest
          steps: [{run: 'echo "${{ needs.good.outputs.o }} $GITHUB_RUN_ATTEMPT"; ${{ vars.DO }}'}]
    """
    world.repositories.variable_values[repository, None] = {"DO": "false"}
    (run,) = world.push(repository, {"r.yml": text})
    commit = world.finished(run).commit_id
    assert world.repositories.last_states(commit)[".github/workflows/r.yml / shaky"] == "failure"
    world.repositories.variable_values[repository, None] = {"DO": "true"}
    assert world.service.rerun(world.service.records.get(run), failed_only=True)
    assert world.finished(run).conclusion == "success"
    assert "kept 2" in world.log(run, "shaky")
    assert set(world.repositories.last_states(commit).values()) == {"success"}
    assert world.passed[-1] == (repository, "main", commit)


def test_what_depends_on_a_failed_job_runs_again_and_what_was_kept_is_kept_for_good(
    world, repository
):
    text = """
      on: push
      jobs:
        good:
          runs-on: ubuntu-latest
          outputs: {o: "${{ steps.a.outputs.o }}"}
          steps: [{id: a, run: 'echo "o=$GITHUB_RUN_ATTEMPT" >> $GITHUB_OUTPUT'}]
        shaky:
          runs-on: ubuntu-latest
          steps: [{run: "${{ vars.DO }}"}]
        report:
          needs: [good, shaky]
          if: always()
          runs-on: ubuntu-latest
          steps: [{run: 'echo "good is of ${{ needs.good.outputs.o }}"'}]
        never: {if: false, runs-on: ubuntu-latest, steps: [{run: "false"}]}
    """
    world.repositories.variable_values[repository, None] = {"DO": "false"}
    (run,) = world.push(repository, {"r.yml": text})
    world.finished(run)
    for attempt in (2, 3):
        assert world.service.rerun(world.service.records.get(run), failed_only=True)
        world.finished(run)
        jobs = {job.key: job for job in world.service.records.jobs(run, attempt)}
        assert {key: job.conclusion for key, job in jobs.items()} == {
            "good": "success",
            "shaky": "failure",
            "report": "success",
            "never": "skipped",
        }
        first = world.service.records.jobs(run, 1)[0]
        assert (jobs["good"].started, jobs["good"].id != first.id) == (first.started, True)
        assert "good is of 1" in world.log(run, "report")
        assert world.steps(run, "good")
        assert world.log(run, "good")


def test_the_oldest_ended_runs_go_with_their_files(world, repository):
    text = "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: 'true'}]}}"
    runs = [world.push(repository, {"k.yml": text, "n": str(n)})[0] for n in range(3)]
    for run in runs:
        world.finished(run)
    records, folder = world.service.records, world.service.folder
    other = "acme/other"
    forget_old_runs(records, folder, other, kept=1)
    assert [each.id for each in records.runs(repository)] == runs[::-1]
    forget_old_runs(records, folder, repository, kept=1)
    assert [each.id for each in records.runs(repository)] == runs[-1:]
    assert [(folder / "logs" / str(run)).exists() for run in runs] == [False, False, True]
    assert not records.jobs(runs[0])


def test_a_deleted_repository_takes_its_runs_along(world, repository, tmp_path):
    (run,) = world.push(repository, {"s.yml": _sleeper(tmp_path)})
    world.until((tmp_path / "shell").exists)
    world.service.deleted(repository)
    world.until(lambda: not _alive(tmp_path))
    assert world.service.records.get(run) is None
    world.until(lambda: run not in world.service._threads)
    assert not (world.service.folder / "logs" / str(run)).exists()


@pytest.fixture
def own(tmp_path, act) -> World:
    """A sandbox of this test's own, not started."""
    repositories = Repositories(tmp_path / "git")
    repositories.folder.mkdir()
    return World(tmp_path, repositories, ensure=lambda: act)


def test_a_stopped_sandbox_says_what_it_left_unfinished(own, tmp_path):
    own.start(parallel_jobs=1)
    (run,) = own.push("acme/a", {"s.yml": _sleeper(tmp_path)})
    own.until((tmp_path / "shell").exists)
    own.service.stop()
    assert _alive(tmp_path) == []
    own.start()
    stopped = own.service.records.get(run)
    own.service.stop()
    assert (stopped.status, stopped.conclusion) == ("completed", "cancelled")
    assert {status["state"] for status in own.repositories.statuses[-2:]} == {"error"}


def test_a_killed_sandbox_leaves_no_process_and_the_next_one_says_so(own, tmp_path):
    sandbox = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "sandbox_to_kill.py"), str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "ACT": str(find_act())},
        start_new_session=True,
    )
    try:
        own.until((tmp_path / "shell").exists)
        assert len(_alive(tmp_path)) == 3
    finally:
        sandbox.send_signal(signal.SIGKILL)
        sandbox.wait()
    own.until(lambda: not _alive(tmp_path))
    own.start()
    run = own.service.records.get(1)
    own.service.stop()
    assert run.conclusion == "cancelled"
    assert run.note == "The sandbox was stopped while this run was at work"
    assert not list((own.folder / "runs").glob("work/*"))


def test_of_jobs_in_one_group_the_newest_waits_and_the_others_give_way(world, repository, tmp_path):
    text = f"""
      on: push
      jobs:
        beside: {{runs-on: ubuntu-latest, steps: [{{run: echo}}]}}
        deploy:
          runs-on: ubuntu-latest
          concurrency: {{group: "Deploy-${{{{ github.ref_name }}}}"}}
          steps: [{{run: "until [ -e {tmp_path}/go ]; do sleep 0.1; done"}}]
    """
    runs = _three_in_one_group(world, repository, text, "deploy-main", tmp_path / "go")
    first, second, third = (world.jobs(run)["deploy"] for run in runs)
    assert third.started >= first.completed
    assert (second.conclusion, second.started) == ("cancelled", None)
    assert "higher priority waiting request for 'deploy-main'" in second.note
    assert world.conclusions(runs[1])["beside"] == "success"


def test_a_newer_job_ends_the_one_at_work_where_an_expression_says_so(world, repository, tmp_path):
    text = f"""
      on: push
      jobs:
        a:
          runs-on: ubuntu-latest
          concurrency:
            group: g
            cancel-in-progress: ${{{{ github.ref == 'refs/heads/main' }}}}
          steps: [{{run: "touch {tmp_path}/on; sleep ${{{{ vars.LONG }}}}"}}]
    """
    world.repositories.variable_values[repository, None] = {"LONG": "60"}
    (first,) = world.push(repository, {"c.yml": text})
    world.until((tmp_path / "on").exists)
    world.repositories.variable_values[repository, None] = {"LONG": "0"}
    (second,) = world.push(repository, {"n": "1"})
    assert world.finished(second).conclusion == "success"
    assert world.conclusions(first) == {"a": "cancelled"}
    assert world.finished(first).conclusion == "cancelled"


def test_a_job_in_its_own_workflow_s_group_is_told_that_it_would_wait_forever(world, repository):
    text = """
      on: push
      concurrency: g
      jobs: {a: {runs-on: ubuntu-latest, concurrency: g, steps: [{run: echo}]}}
    """
    (run,) = world.push(repository, {"c.yml": text})
    assert world.finished(run).conclusion == "failure"
    assert "a deadlock for concurrency group 'g'" in world.log(run, "a")


def test_a_called_workflow_s_group_is_one_for_all_that_call_it(world, repository):
    called = """
      on: workflow_call
      concurrency: "only-${{ github.ref_name }}"
      jobs: {inner: {runs-on: ubuntu-latest, steps: [{run: sleep 1}]}}
    """
    caller = """
      on: push
      jobs:
        one: {uses: ./.github/workflows/called.yml}
        two: {uses: ./.github/workflows/called.yml}
    """
    (run,) = world.push(repository, {"c.yml": caller, "called.yml": called})
    assert world.finished(run).conclusion == "success"
    one, two = sorted(world.jobs(run).values(), key=lambda job: job.started)
    assert two.started >= one.completed
