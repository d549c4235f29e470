"""Homes as text: SQL, git's own export, and what their client knows of them.

`python -m tests.sandbox.store.recorded_home NAME` records one of the version of today, to be added
whenever a release changes tables. A recorded one is never edited.
"""

import base64
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from sandbox.server.home import Home
from tests.sandbox.kills.checks import settle
from tests.sandbox.kills.server import Server
from tests.sandbox.kills.world import Beliefs, Space, World
from tests.sandbox.store.recorded_talk import answers, resolved, talk

HOMES = Path(__file__).parent / "homes"
# Of the machine that recorded it: ports, and what was asked of it.
_LEFT_OUT = re.compile(r'INSERT INTO "?(?:addresses|requests|sqlite_sequence)"? ')


def record(name: str) -> None:
    """A home with something of everything, from a server that was stopped in the middle."""
    with tempfile.TemporaryDirectory() as folder:
        home, clones = Path(folder, "home"), Path(folder, "clones")
        home.mkdir()
        clones.mkdir()
        with Server(home) as server:
            world = World(server, clones)
            fill(world)
            questions = talk(world)
            settle(world, None)
            known = {"answers": answers(world, questions), "resolved": resolved(world)}
            world.close()
            with closing(sqlite3.connect(server.home.database)) as database:
                lines = [each for each in database.iterdump() if not _LEFT_OUT.match(each)]
            state = "\n".join(lines) + "\n"
            for platform, address in _platforms(server.home).items():
                state = state.replace(address, f"127.0.0.1:{{{platform}}}")
        target = HOMES / name
        target.mkdir(parents=True)
        (target / "state.sql").write_text(state, encoding="utf-8")
        _write(target / "repositories.json", dict(_exported(home)))
        _write(target / "objects.json", dict(_objects(home)))
        _write(target / "answers.json", known)
        _write(target / "beliefs.json", {**asdict(world.sure), "followed": world.followed})


def fill(world: World) -> None:
    """Makes two of each, with a history."""
    for name in ("first", "second"):
        world.sure = world.create_space(name)
        world.sure = world.commit_space(name, f"<!-- {name} -->")
    world.sure = world.rename_space("second", "renamed")
    world.sure = world.upload_model("weights", 32)
    world.sure = world.create_repository("app")
    world.sure = world.push_repository("app", "one")
    world.sure = world.create_service("web", "app")
    settle(world, None)
    world.sure = world.commit_repository("app", "two")
    settle(world, None)
    world.sure = world.deploy("web")


def put_down(name: str, home: Path) -> None:
    """Makes the home of that recording in an empty folder."""
    recorded = HOMES / name
    state = (recorded / "state.sql").read_text(encoding="utf-8")
    for platform, address in _platforms(Home(home)).items():  # a home keeps its ports
        state = state.replace(f"127.0.0.1:{{{platform}}}", address)
    with closing(sqlite3.connect(home / "sandbox.db")) as database:
        database.executescript(state)
    for place, text in _read(recorded / "repositories.json").items():
        bare = home / place
        _git("init", "-q", "--bare", "--initial-branch=main", str(bare))
        _git("-C", str(bare), "fast-import", "--quiet", content=text.encode())
    for place, text in _read(recorded / "objects.json").items():
        (home / place).parent.mkdir(parents=True, exist_ok=True)
        (home / place).write_bytes(base64.b64decode(text))


def known_answers(name: str) -> dict:
    """What was answered to whom asked that home, as `recorded_talk` shows it; older ones: none."""
    file = HOMES / name / "answers.json"
    return _read(file) if file.exists() else {"answers": {}, "resolved": None}


def believed(name: str, world: World) -> None:
    """Lets a client know what it knew of that home."""
    known = _read(HOMES / name / "beliefs.json")
    world.followed = known.pop("followed")
    spaces = known.pop("spaces")
    world.sure = Beliefs(**known)
    for each, space in spaces.items():
        named = tuple(space["secrets"]), tuple(space["variables"])
        world.sure.spaces[each] = Space(space["page"], *named)


def _exported(home: Path) -> Iterator[tuple[str, str]]:
    heads = [*home.glob("hub/repositories/*/git/HEAD"), *home.glob("github/repositories/*/HEAD")]
    for head in sorted(heads):
        if (head.parent / "objects").is_dir():
            text = _git("-C", str(head.parent), "fast-export", "--all").decode()
            yield str(head.parent.relative_to(home)), text


def _objects(home: Path) -> Iterator[tuple[str, str]]:
    large = home.glob("hub/repositories/*/lfs/??/??/*")
    assets = (each for each in home.glob("**/*-releases/**/*") if each.is_file())
    for file in sorted([*large, *assets]):
        yield str(file.relative_to(home)), base64.b64encode(file.read_bytes()).decode()


def _platforms(home: Home) -> dict[str, str]:
    identity = home.identity()
    ports = {
        "hub": identity.hub_port,
        "render": identity.render_port,
        "github": identity.github_port,
    }
    return {platform: f"127.0.0.1:{port}" for platform, port in ports.items()}


def _git(*arguments: str, content: bytes = b"") -> bytes:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    command = ["git", *arguments]
    done = subprocess.run(command, input=content, env=environment, check=True, capture_output=True)
    return done.stdout


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    record(sys.argv[1])
