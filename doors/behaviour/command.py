"""Which systems a change touches, and what becomes of them: `python -m doors behaviour BASE`."""

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import docker
import yaml

from doors.behaviour import pictures
from doors.behaviour.comparing import Pace, ask_in_turn, watch_memory
from doors.behaviour.findings import Found
from doors.behaviour.golden import Golden, all_golden
from doors.behaviour.raised import Raised, image_sizes, weight_sizes
from doors.behaviour.sides import STACK, RaisingError, Side, git
from doors.home import Home
from toolchain.engine.setup import Engine
from toolchain.progress import Progress, SetupError

FILE = "behaviour.json"


@dataclass(frozen=True)
class Touched:
    """A system, and what of the change is reason to run it."""

    golden: Golden
    because: Sequence[str]


def touched(checkout: Path, base: str, golden: Sequence[Golden]) -> tuple[str, list[Touched]]:
    """The commit to compare with, and the systems that differ from it.

    Args:
        checkout: whose files, committed or not, are the head.
        base: a commit; what is compared with is where the head left it.
        golden: all systems that can be asked.

    Raises:
        SetupError: there is no such commit.
    """
    commit = git(checkout, "merge-base", base, "HEAD").strip()
    changed = git(checkout, "diff", "--name-only", "--no-renames", "-z", commit).split("\0")
    new = git(checkout, "ls-files", "-z", "--others", "--exclude-standard").split("\0")
    paths = sorted(filter(None, {*changed, *new}))
    stack_file = f"Pulumi.{STACK}.yaml"
    values = _values_of(checkout, commit, stack_file) if stack_file in paths else {}
    found = []
    for each in golden:
        because = each.touched(paths)
        if each.system in values:
            because.append(stack_file)
        if because:
            found.append(Touched(each, because))
    return commit, found


def _values_of(checkout: Path, commit: str, name: str) -> set[str]:
    """The systems whose values differ."""
    now = _config((checkout / name).read_text(encoding="utf-8"))
    try:
        before = _config(git(checkout, "show", f"{commit}:{name}"))
    except SetupError:  # there was no such file
        before = {}
    keys = {key for key in {*now, *before} if now.get(key) != before.get(key)}
    return {key.rpartition(":")[2] for key in keys}


def _config(text: str) -> dict[str, Any]:
    try:
        return dict((yaml.safe_load(text) or {}).get("config") or {})
    except (yaml.YAMLError, AttributeError, TypeError, ValueError):
        return {}  # raising it says what is wrong with it


def compare(home: Home, base: str, folder: Path, engine: Engine, progress: Progress) -> list[Found]:
    """Raises and asks what the change touches, and writes the findings into the folder.

    Raises:
        SetupError: there is no such base, or a golden file is not what it should be.
    """
    commit, systems = touched(home.checkout, base, all_golden())
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for each in systems:
        title = f"Behaviour of {each.golden.system}: before and after"
        started = time.monotonic()
        with progress.step(title, usually_seconds=120), _sides(home.checkout, commit) as sides:
            result = _system(each, home.checkout, sides, folder, engine, Pace())
        found.append(replace(result, seconds=round(time.monotonic() - started, 1)))
    text = json.dumps({"systems": [each.as_json() for each in found]}, indent=1)
    (folder / FILE).write_text(text, encoding="utf-8")
    return found


@contextmanager
def _sides(checkout: Path, commit: str) -> Iterator[tuple[Side, Side]]:
    with tempfile.TemporaryDirectory(prefix="behaviour-") as place:
        base = Side.of_commit("base", Path(place, "base"), checkout, commit)
        head = Side.of_checkout("head", Path(place, "head"), checkout)
        try:
            yield base, head
        finally:
            for each in (base, head):
                each.forget()


def _system(
    what: Touched,
    checkout: Path,
    sides: tuple[Side, Side],
    folder: Path,
    engine: Engine,
    pace: Pace,
) -> Found:
    golden = what.golden

    def failure(side: Side) -> str:
        try:
            side.choose(golden.system)
            side.prepare(checkout)
            side.up()
        except RaisingError as error:
            return str(error) or "it said nothing"
        return ""

    with ThreadPoolExecutor(len(sides)) as both:  # what both build is built once
        said = zip(sides, both.map(failure, sides), strict=True)
        failed = {side.name: words for side, words in said if words}
    if failed:
        return Found(golden.system, what.because, failed=failed)
    client = docker.DockerClient(base_url=engine.address.docker_host)
    try:
        base, head = (Raised.look(side, golden.system, client) for side in sides)
        return look(what, base, head, folder, pace)
    finally:
        client.close()


def look(what: Touched, base: Raised, head: Raised, folder: Path, pace: Pace) -> Found:
    """Everything that is to be found of two raised sides."""
    golden = what.golden
    answers, latency = ask_in_turn(golden, base.app, head.app, pace)
    memory = watch_memory(golden, base.app, head.app, (base.memory, head.memory), pace)
    program = pictures.browser()
    return Found(
        golden.system,
        what.because,
        answers=answers,
        latency=latency,
        memory=memory,
        images=image_sizes(base, head),
        weights=weight_sizes(base, head),
        pages=pictures.look_at_pages(golden, base.app, head.app, folder, program)
        if program
        else (),
        no_pictures="" if program or not golden.pages else pictures.NONE,
    )
