"""Service containers of a job."""

import json

import pytest

from sandbox.github.runs.planning.workflow import WorkflowError, parse_workflow
from sandbox.github.runs.runners.services import ServiceError, services_of
from sandbox.machine.contract import HealthCheck
from tests.sandbox.github.runs.conftest import CONTAINER
from toolchain.images.postgres_image import packaged_major
from toolchain.progress import SetupError

PASSWORD = "pass-of-the-database-0815"
HEALTH = "--health-cmd pg_isready --health-interval 1s --health-timeout 5s --health-retries 30"
ASK = """
import socket, struct
words = b"user\\0postgres\\0database\\0postgres\\0\\0"
with socket.create_connection(("localhost", 5432), 5) as asked:
    asked.sendall(struct.pack("!ii", len(words) + 8, 3 << 16) + words)
    print("answer", asked.recv(1).decode())
"""


def _postgres() -> str:
    try:
        return f"postgres:{packaged_major()}"
    except SetupError:
        return "postgres:16"  # where a registry answers


def _job(services, *steps: str) -> str:
    run = [{"run": each} for each in steps or ("echo never",)]
    job = {"runs-on": "ubuntu-latest", "services": services, "steps": run}
    return json.dumps({"on": "push", "jobs": {"job": job}})


@pytest.mark.parametrize("world", [CONTAINER], indirect=True)
def test_a_job_reaches_its_database_at_localhost_once_that_is_well(world, repository, machine):
    world.repositories.secret_values[repository, None] = {"PASSWORD": PASSWORD}
    services = {
        "db": {
            "image": "${{ vars.IMAGE }}",
            "env": {"POSTGRES_PASSWORD": "${{ secrets.PASSWORD }}"},
            "ports": ["5432:5432"],
            "options": HEALTH,
        }
    }
    world.repositories.variable_values[repository, None] = {"IMAGE": _postgres()}
    text = _job(services, f"python3 - <<'END'\n{ASK}\nEND", "ls /var/lib/postgresql || echo apart")
    (run,) = world.push(repository, {"w.yml": text})
    assert world.finished(run, seconds=300).conclusion == "success", world.log(run, "job")
    log = world.log(run, "job")
    assert "answer R" in log  # it asks for the password
    assert "\napart" in log
    assert f"Service db: {_postgres()}" in log
    assert PASSWORD not in log
    assert machine.remove_containers() == 0


@pytest.mark.parametrize("world", [CONTAINER], indirect=True)
def test_a_service_that_ends_fails_its_job_with_its_last_words(world, repository, machine):
    (run,) = world.push(
        repository, {"w.yml": _job({"db": {"image": _postgres(), "options": HEALTH}})}
    )
    assert world.finished(run, seconds=300).conclusion == "failure"
    assert "Service db is exited" in world.log(run, "job")
    assert "POSTGRES_PASSWORD" in world.log(run, "job")
    assert machine.remove_containers() == 0


@pytest.mark.parametrize("world", [CONTAINER], indirect=True)
def test_an_image_that_nobody_has_is_named(world, repository):
    (run,) = world.push(repository, {"w.yml": _job({"db": "registry.invalid/none:1"})})
    assert world.finished(run, seconds=60).conclusion == "failure"
    assert "registry.invalid/none:1" in world.jobs(run)["job"].note


def test_what_services_say_is_understood():
    options = "--health-cmd='pg_isready -q' --health-interval 1m30s --health-retries=5"
    credentials = {"username": "me", "password": PASSWORD}
    said = {"image": "a/b:1", "ports": [80, "5432:5432"], "options": options, "env": {"A": True}}
    one, two = services_of({"x": {**said, "credentials": credentials}, "y": "redis:7"})
    assert one.health == HealthCheck(command="pg_isready -q", interval_seconds=90, retries=5)
    assert one.env == {"A": "true"}
    assert one.login.password == PASSWORD
    assert PASSWORD not in repr(one)
    assert (two.image, two.health, two.login) == ("redis:7", None, None)
    assert services_of({"none": {"image": ""}}) == services_of(None) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"volumes": ["/:/host"]}, "volumes is not imitated"),
        ({"options": "--privileged --network host"}, "--privileged"),
        ({"options": "-v /:/host"}, "-v is not imitated"),
        ({"options": "--network host"}, "--network is not imitated"),
        ({"options": "--health-interval soon"}, "soon is no duration"),
        ({"options": "--health-cmd 'x"}, "options"),
        ({"ports": ["8080:80"]}, "under another number"),
        ({"ports": ["53/udp"]}, "no port that is imitated"),
        ({"ports": 80}, "ports: a sequence was expected"),
        ({"env": ["A=1"]}, "env: a mapping was expected"),
        ({"options": "--health-retries many"}, "many is no number of retries"),
    ],
)
def test_what_is_not_imitated_is_refused_with_its_line_before_anything_runs(given, said):
    with pytest.raises(ServiceError, match=said):
        services_of({"x": {"image": "a", **given}})
    jobs = {"job": {"runs-on": "x", "services": {"x": {"image": "a", **given}}}}
    jobs["job"]["steps"] = [{"run": "echo"}]
    with pytest.raises(WorkflowError, match=said) as refused:
        parse_workflow("w.yml", json.dumps({"on": "push", "jobs": jobs}, indent=1).encode())
    assert "(Line: 7, Col: " in str(refused.value)


def test_services_that_are_no_mapping_are_refused_before_anything_runs():
    text = (
        "on: push\njobs:\n  job:\n    runs-on: x\n    services: [redis]\n    steps:\n    - run: a\n"
    )
    with pytest.raises(WorkflowError, match=r"Line: 5.*has to be a mapping"):
        parse_workflow("w.yml", text.encode())


def test_what_an_expression_gives_is_refused_by_the_job():
    given = {"image": "a", "options": "${{ vars.OPTIONS }}", "ports": ["${{ vars.PORT }}:80"]}
    jobs = {"job": {"runs-on": "x", "services": {"x": given}, "steps": [{"run": "echo"}]}}
    parse_workflow("w.yml", json.dumps({"on": "push", "jobs": jobs}).encode())
    with pytest.raises(ServiceError, match="--cpus"):
        services_of({"x": {**given, "options": "--cpus 2", "ports": []}})
