"""The private daemons survive what happens to daemons.

They run in network and mount namespaces of their own here, with their own cache folder: what is
done to them reaches no engine that is in use.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from toolchain.engine.setup import Route, plan
from toolchain.progress import SetupError

pytestmark = [pytest.mark.machine, pytest.mark.long]

SCENARIO = Path(__file__).with_name("private_engine_scenario.py")


@pytest.fixture
def busybox(machine, build, tmp_path):
    """A small image as a file, from the engine in use; skips where no private engine is used."""
    try:
        if plan().route is not Route.PRIVATE:
            pytest.skip("a Docker engine runs here; nobody needs a private one")
    except SetupError as error:
        pytest.skip(str(error))
    build("FROM busybox\n")
    archive = tmp_path / "busybox.tar"
    with archive.open("wb") as file:
        for chunk in machine._client.images.get(machine._images.name("app:1")).save():
            file.write(chunk)
    return archive


@pytest.mark.parametrize(
    "story",
    [
        "killed_dockerd",
        "open_files",
        "killed_builder",
        "slow",
        "other_version",
        "stale_pid_files",
        "rebooted",
        "leases",
        "all_killed",
        "removed_folder",
    ],
)
def test_private_engine(busybox, story):
    # Not pytest's own temporary folder: its sockets' paths may have 104 characters.
    folder = tempfile.mkdtemp(prefix="slw", dir="/tmp")
    try:
        inside = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable]
        ended = subprocess.run(
            ["unshare", "--net", "--mount", *inside, SCENARIO, story],
            check=False,
            env={
                **os.environ,
                "SLIPWAY_SCENARIO": folder,
                "SLIPWAY_BUSYBOX": str(busybox),
                "PYTHONPATH": str(Path.cwd()),
            },
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert ended.stdout.splitlines()[-1] == "as expected"
    finally:
        shutil.rmtree(folder)
