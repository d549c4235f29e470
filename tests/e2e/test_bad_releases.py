"""Protects visitors from bad releases: none ever serves, and the engine's error says what it was.

Every release is a real container under a plan's real limits.
"""

import re
import secrets
from dataclasses import replace

import pytest
import requests

from sandbox.machine.contract import BuildRequest
from sandbox.machine.docker_machine import DockerMachine
from tests.faults.programs import RELEASES
from tests.faults.project import Project
from tests.providers.render_platform import QUICK, serve_render
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

START_SECONDS = 15.0  # an app has to be healthy; 15 minutes on Render
WEB = """
FROM busybox
RUN mkdir -p /www/cgi-bin && echo {word} > /www/index.html \\
    && printf '#!/bin/sh\\nprintf "Status: {status}\\\\r\\\\n\\\\r\\\\n{word}"\\n' \\
    > /www/cgi-bin/health && chmod +x /www/cgi-bin/health
CMD echo "{word} begins" && exec httpd -f -p {port} -h /www
"""
EATER = """
FROM debian:bookworm-slim
CMD echo 'loading a large model'; exec perl -e 'my @kept; while (1) { push @kept, "x" x 10000000 }'
"""
GOOD = WEB.format(word="good", status="200 OK", port="$PORT")
BAD = {  # what is wrong: its Dockerfile, what the error concludes, what the app wrote at the end
    "crash": (
        "FROM busybox\nCMD echo 'no database at 10.0.0.1' >&2; exit 7\n",
        "The app ended by itself",
        ["no database at 10.0.0.1", "nonZeroExit 7"],
    ),
    "hang": (
        "FROM busybox\nCMD echo 'thinking it over'; exec sleep 600\n",
        "Nothing listens",
        ["thinking it over", "No open ports detected on 0.0.0.0:10000"],
    ),
    "sick": (
        WEB.format(word="sick", status="500 Sick", port="$PORT"),
        "The health check never passed",
        ["sick begins", "last: status 500"],
    ),
    "wrong-port": (
        WEB.format(word="elsewhere", status="200 OK", port="5000"),
        "It listens on another port",
        ["elsewhere begins", "Detected open ports: 5000"],
    ),
    "localhost": (
        WEB.format(word="inward", status="200 OK", port="127.0.0.1:$PORT"),
        "It listens on localhost only",
        ["inward begins", "Detected open ports on localhost: 10000"],
    ),
    "oom": (EATER, "Out of memory", ["loading a large model", "oomKilled memoryLimit 512Mi"]),
}


@pytest.fixture(scope="module")
def engine():
    with ensure_engine(Progress()) as held:
        yield held.address


@pytest.fixture(scope="module")
def docker(engine):
    machine = DockerMachine(engine, sandbox_id=f"releases-{secrets.token_hex(4)}")
    yield machine
    machine.remove_all()
    machine.close()


@pytest.fixture(scope="module")
def images(engine, docker, tmp_path_factory):
    """Every release as an image in the registry: `good`, and one for each thing that is wrong."""
    folder = tmp_path_factory.mktemp("releases")
    registry = engine.buildkit.registry
    made = {}
    for name, text in {"good": GOOD, **{name: bad[0] for name, bad in BAD.items()}}.items():
        context = folder / name
        context.mkdir()
        (context / "Dockerfile").write_text(text)
        docker.build(BuildRequest(context=context, tag=f"release:{name}"), lambda _line: None)
        made[name] = f"{registry}/slipway-{docker._sandbox_id}/release:{name}"
    return made


def test_no_bad_release_serves_and_each_error_says_what_it_was(docker, images, tmp_path):
    tuning = replace(QUICK, start_seconds=START_SECONDS, poll_seconds=0.1, watch_seconds=0.2)
    good = dict.fromkeys(BAD, images["good"])
    with serve_render(tmp_path / "render", machine=docker, tuning=tuning) as render:
        run = Project(tmp_path / "project", render.url, RELEASES, good)
        run.init()
        run.up()
        urls = run.outputs()
        assert_all_say_good(urls)

        run.declare({name: images[name] for name in BAD})
        ended = run.pulumi("up", "--yes", "--skip-preview", "--continue-on-error")
        assert not ended.ok
        assert_all_say_good(urls)
        for name, (_, conclusion, words) in BAD.items():
            (service,) = render.named(name)
            newest, live = render.deploys(service["id"])
            assert (newest["status"], live["status"]) == ("update_failed", "live"), name
            told = error_about(name, ended.said)
            assert f"deploy {newest['id']}: it ended in update_failed after" in told
            assert conclusion in told
            assert f"See {service['dashboardUrl']}\n" in told
            log = told.partition("--- the end of its log ---")[2]
            assert [word for word in words if word not in log] == []

        run.declare(good)
        run.up()
        assert_all_say_good(urls)
        run.unchanged()


def assert_all_say_good(urls):
    said = {name: requests.get(url, timeout=60).text for name, url in urls.items()}
    assert said == dict.fromkeys(BAD, "good\n")


def error_about(name, said):
    """What the engine's diagnostics say of a service's deploy."""
    diagnostics = said.partition("\nDiagnostics:\n")[2]
    begin = re.search(rf"error: (Render service {name}: )", diagnostics).start(1)
    return diagnostics[begin:].partition("\n\n")[0].replace("\n    ", "\n")
