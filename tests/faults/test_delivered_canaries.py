"""Protects every secret in what a delivery shows and keeps.

Twenty secrets, each in every way to write it, are looked for in a kept plan and its events, the
comment and the terminal's lines made from them, the log of carrying it out, and the redacted state.
A secret that the program itself puts where none is marked is found in each.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from doors.delivery.engine import Engine
from doors.delivery.plans import carry_out, digest, make_plan
from report.comment import render_comment
from report.reading import read_plan
from report.terminal import render_terminal
from tests.e2e.leaks import holds, in_files
from tests.faults.test_twenty_canaries import drawn, made
from tests.providers.conftest import TOKEN, hub, running_hub
from tests.providers.render_platform import KEY
from tests.report.test_comment import visible
from toolchain.progress import SetupError

__all__ = ["hub", "made", "running_hub"]
pytestmark = [pytest.mark.e2e, pytest.mark.long]


class Unruled(Engine):
    """Without the project's rules, which are about stacks of its own."""

    def rules(self):
        return ()


@pytest.fixture
def engine(made):
    who = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    for words in (("init", "--quiet"), (*who, "commit", "--quiet", "--allow-empty", "-m", "t")):
        subprocess.run(["git", *words], cwd=made.sources, check=True)
    return Unruled(made.sources, "dev", {**made.environment, "SLIPWAY_PYTHON": sys.executable})


def with_environment(engine, also):
    return Unruled(engine.project, engine.stack, {**engine.environment, **also})


def told(folder):
    """What people are shown of a plan, on the pull request and in the job's log."""
    plan = read_plan((folder / "head.json").read_text(), "dev")
    assert plan.changes
    return render_comment(plan) + render_terminal(plan)


def test_a_delivery_shows_and_keeps_none_of_twenty(made, engine, tmp_path, capfd):
    canaries = drawn()
    secrets = {"write token": TOKEN, "render key": KEY, **canaries}
    delivered = with_environment(engine, canaries)
    folder = tmp_path / "plan"
    assert make_plan(delivered, folder) == 0
    said = told(folder)
    assert carry_out(delivered, folder, digest(folder)) == 0
    delivered.snapshot(folder / "dev.json")
    names = {each.name for each in folder.iterdir()}
    assert {"head.json", "plan.json", "basis.json", "up.log", "dev.json"} <= names
    assert in_files(folder, secrets) == []
    printed = capfd.readouterr()
    assert holds((visible(said) + said + printed.out + printed.err).encode(), secrets) == set()

    # A secret that also stands where none is marked: each place shows it.
    leaking = tmp_path / "leaking"
    noted = with_environment(delivered, {"NOTE": canaries["CANARY_03"]})
    assert make_plan(noted, leaking) == 0
    found = {(Path(path).name, name) for path, name in in_files(leaking, secrets)}
    assert found == {("head.json", "CANARY_03"), ("plan.json", "CANARY_03")}
    assert holds(visible(told(leaking)).encode(), secrets) == {"CANARY_03"}
    assert "CANARY_03" in holds(capfd.readouterr().out.encode(), secrets)
    assert carry_out(noted, leaking, digest(leaking)) == 0
    with pytest.raises(SetupError, match="there is no snapshot"):
        delivered.snapshot(leaking / "dev.json")
    assert not (leaking / "dev.json").exists()
    printed = capfd.readouterr()
    assert "stands in it unmarked" in printed.err
    made.environment |= canaries
    made.must("destroy", "--yes", "--skip-preview")
