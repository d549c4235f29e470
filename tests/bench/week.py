"""A week of use in minutes: what pushes, runs and deploys leave behind, and whether it stays quick.

`python -m tests.bench.week [--rounds N]`: a round is four pushes, half of them by git and half by
the API: to two Spaces, to a repository with a workflow, and to one that a service follows too. That
is two runs and a deploy; 500 rounds are 2,000 pushes, 500 deploys and 1,000 runs. Every tenth round
creates and deletes a Space and a model. The machine's containers are threads. Figures are of the
one server process, at start and at the end.
"""

import argparse
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from sandbox.console.report import table
from sandbox.render.deploys.turn import Tuning
from sandbox.server.prune import prune
from tests.sandbox.kills.checks import settle
from tests.sandbox.kills.server import Server
from tests.sandbox.kills.world import World

_ASKED = 30  # times for each answer time


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        home, clones = Path(folder, "home"), Path(folder, "clones")
        home.mkdir()
        clones.mkdir()
        with Server(home) as server, closing(World(server, clones)) as world:
            begin(world)
            figures = {"start": measured(world)}
            began = time.monotonic()
            for number in range(rounds):
                one_round(world, number)
            check(world, rounds)
            took = time.monotonic() - began
            figures["end"] = measured(world)
            list(prune(server.home))
            figures["pruned"] = measured(world)
    rows = [(name, *(f"{figures[when][name]:.1f}" for when in figures)) for name in figures["end"]]
    sys.stdout.write(
        f"{rounds * 4} pushes, {rounds} deploys and {rounds * 2} runs in {took:.0f} s; "
        f"none was lost or doubled\n{table(rows, ('', *figures))}\n"
    )


def begin(world: World) -> None:
    for name in ("site", "docs"):
        world.sure = world.create_space(name)
    for name in ("app", "lib"):
        world.sure = world.create_repository(name)
        world.sure = world.push_repository(name, "first")
    world.sure = world.create_service("web", "app")
    settle(world, None)


def one_round(world: World, number: int) -> None:
    world.sure = world.commit_space("site", f"<!-- {number} -->")
    world.sure = world.push_space("docs", f"<!-- {number} -->")
    world.sure = world.push_repository("app", f"round {number}")
    world.sure = world.commit_repository("lib", f"round {number}")
    if number % 10 == 0:
        world.sure = world.create_space("passing")
        world.sure = world.upload_model("weights", 200_000)
        world.sure = world.delete_space("passing")
        world.sure = world.delete_model("weights")


def check(world: World, rounds: int) -> None:
    """Waits until all is done, and fails if something was lost or done twice."""
    [service] = world.service_ids().values()

    def counted() -> tuple[list[int], str, str, int]:
        runs = [
            world.github.get(f"/api/v3/repos/slipway/{name}/actions/runs").json()["total_count"]
            for name in ("app", "lib")
        ]
        newest = world.render.get(f"/v1/services/{service}/deploys").json()[0]["deploy"]
        with closing(sqlite3.connect(world.server.home.database)) as database:
            [[deploys]] = database.execute(
                "SELECT count(DISTINCT commit_id) FROM render_deploys WHERE cause = 'new_commit'"
            ).fetchall()
        return runs, newest["status"], (newest["commit"] or {}).get("id", ""), deploys

    last = world.sure.repositories["app"][-1]
    kept = min(rounds, Tuning().kept_deploys + 1)  # of those that ended, and the one that is live
    world.until(
        lambda: counted() == ([rounds + 1] * 2, "live", last, kept),
        lambda: f"at the end: {counted()}",
    )


def measured(world: World) -> dict[str, float]:
    process = Path("/proc", str(world.server.pid))
    with closing(sqlite3.connect(world.server.home.database)) as database:
        [[containers]] = database.execute(
            "SELECT (SELECT count(container) FROM spaces)"
            " + (SELECT count(container) FROM render_services)"
        ).fetchall()
    sizes = list(file_sizes(world.server.home.folder))
    return {
        "disk, MB": sum(sizes) / (1 << 20),
        "files": float(len(sizes)),
        "resident, MB": int((process / "statm").read_text().split()[1]) * 4096 / (1 << 20),
        "open files": float(len(list((process / "fd").iterdir()))),
        "containers": float(containers),
        "threads": float(len(list((process / "task").iterdir()))),
        "list of Spaces, ms": milliseconds(lambda: world.hub.get("/api/spaces")),
        "list of runs, ms": milliseconds(
            lambda: world.github.get("/api/v3/repos/slipway/app/actions/runs")
        ),
        "list of services, ms": milliseconds(lambda: world.render.get("/v1/services")),
    }


def file_sizes(folder: Path) -> Iterator[int]:
    """In bytes, of what is there for longer than a look."""
    for place, _, names in os.walk(folder):  # which passes over folders that have just gone
        for name in names:
            with suppress(FileNotFoundError):
                yield Path(place, name).stat().st_size


def milliseconds(ask: Callable[[], object]) -> float:
    """The median."""
    took = []
    for _ in range(_ASKED):
        began = time.monotonic()
        ask()
        took.append((time.monotonic() - began) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    main()
