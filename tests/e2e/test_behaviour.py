"""Five pull requests, told apart by what they do: both sides are raised in sandboxes and asked.

A refactoring, another prompt, slower code, a leak and other weights, of the inference system. The
environment holds no secret at all, as that of a stranger's fork.
"""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace

import docker
import pytest

from doors.behaviour.command import Touched, look, write
from doors.behaviour.comparing import Pace
from doors.behaviour.golden import all_golden
from doors.behaviour.raised import Raised
from doors.behaviour.sides import Side
from report.behaviour.reading import read_behaviour
from report.comment import render_comment
from report.plan import Plan
from tests.e2e.app_changes import APP, APP_CHANGES
from tests.e2e.clone import CHECKOUT
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

[GOLDEN] = [replace(each, pages=()) for each in all_golden() if each.system == "inference"]
PACE = Pace(pairs=15, seconds=10.0, rounds=30, watched_seconds=10.0)


@pytest.fixture(scope="module")
def sides(tmp_path_factory):
    """Base and head, raised alike and at the same time; both gone afterwards."""
    folder = tmp_path_factory.mktemp("behaviour")
    both = [Side.of_checkout(name, folder / name, CHECKOUT) for name in ("base", "head")]
    with pytest.MonkeyPatch.context() as patch, ensure_engine(Progress()) as engine:
        for name in list(os.environ):
            if name.endswith(("TOKEN", "KEY", "SECRET", "PASSPHRASE")):
                patch.delenv(name)
        try:
            for side in both:
                side.choose("inference")
                side.prepare(CHECKOUT)
                side.up()
            client = docker.DockerClient(base_url=engine.address.docker_host)
            yield (*both, client)
            client.close()
        finally:
            for side in both:
                side.forget()


@pytest.fixture
def compared(sides, tmp_path):
    """What is found of base and head as they now stand."""
    base, head, client = sides

    def comparing():
        started = time.monotonic()
        head.up()
        raised = [Raised.look(side, "inference", client) for side in (base, head)]
        found = look(Touched(GOLDEN, [APP]), *raised, tmp_path, PACE)
        seconds = time.monotonic() - started
        [system] = read_behaviour(write([replace(found, seconds=seconds)], tmp_path))
        sys.stdout.write(render_comment(Plan(stack="dev", behaviour=[system])))
        return system

    return comparing


@pytest.fixture
def engine_file(sides):
    """Head's file, put back afterwards."""
    path = sides[1].folder / APP
    text = path.read_text()
    yield path
    path.write_text(text)


@pytest.mark.parametrize(
    ("change", "verdicts"),
    [
        ("refactoring", []),
        ("prompt", ["answers change"]),
        ("slower", ["slower"]),
        ("leak", ["leaks memory"]),
    ],
)
def test_what_a_pull_request_does_is_told(compared, engine_file, change, verdicts):
    text = engine_file.read_text()
    _, old, new = APP_CHANGES[change]
    assert old in text
    engine_file.write_text(text.replace(old, new))

    found = compared()

    # Beside what else runs on this machine other times are unsure, and never another verdict.
    assert found.verdicts() == verdicts
    assert [each.other for each in found.weights] == [False]
    assert all(each.before and each.after for each in (*found.images, *found.weights))
    assert found.same == (2 if change == "prompt" else 4)


def test_other_weights_are_told_from_other_code(sides, compared, tmp_path):
    """Another model in the head's checkout; its sandbox is a new one, as that of a pull request."""
    _, head, _ = sides
    trained = tmp_path / "trained"
    train = [sys.executable, head.folder / "app/language_model/train.py", "--out", trained]
    subprocess.run(
        [*train, "--steps", "20", "--seed", "5"],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(head.folder)},
    )
    head._doors("reset")
    build = head.folder / "app/language_model/build"
    shutil.rmtree(build, ignore_errors=True)
    shutil.copytree(trained, build)

    found = compared()

    assert found.verdicts() == ["other weights", "answers change"]
    assert [part[0] for each in found.changed for part in each.parts if part[0] != "text"]
