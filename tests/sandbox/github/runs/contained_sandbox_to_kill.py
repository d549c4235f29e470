"""A sandbox with one job in a container, for a test that kills it: `python … FOLDER NAME`."""

import os
import sys
import time
from pathlib import Path

from sandbox.machine.docker_machine import DockerMachine
from tests.sandbox.github.runs.conftest import World, container_runner
from tests.sandbox.github.runs.repositories import Repositories
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress

STAYS = """
name: Stay
on: push
jobs:
  stay:
    runs-on: ubuntu-latest
    steps:
      - run: |
          setsid sh -c 'while :; do date +%N > "$SLIPWAY_CACHE/alive"; sleep 0.1; done' &
          sleep 300
"""

folder, name = Path(sys.argv[1]), sys.argv[2]
with ensure_engine(Progress()) as engine:
    world = World(folder, Repositories(folder / "git"))
    world.repositories.folder.mkdir()
    machine = DockerMachine(engine.address, name)
    world.start(runner=container_runner(machine, Path(os.environ["ACT"])))
    world.push("acme/a", {"s.yml": STAYS})
    time.sleep(60)
