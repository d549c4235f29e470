"""Jobs that name the image they run in."""

import json

import pytest

from sandbox.github.runs.planning.workflow import WorkflowError, parse_workflow
from sandbox.github.runs.runners.job_container import JobContainer, container_of
from sandbox.github.runs.runners.services import ServiceError
from sandbox.machine.contract import BuildRequest, MachineUnavailableError
from tests.sandbox.github.runs.conftest import CONTAINER, HOST

IMAGE = "python:3.11-slim"
PASSWORD = "pass-of-the-container-0816"
SERVING = "python3 -m http.server 8000 --directory /etc"
ASK = """
import time, urllib.request
for _ in range(100):
    try:
        print("served", urllib.request.urlopen("http://web:8000/hostname").status)
        break
    except OSError:
        time.sleep(0.1)
try:
    urllib.request.urlopen("http://localhost:8000/hostname")
except OSError:
    print("localhost is the job's own")
"""


def _job(container, *steps: dict | str, **more) -> str:
    run = [{"run": each} if isinstance(each, str) else each for each in steps or ("echo never",)]
    job = {"runs-on": "ubuntu-latest", "container": container, "steps": run, **more}
    return json.dumps({"on": "push", "jobs": {"job": job}})


def _not_ours(*_):
    raise MachineUnavailableError("nobody asked for the image of jobs")


@pytest.mark.parametrize("world", [CONTAINER], indirect=True)
def test_a_job_runs_in_the_image_that_it_names(world, repository, machine, monkeypatch):
    monkeypatch.setattr(machine, "runner_image", _not_ours)
    world.repositories.secret_values[repository, None] = {"PASSWORD": PASSWORD}
    container = {
        "image": "${{ vars.IMAGE }}",
        "env": {"OF_CONTAINER": "${{ secrets.PASSWORD }}", "NUMBER": 7},
        "volumes": ["/data"],
        "ports": ["8080:80"],
        "options": "--user root",
    }
    world.repositories.variable_values[repository, None] = {"IMAGE": IMAGE}
    text = _job(
        container,
        {
            "id": "one",
            "run": 'echo "value=from-$NUMBER" >> "$GITHUB_OUTPUT"; readlink /proc/$$/exe',
        },
        "test -d /data && command -v python && id -u && echo $OF_CONTAINER",
        {"shell": "python", "run": "import sys; print('interpreter', sys.prefix)"},
        {"shell": "bash", "run": "echo said ${{ steps.one.outputs.value }} $BASH_VERSION"},
        'test -z "$(ls -A /tmp)" && ls -d "$GITHUB_WORKSPACE"; command -v gh || echo "not ours"',
        outputs={"value": "${{ steps.one.outputs.value }}"},
    )
    (run,) = world.push(repository, {"w.yml": text})
    assert world.finished(run, seconds=300).conclusion == "success", world.log(run, "job")
    log = world.log(run, "job")
    assert f"in its own container, of the image {IMAGE}" in log
    assert "/usr/local/bin/python\n0\n" in log
    assert "interpreter /usr" in log
    assert "said from-7" in log
    assert "not ours" in log
    assert PASSWORD not in log
    assert world.jobs(run)["job"].outputs == {"value": "from-7"}
    assert machine.remove_containers() == 0


@pytest.mark.parametrize("world", [CONTAINER], indirect=True)
def test_in_a_job_s_own_container_a_service_is_a_host(world, repository, machine, engine):
    if engine.buildkit is None:
        pytest.skip("the service is an image that is built here")
    folder = world.folder / "web"
    folder.mkdir()
    (folder / "Dockerfile").write_text(f"FROM {IMAGE}\nCMD {json.dumps(SERVING.split())}\n")
    machine.build(BuildRequest(context=folder, tag="web:1"), lambda _: None)
    name = machine._images.name("web:1")
    text = _job(IMAGE, f"python3 - <<'END'\n{ASK}\nEND", services={"web": {"image": name}})
    (run,) = world.push(repository, {"w.yml": text})
    assert world.finished(run, seconds=300).conclusion == "success", world.log(run, "job")
    assert "served 200" in world.log(run, "job")
    assert "localhost is the job's own" in world.log(run, "job")
    assert "reaches them at their names as hosts" in world.log(run, "job")
    assert machine.remove_containers() == 0


@pytest.mark.parametrize("world", [CONTAINER], indirect=True)
def test_an_image_that_can_t_be_had_is_named_in_the_log(world, repository):
    (run,) = world.push(repository, {"w.yml": _job("registry.invalid/none:1")})
    assert world.finished(run, seconds=60).conclusion == "failure"
    assert "An image can't be had: Image registry.invalid/none:1" in world.log(run, "job")
    (run,) = world.push(repository, {"w.yml": _job("none-of-all:1")})
    assert world.finished(run, seconds=60).conclusion == "failure"
    assert "An image can't be had: Image none-of-all:1" in world.log(run, "job")


@pytest.mark.parametrize("world", [CONTAINER], indirect=True)
def test_an_image_without_python_is_told_so(world, repository):
    (run,) = world.push(repository, {"w.yml": _job("busybox")})
    assert world.finished(run, seconds=60).conclusion == "failure"
    assert "The image of this job has no python3" in world.log(run, "job")


@pytest.mark.parametrize("world", [HOST], indirect=True)
def test_on_this_machine_itself_there_are_no_job_containers(world, repository):
    (run,) = world.push(repository, {"w.yml": _job(IMAGE)})
    assert world.finished(run).conclusion == "failure"
    assert "asks for a job container" in world.log(run, "job")


def test_what_a_container_says_is_understood():
    assert container_of(None) is container_of({"image": ""}) is None
    assert container_of("a/b:1") == JobContainer(image="a/b:1")
    made = container_of(
        {
            "image": "a",
            "env": {"A": True, "S": PASSWORD},
            "volumes": ["/data"],
            "credentials": {"username": "me", "password": PASSWORD},
        }
    )
    assert (made.env["A"], made.folders, made.login.password) == ("true", ("/data",), PASSWORD)
    assert PASSWORD not in repr(made)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("      volumes: ['/:/host']", "a folder of the machine"),
        ("      volumes: ['data:/data']", "outlives the job"),
        ("      options: --privileged --network host", "--privileged"),
        ("      options: --cpus 2", "Option --cpus of a job's container is not imitated"),
        ("      ports: ['53/udp']", "no port that is imitated"),
        ("      imge: a", "Unexpected value 'imge'"),
    ],
)
def test_what_is_not_imitated_is_refused_with_its_line_before_anything_runs(line, said):
    text = (
        "on: push\njobs:\n  job:\n    runs-on: x\n    container:\n      image: a\n"
        f"{line}\n    steps:\n    - run: echo\n"
    )
    with pytest.raises(WorkflowError, match=said) as refused:
        parse_workflow("w.yml", text.encode())
    assert "(Line: 7, Col: " in str(refused.value)


def test_what_an_expression_gives_is_refused_by_the_job():
    with pytest.raises(ServiceError, match="--cpus"):
        container_of({"image": "a", "options": "--cpus 2"})
    written = {"image": "a", "options": "${{ vars.OPTIONS }}"}
    assert container_of(written).image == "a"
