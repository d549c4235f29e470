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
from doors.progress_view import progress_on
from doors.setup import tools
from report.behaviour.reading import read_behaviour
from report.terminal import render_behaviour
from toolchain.engine.setup import Engine
from toolchain.progress import Progress, SetupError

FILE = "behaviour.json"


@dataclass(frozen=True)
class Touched:
    """A system, and what of the change is reason to run it."""

    golden: Golden
    because: Sequence[str]


def run_both_sides(home: Home, base: str, save: Path | None = None) -> int:
    """Runs what a change touches before and after, and prints the findings; the exit code.

    Args:
        home: of the checkout that is the head.
        base: a commit or branch.
        save: for the findings and the pictures; the sandbox's own folder if None.

    Raises:
        SetupError: there is no such commit, or nothing can be run here.
    """
    folder = save or home.folder / "behaviour"
    folder.mkdir(parents=True, exist_ok=True)
    commit, systems = touched(home.checkout, base, all_golden())
    found: list[Found] = []
    if systems:  # else there is nothing to set up either
        progress = progress_on()
        with tools(home, progress, server=False) as (_, engine):
            if engine is None:
                raise SetupError("There is no container engine, so nothing can be run.")
            found = compare(home.checkout, commit, systems, engine, progress, folder)
    print(render_behaviour(read_behaviour(write(found, folder))), end="")
    return 1 if any("head" in each.failed for each in found) else 0


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


def compare(
    checkout: Path,
    commit: str,
    systems: Sequence[Touched],
    engine: Engine,
    progress: Progress,
    folder: Path,
) -> list[Found]:
    """Raises and asks systems before and after.

    Args:
        checkout: whose files are the head.
        commit: the base.
        systems: those that are touched.
        engine: builds and runs them.
        progress: where each system announces itself.
        folder: for pictures; it is there.
    """
    found = []
    for each in systems:
        title = f"Behaviour of {each.golden.system}: before and after"
        started = time.monotonic()
        with progress.step(title, usually_seconds=120), _sides(checkout, commit) as sides:
            result = _system(each, checkout, sides, folder, engine, Pace())
        found.append(replace(result, seconds=round(time.monotonic() - started, 1)))
    return found


def write(found: Sequence[Found], folder: Path) -> Path:
    """Writes the findings where `report` looks for them."""
    path = folder / FILE
    text = json.dumps({"systems": [each.as_json() for each in found]}, indent=1)
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def _sides(checkout: Path, commit: str) -> Iterator[tuple[Side, Side]]:
    with tempfile.TemporaryDirectory(prefix="behaviour-") as place:
        base = Side.of_commit("base", Path(place, "base"), checkout, commit)
        head = Side.of_checkout("head", Path(place, "head"), checkout)
        try:
            yield base, head
        finally:
            with ThreadPoolExecutor(2) as both:
                list(both.map(Side.forget, (base, head)))


def _system(
    what: Touched,
    checkout: Path,
    sides: tuple[Side, Side],
    folder: Path,
    engine: Engine,
    pace: Pace,
) -> Found:
    golden = what.golden

    client = docker.DockerClient(base_url=engine.address.docker_host)

    def raised(side: Side) -> Raised | str:
        try:
            side.choose(golden.system)
            side.prepare(checkout)
            side.up()
            return Raised.look(side, golden.system, client)
        except RaisingError as error:
            return str(error) or "it said nothing"

    try:
        with ThreadPoolExecutor(len(sides)) as both:  # what both build is built once
            base, head = both.map(raised, sides)
        if isinstance(base, Raised) and isinstance(head, Raised):
            return look(what, base, head, folder, pace)
    finally:
        client.close()
    said = {side.name: one for side, one in zip(sides, (base, head), strict=True)}
    failed = {name: one for name, one in said.items() if isinstance(one, str)}
    return Found(golden.system, what.because, failed=failed)


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
