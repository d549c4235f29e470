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
    assert ran == {"lint": "make lint", "test": "make test-all"}
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
    assert world.service.files.paths(repository) == [f"{FOLDER}/checks.yml"]
    (run,) = world.trigger(repository, "workflow_dispatch", workflow="checks.yml")
    assert world.finished(run).conclusion == "success", world.jobs(run)
    assert world.conclusions(run) == {"lint": "success", "test": "success"}


# --- the pipeline of the turnover API, which does listen to pushes

PIPELINE = ROOT / FOLDER / "ci-cd.yml"
EXPECTED = {"lint": [], "tests": [], "api-server": [], "deploy": ["lint", "tests", "api-server"]}


def _pushed(ref: str) -> Trigger:
    return Trigger(repository="a/b", event="push", ref=ref, commit="0" * 40, actor="ann")


def test_the_pipeline_is_four_jobs_and_deploys_only_after_the_other_three():
    jobs = _parsed(PIPELINE).jobs
    assert {key: list(job.needs) for key, job in jobs.items()} == EXPECTED


def test_the_pipeline_may_do_nothing_but_read_and_its_actions_are_pinned_and_known():
    workflow = _parsed(PIPELINE)
    assert workflow.source["permissions"] == {}
    assert set(workflow.on) == {"push", "pull_request"}
    for key, job in workflow.jobs.items():
        identity = {"id-token": "write"} if key == "deploy" else {}
        assert job.source["permissions"] == {"contents": "read", **identity}
        assert job.source["timeout-minutes"]
        found = find_actions(job.steps, lambda _path: None, lambda _name, _ref: None)
        assert found.missing == []
        pins = [step["uses"].rpartition("@")[2] for step in job.steps if "uses" in step]
        assert all(len(pin) == 40 for pin in pins)


def test_each_run_of_the_pipeline_is_one_door_of_the_app():
    ran = [s["run"] for job in _parsed(PIPELINE).jobs.values() for s in job.steps if "run" in s]
    doors = (ROOT / "app/turnover/Makefile").read_text()
    assert ran == [f"make -C app/turnover {door}" for door in ("lint", "test", "try", "deploy")]
    assert all(f"\n{command.rpartition(' ')[2]}:" in doors for command in ran)


def test_the_token_that_may_write_reaches_one_step_of_the_job_that_deploys():
    for key, job in _parsed(PIPELINE).jobs.items():
        text = json.dumps(dict(job.source))
        assert text.count("secrets.HF_TOKEN") == (1 if key == "deploy" else 0)
        assert all("secrets." not in str(step.get("run", "")) for step in job.steps)
    guard = str(_parsed(PIPELINE).jobs["deploy"].source["if"])
    assert "github.event_name == 'push'" in guard


@pytest.mark.parametrize(
    ("ref", "file", "starts"),
    [
        ("refs/heads/dev", "app/turnover/api.py", True),
        ("refs/heads/main", "app/turnover/src/service.py", True),
        ("refs/heads/main", "app/frigo/app.py", False),
        ("refs/heads/feature/x", "app/turnover/api.py", False),
    ],
)
def test_the_pipeline_starts_where_the_app_changed_on_a_branch_that_deploys(ref, file, starts):
    assert listens(_parsed(PIPELINE), _pushed(ref), lambda: [file]) is starts
