"""Docker Spaces on a real engine, with Dockerfiles as strangers write them."""

import secrets
import time
from collections.abc import Iterator

import httpx
import pytest

from sandbox.hub.spaces.running.turn import Tuning
from sandbox.machine.docker_machine import DockerMachine
from tests.sandbox.spaces.conftest import until
from tests.sandbox.spaces.live_hub import LiveHub
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress

pytestmark = pytest.mark.machine

CARD = "---\ntitle: Stranger\nsdk: docker\n---\n"
CANARY = "canary-7e0b2d41"
# The builder keeps its cache from run to run, and a cached step prints nothing.
FRESH = secrets.token_hex(8)
QUICK = Tuning(poll_seconds=0.1, watch_seconds=0.2)

PERL_SERVER = """
use strict; use warnings; use IO::Socket::INET; $| = 1;
my $server = IO::Socket::INET->new(
    LocalAddr => '0.0.0.0', LocalPort => 7860, Listen => 5, ReuseAddr => 1) or die "listen: $!";
print "perl listens\\n";
while (my $client = $server->accept) {
    while (my $line = <$client>) { last if $line =~ /^\\r?$/ }
    open my $stamp, '<', '/srv/stamp' or die; local $/; my $text = <$stamp>;
    my $body = "perl uid=$< greeting=$ENV{GREETING} stamp=$text";
    print $client "HTTP/1.1 200 OK\\r\\nContent-Length: " . length($body)
        . "\\r\\nConnection: close\\r\\n\\r\\n$body";
    close $client;
}
"""
PERL_SPACE = {
    "README.md": CARD,
    "serve.pl": PERL_SERVER,
    "Dockerfile": f"""
FROM debian:bookworm-slim
ENV FRESH={FRESH}
ARG GREETING=nobody
WORKDIR /srv
COPY serve.pl /opt/app/serve.pl
RUN --mount=type=secret,id=KEY,mode=0444,required=true \\
    echo "built with $GREETING and $(wc -c < /run/secrets/KEY) secret bytes" | tee /srv/stamp \\
    && cat /run/secrets/KEY && useradd -m -u 1000 user
USER user
EXPOSE 7860
ENTRYPOINT ["perl", "/opt/app/serve.pl"]
""",
}
BUSYBOX_SPACE = {
    "README.md": CARD,
    "www/index.html": "<h1>busybox</h1>\n",
    "Dockerfile": """
FROM busybox
COPY www /www
CMD ["httpd", "-f", "-v", "-p", "7860", "-h", "/www"]
""",
}
CALLER_SPACE = {
    "README.md": CARD,
    "Dockerfile": """
FROM busybox
RUN mkdir /www && chmod 777 /www
CMD wget -qO /www/index.html "$OTHER" && wget -qO /www/hub "$HF_ENDPOINT/api/agent-harnesses" \
    && exec httpd -f -p 7860 -h /www
""",
}


@pytest.fixture(scope="module")
def docker() -> Iterator[DockerMachine]:
    engine = ensure_engine(Progress())
    machine = DockerMachine(engine.address, sandbox_id=f"spaces-{secrets.token_hex(4)}")
    yield machine
    machine.remove_all()
    machine.close()
    engine.release(Progress())


@pytest.fixture
def hub(tmp_path, docker) -> Iterator[LiveHub]:
    with LiveHub(tmp_path, docker, QUICK, docker.bind_host) as live:
        yield live


def create(hub: LiveHub, repo_id: str, content: dict[str, str], **settings) -> str:
    hub.api.create_repo(repo_id, repo_type="space", space_sdk="docker", **settings)
    return hub.commit(repo_id, content)


def test_two_foreign_dockerfiles_run_side_by_side_on_the_same_inner_port(hub):
    perl = create(
        hub,
        "acme/perl",
        PERL_SPACE,
        space_variables=[{"key": "GREETING", "value": "hello"}],
        space_secrets=[{"key": "KEY", "value": CANARY}],
    )
    busybox = create(hub, "acme/busybox", BUSYBOX_SPACE)
    assert hub.wait("acme/perl", perl, seconds=180).stage == "RUNNING"
    assert hub.wait("acme/busybox", busybox, seconds=180).stage == "RUNNING"
    answer = httpx.get(hub.app("acme/perl")).text
    assert answer.startswith("perl uid=1000 greeting=hello stamp=built with hello and ")
    assert f"{len(CANARY)} secret bytes" in answer
    assert httpx.get(hub.app("acme/busybox")).text == "<h1>busybox</h1>\n"
    build_log = hub.log("acme/perl", "build")
    assert "built with hello" in build_log
    assert "***" in build_log
    assert CANARY not in build_log


@pytest.mark.long
def test_app_reaches_another_space_and_the_hub_from_inside(hub):
    busybox = create(hub, "acme/busybox", BUSYBOX_SPACE)
    assert hub.wait("acme/busybox", busybox, seconds=180).stage == "RUNNING"
    caller = create(
        hub,
        "acme/caller",
        CALLER_SPACE,
        space_variables=[{"key": "OTHER", "value": hub.app("acme/busybox")}],
    )
    assert hub.wait("acme/caller", caller, seconds=180).stage == "RUNNING"
    assert httpx.get(hub.app("acme/caller")).text == "<h1>busybox</h1>\n"
    assert "harnesses" in httpx.get(f"{hub.app('acme/caller')}/hub").json()


def test_failing_second_step_is_a_build_error_and_the_log_holds_its_output(hub):
    create(
        hub,
        "acme/broken",
        {
            "README.md": CARD,
            "Dockerfile": f"FROM busybox\nENV FRESH={FRESH}\nRUN echo first $((40 + 2))\n"
            "RUN echo missing $((50 + 3)) >&2 && exit 9\nCMD httpd -f -p 7860\n",
        },
    )
    runtime = hub.wait("acme/broken", seconds=180)
    assert runtime.stage == "BUILD_ERROR"
    log = hub.log("acme/broken", "build")
    assert "first 42" in log
    assert "missing 53" in log
    assert httpx.get(hub.app("acme/broken")).status_code == 503


@pytest.mark.long
def test_crash_at_start_is_a_runtime_error_with_its_log_and_exit_code(hub):
    create(
        hub,
        "acme/crash",
        {
            "README.md": CARD,
            "Dockerfile": "FROM busybox\nCMD echo no KEY in the environment >&2; exit 78\n",
        },
    )
    runtime = hub.wait("acme/crash", seconds=180)
    assert runtime.stage == "RUNTIME_ERROR"
    assert runtime.raw["errorMessage"].startswith("Exit code: 78. Reason: ")
    assert "no KEY in the environment" in hub.log("acme/crash", "run")


def test_new_commit_replaces_the_app_and_deletion_leaves_nothing(hub, docker):
    first = create(hub, "acme/site", BUSYBOX_SPACE)
    assert hub.wait("acme/site", first, seconds=180).stage == "RUNNING"
    address = hub.app("acme/site")
    second = hub.commit("acme/site", {"www/index.html": "<h1>second</h1>\n"})
    while hub.api.get_space_runtime("acme/site").raw.get("sha") != second:
        assert httpx.get(address).status_code == 200  # one of the two always serves
        time.sleep(0.05)
    assert httpx.get(address).text == "<h1>second</h1>\n"
    hub.api.delete_repo("acme/site", repo_type="space")
    until(lambda: not hub.addresses.ports(), seconds=60)
    client = docker._client
    label = {"label": f"slipway.sandbox={docker._sandbox_id}"}
    names = [
        each.name for each in client.containers.list(all=True, ignore_removed=True, filters=label)
    ]
    names += [each.name for each in client.networks.list(filters=label)]
    names += [tag for image in client.images.list(filters=label) for tag in image.tags]
    assert [name for name in names if "site" in name] == []


@pytest.mark.long
def test_superseded_build_is_ended_early(hub):
    endless = "FROM busybox\nRUN while true; do echo tick; sleep 0.1; done\n"
    create(hub, "acme/slow", BUSYBOX_SPACE | {"Dockerfile": endless})
    logs, space = hub.service.log_store, hub.service.log_id("acme/slow")
    until(lambda: any(each.line == "tick" for each in logs.read(space, "build")), seconds=60)
    last = hub.commit("acme/slow", BUSYBOX_SPACE)
    assert hub.wait("acme/slow", last, seconds=60).stage == "RUNNING"


@pytest.mark.long
def test_app_comes_back_from_its_image_after_a_stop_of_the_sandbox(tmp_path, docker):
    with LiveHub(tmp_path, docker, QUICK, docker.bind_host) as first:
        commit = create(first, "acme/back", BUSYBOX_SPACE)
        assert first.wait("acme/back", commit, seconds=180).stage == "RUNNING"
        address, log = first.app("acme/back"), first.log("acme/back", "build")
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)
    with LiveHub(tmp_path, docker, QUICK, docker.bind_host) as second:
        assert second.wait("acme/back", commit).stage == "RUNNING"
        assert httpx.get(address).text == "<h1>busybox</h1>\n"
        assert second.log("acme/back", "build") == log
        second.api.delete_repo("acme/back", repo_type="space")
        until(lambda: not second.addresses.ports(), seconds=60)


@pytest.mark.long
def test_image_that_somebody_pruned_is_built_again(hub, docker):
    commit = create(hub, "acme/pruned", BUSYBOX_SPACE)
    assert hub.wait("acme/pruned", commit, seconds=180).stage == "RUNNING"
    hub.api.pause_space("acme/pruned")
    until(
        lambda: not docker._client.containers.list(ignore_removed=True, filters={"name": "pruned"}),
        seconds=30,
    )
    for image in docker._client.images.list():
        for tag in image.tags:
            if "pruned" in tag:
                docker._client.images.remove(tag, force=True)
    hub.api.restart_space("acme/pruned")
    assert hub.wait("acme/pruned", commit, seconds=180).stage == "RUNNING"
