"""The project's own workflows, as this GitHub reads them."""

import json
from pathlib import Path

import pytest

from sandbox.github.contract import Trigger
from sandbox.github.runs.planning.equivalents import find_actions
from sandbox.github.runs.planning.filters import listens
from sandbox.github.runs.planning.workflow import FOLDER, Workflow, parse_workflow

ROOT = Path(__file__).parents[4]
FILES = [ROOT / FOLDER / name for name in ("checks.yml", "preview.yml")]


def _parsed(path: Path) -> Workflow:
    return parse_workflow(f"{FOLDER}/{path.name}", path.read_bytes())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_they_are_valid_and_ask_for_little(path):
    workflow = _parsed(path)
    assert workflow.source["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in workflow.on
    assert "secrets." not in path.read_text()
    for job in workflow.jobs.values():
        assert job.source["timeout-minutes"]
        found = find_actions(job.steps, lambda _path: None, lambda _name, _ref: None)
        assert found.missing == []
        pins = [step["uses"].rpartition("@")[2] for step in job.steps if "uses" in step]
        assert all(len(pin) == 40 for pin in pins)  # a tag may be moved, a commit not


def test_the_checks_are_those_of_the_makefile():
    checks = _parsed(ROOT / FOLDER / "checks.yml")
    assert set(checks.on) == {"pull_request", "workflow_dispatch"}
    ran = {key: job.steps[-1]["run"] for key, job in checks.jobs.items()}
    assert ran == {"lint": "make lint", "test": "make test"}
    doors = (ROOT / "Makefile").read_text()
    assert all(f"\n{door.removeprefix('make ')}:" in doors for door in ran.values())


def test_a_push_to_the_sandbox_starts_none_of_the_projects_own_checks():
    told = Trigger(
        repository="a/b", event="push", ref="refs/heads/main", commit="0" * 40, actor="ann"
    )
    assert not any(listens(_parsed(path), told, lambda: None) for path in FILES)


def test_the_checks_are_listed_and_can_be_dispatched(world, repository):
    checks = _parsed(ROOT / FOLDER / "checks.yml").source
    for key, job in checks["jobs"].items():
        job["steps"] = [{"run": f"echo {key}"}]  # itself it takes minutes
    quick = json.dumps(dict(checks))
    world.repositories.commit(repository, {f"{FOLDER}/checks.yml": quick})
    assert world.service.workflow_paths(repository) == [f"{FOLDER}/checks.yml"]
    (run,) = world.trigger(repository, "workflow_dispatch", workflow="checks.yml")
    assert world.finished(run).conclusion == "success", world.jobs(run)
    assert world.conclusions(run) == {"lint": "success", "test": "success"}
