"""A sandbox with one run at work, for a test that kills it: `python sandbox_to_kill.py FOLDER`."""

import os
import sys
import time
from pathlib import Path

from tests.sandbox.github.runs.conftest import World
from tests.sandbox.github.runs.repositories import Repositories
from tests.sandbox.github.runs.test_lifetime import _sleeper

folder = Path(sys.argv[1])
world = World(folder, Repositories(folder / "git"), ensure=lambda: Path(os.environ["ACT"])).start()
world.push("acme/a", {"s.yml": _sleeper(folder)})
time.sleep(60)
