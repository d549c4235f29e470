"""What the builder needs of this machine's loopback answers inside its namespace, and no more."""

import os
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from toolchain.engine.builder_ways import BuilderWays, ways

NAMESPACE = Path("/run/netns/of-a-builder")
FETCH = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=5).read().decode())"


def test_only_what_is_on_loopback_needs_a_way(tmp_path):
    resolvers = tmp_path / "resolv.conf"
    resolvers.write_text("search example\nnameserver 127.0.0.53\nnameserver 192.0.2.1\n")
    environment = {"HTTPS_PROXY": "http://localhost:3128", "http_proxy": "http://192.0.2.7:3128"}
    found = ways(NAMESPACE, ("127.0.0.1:5000",), environment=environment, resolvers=resolvers)
    assert found.namespace == str(NAMESPACE)
    assert list(found.tcp) == ["127.0.0.1:5000", "127.0.0.1:3128", "127.0.0.53:53"]
    assert list(found.udp) == ["127.0.0.53:53"]


def test_a_machine_without_resolvers_or_proxies_has_the_services_alone(tmp_path):
    found = ways(
        NAMESPACE, ("127.0.0.1:1", "127.0.0.1:2"), environment={}, resolvers=tmp_path / "none"
    )
    assert (list(found.tcp), list(found.udp)) == (["127.0.0.1:1", "127.0.0.1:2"], [])


def test_what_steps_need_is_opened_and_the_registry_never_is(tmp_path):
    found = ways(
        NAMESPACE,
        ("127.0.0.1:5000",),
        steps_need=("127.0.0.1:3141", "127.0.0.1:5000"),
        open_at="10.0.0.1",
        environment={},
        resolvers=tmp_path / "none",
    )
    assert (list(found.open), found.open_at) == (["127.0.0.1:3141"], "10.0.0.1")


@pytest.fixture
def namespace():
    name = f"slipway-test-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    subprocess.run(["ip", "-netns", name, "link", "set", "lo", "up"], check=True)
    yield Path("/run/netns") / name
    subprocess.run(["ip", "netns", "delete", name], check=True)


@pytest.mark.machine
@pytest.mark.skipif(os.geteuid() != 0, reason="making a network needs root")
def test_one_service_is_reached_from_the_namespace_and_its_neighbour_is_not(
    namespace, serve, tmp_path
):
    word = uuid.uuid4().hex * 10_000  # more than one piece
    process = BuilderWays(tmp_path / "ways")
    with serve("127.0.0.1", word) as service, serve("127.0.0.1", word) as neighbour:
        settings = ways(
            namespace, (f"127.0.0.1:{service}",), environment={}, resolvers=tmp_path / "none"
        )
        process.ensure(settings)
        try:
            running = process._process.pid()
            process.ensure(settings)
            assert process._process.pid() == running, "what runs is left alone"
            answers = [fetched(namespace, port) for port in (service, neighbour, service)]
        finally:
            process.stop()
    assert answers == [word, None, word]
    assert not process.alive()


def fetched(namespace: Path, port: int) -> str | None:
    command = ["nsenter", f"--net={namespace}", sys.executable, "-c", FETCH]
    ended = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/"], check=False, capture_output=True, text=True
    )
    return ended.stdout.strip() if ended.returncode == 0 else None


@pytest.mark.machine
@pytest.mark.skipif(os.geteuid() != 0, reason="making a network needs root")
def test_a_package_index_on_loopback_answers_under_an_address_that_steps_reach(
    namespace, serve, tmp_path
):
    word = uuid.uuid4().hex
    process = BuilderWays(tmp_path / "ways")
    with serve("127.0.0.1", word) as index, serve("127.0.0.1", word) as neighbour:
        settings = ways(
            namespace,
            (),
            steps_need=(f"127.0.0.1:{index}",),
            open_at="127.0.0.9",
            environment={},
            resolvers=tmp_path / "none",
        )
        process.ensure(settings)
        try:
            with urlopen(f"http://127.0.0.9:{index}/", timeout=5) as answer:
                assert answer.read().decode() == word
            with pytest.raises(URLError):
                urlopen(f"http://127.0.0.9:{neighbour}/", timeout=5)
        finally:
            process.stop()
