"""An engine that dies anywhere leaves nothing behind that the next `up` does not take up."""

import os
import signal
from pathlib import Path

import pytest

from sandbox.http.faults import Delay, Faults
from sandbox.store.database import Database
from tests.e2e.clone import Clone, post_json
from tests.faults.project import LONGEST_RUN, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]


@pytest.fixture
def fresh(tmp_path):
    made = Clone.make(tmp_path / "clone")
    yield made
    made.sandbox("reset")


@pytest.mark.parametrize(
    "held",
    [
        pytest.param("/api/spaces/.*/preupload/", id="before the first commit"),
        pytest.param("/api/spaces/.*/secrets", id="after it"),
    ],
)
def test_a_killed_engine_is_taken_up_again_with_one_space_and_no_question(fresh, held):
    assert fresh.sandbox("run", "--", "true").returncode == 0  # sets up and starts the sandbox
    faults = Faults(Database(fresh.folder / ".slipway" / "sandbox.db"))
    rule = faults.set("hub", Delay(60_000), path=held)
    running = fresh.start("up", "dev")
    wait_until(lambda: faults.hits(rule) or running.poll() is not None)
    assert running.poll() is None, running.communicate()[0]
    engine = engine_of(running.pid)
    os.kill(engine, signal.SIGKILL)
    running.communicate(timeout=LONGEST_RUN)
    assert running.returncode != 0
    faults.clear()

    again = fresh.up()

    assert f"an engine (process {engine}) died here" in again.stderr
    assert [space["id"] for space in fresh.status()["spaces"]] == ["slipway/inference-dev"]
    assert [model["id"] for model in fresh.status()["models"]] == ["slipway/tiny-phi-dev"]
    url = fresh.outputs()["inference"]["url"]
    assert post_json(f"{url}/generate", {"prompt": "Q: ", "max_new_tokens": 4})["text"]
    before = fresh.last_request()
    assert "7 unchanged" in fresh.up().stdout
    assert [row for row in fresh.requests(before) if row["mutates"]] == []


def engine_of(parent):
    """The process id of the pulumi that a sandbox command started."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                started_by = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, ProcessLookupError):
                continue
            if started_by == parent and words[0].endswith(b"pulumi"):
                return int(entry.name)
    raise AssertionError("no engine runs")
