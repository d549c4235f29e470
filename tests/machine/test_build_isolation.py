"""What a Dockerfile's RUN reaches, and what it does not: it may be a stranger's."""

import socket
import uuid

import pytest

from sandbox.machine.contract import BuildFailedError, RunRequest
from toolchain.cache import cache_folder

pytestmark = pytest.mark.machine

NOBODY = "reached nobody"


@pytest.fixture(autouse=True)
def _private(engine):
    if engine.address.buildkit is None:
        pytest.skip("the user's own engine has a network of its own for builds")
    settings = cache_folder() / "engine" / "buildkit" / "buildkitd.toml"
    if 'networkMode = "host"' in settings.read_text():
        pytest.skip(
            "builds have no network of their own here: this machine can't, or the builder was "
            "started by an older version and is still in use"
        )


def asked(build, *addresses) -> dict[str, str]:
    """What a step gets from each HTTP address, or NOBODY."""
    lines = "".join(
        f"RUN echo answer-{number}-$(timeout 3 wget -qO - http://{address}/ || echo {NOBODY})\n"
        for number, address in enumerate(addresses)
    )
    said = build(f"FROM busybox\nRUN : {uuid.uuid4().hex}\n{lines}")
    return {
        address: next(
            line.partition(f"answer-{number}-")[2]
            for line in said
            if f" answer-{number}-" in line and "RUN" not in line
        )
        for number, address in enumerate(addresses)
    }


def own_address() -> str:
    """This host's address on its way out; nothing is sent there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("203.0.113.9", 9))
        return str(probe.getsockname()[0])


def test_a_step_reaches_the_sandboxs_servers_and_nothing_else_of_this_host(machine, build, serve):
    word = uuid.uuid4().hex
    with (
        serve(machine.bind_host, word) as inside,
        serve("127.0.0.1", word) as loopback,
        serve("0.0.0.0", word) as everywhere,  # noqa: S104 - reached under one address only
    ):
        addresses = (
            f"{machine.inside_host}:{inside}",
            f"127.0.0.1:{loopback}",
            f"localhost:{loopback}",
            f"{machine.inside_host}:{loopback}",
            f"{own_address()}:{everywhere}",
        )
        answers = asked(build, *addresses)
    assert answers[addresses[0]] == word
    assert {answers[each] for each in addresses[1:]} == {NOBODY}


PUSH = """\
import sys, urllib.error, urllib.request
for host in sys.argv[3:]:
    address = f"http://{host}:{sys.argv[1]}/v2/{sys.argv[2]}/blobs/uploads/"
    request = urllib.request.Request(address, method="POST")
    try:
        print("pushed to", host, urllib.request.urlopen(request, timeout=3).status)
    except urllib.error.HTTPError as error:
        print("pushed to", host, error.code)
    except OSError as error:
        print("kept from", host, error)
"""


def test_a_step_can_not_put_an_image_into_the_registry(machine, engine, build, tmp_path):
    port = engine.address.buildkit.registry.rpartition(":")[2]
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "push.py").write_text(PUSH)
    hosts = ("127.0.0.1", machine.inside_host, own_address(), "localhost")
    step = f"python3 /push.py {port} library/poison {' '.join(hosts)} # {uuid.uuid4().hex}"
    said = "\n".join(build(f"FROM {python_name(engine)}\nCOPY push.py /\nRUN {step}\n"))
    assert [host for host in hosts if f"kept from {host} " not in said] == []


def python_name(engine) -> str:
    return next(each for each in engine.address.buildkit.stand_ins if each.startswith("python:"))


def test_a_step_reaches_no_app(machine, build, serve):
    build("FROM busybox\nRUN echo inside > /index.html\nCMD httpd -f -p 80 -h /\n")
    app = machine.run(RunRequest(name="app", image="app:1", port=80))
    networks = machine._client.containers.get(app.id).attrs["NetworkSettings"]["Networks"]
    (address,) = [each["IPAddress"] for each in networks.values()]
    with serve(machine.bind_host, "there") as port:
        answers = asked(build, f"{machine.inside_host}:{port}", address)
    assert list(answers.values()) == ["there", NOBODY]


def test_a_step_gets_packages_from_the_registry_this_host_uses(engine, build):
    lines = build(
        f"FROM {python_name(engine)}\n"
        f"RUN pip download --no-deps --no-cache-dir -d /got six && ls /got # {uuid.uuid4().hex}\n"
    )
    assert any("six-" in line for line in lines)


@pytest.mark.long
def test_a_fork_bomb_ends_in_its_step_while_the_sandbox_answers(build):
    bomb = "FROM busybox\nRUN sh -c 'n=0; while [ $n -lt 20000 ]; do sleep 30 & n=$((n+1)); done'\n"
    with pytest.raises(BuildFailedError, match="exit code"):
        build(bomb)
    assert build(f"FROM busybox\nRUN echo well # {uuid.uuid4().hex}\n")


@pytest.mark.parametrize("flag", ["--network=host", "--security=insecure"])
def test_a_step_can_not_ask_for_more(build, flag):
    with pytest.raises(BuildFailedError, match=r"not allowed|denied"):
        build(f"# syntax=docker/dockerfile:1\nFROM busybox\nRUN {flag} true\n")
