"""Jobs of a sandbox that has no container engine."""

from sandbox.github.runs.runners.container_runner import ContainerRunner
from sandbox.machine.no_machine import NoMachine
from tests.sandbox.github.runs.conftest import World
from tests.sandbox.github.runs.repositories import Repositories


def _no_act():
    raise AssertionError("nobody runs, so nothing is built")


def test_they_fail_with_a_word_on_what_would_run_them_and_not_on_this_machine(tmp_path):
    repositories = Repositories(tmp_path / "git")
    repositories.folder.mkdir()
    runner = ContainerRunner(NoMachine(), _no_act, ports=set, parallel_jobs=1)
    world = World(tmp_path, repositories).start(runner=runner)
    text = "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: touch /made}]}}"
    (run,) = world.push("acme/a", {"w.yml": text})
    assert world.finished(run).conclusion == "failure"
    world.service.stop()
    [job] = world.jobs(run).values()
    assert "--no-containers" in job.note
    assert "--jobs host" in job.note
    assert "##[error]The machine for jobs could not be made" in world.log(run, "a")
