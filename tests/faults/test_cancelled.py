"""Ctrl-C while services are waited for: the run ends soon, and the next one goes on from there."""

import signal
import time

import pytest

from sandbox.http.faults import Answer
from tests.faults.programs import RELEASES
from tests.faults.project import wait_until
from tests.providers.render_platform import IMAGE

pytestmark = [pytest.mark.e2e, pytest.mark.long]

NAMES = [f"held-{number}" for number in range(6)]  # more waits than a host serves by itself
WAIT_SECONDS = 120  # that the program has for each
SOON_SECONDS = 30


def test_all_waits_end_soon_and_the_next_run_takes_them_up(project, render):
    run = project(RELEASES, dict.fromkeys(NAMES, f"{IMAGE}:1"))
    render.fault(Answer(503), path="/deploys/", method="GET", times=None)
    render.mark()
    engine = run.start("up", "--yes", "--skip-preview")
    looked = lambda: {each.path for each in render.requests() if "/deploys/" in each.path}  # noqa: E731
    wait_until(lambda: len(looked()) == len(NAMES) or engine.poll() is not None)
    assert engine.poll() is None, engine.communicate()[0]

    engine.send_signal(signal.SIGINT)
    begun = time.monotonic()
    said, _ = engine.communicate(timeout=WAIT_SECONDS)
    assert time.monotonic() - begun < SOON_SECONDS, said
    assert engine.returncode != 0
    assert said.count("Ended by Ctrl-C while it waited") >= len(NAMES), said
    assert "Traceback" not in said

    render.faults.clear()
    render.mark()
    run.up()
    assert [len(render.named(name)) for name in NAMES] == [1] * len(NAMES)
    assert not [write for write in render.writes() if "DELETE" in write]
    run.up("--expect-no-changes")
