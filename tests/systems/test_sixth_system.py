"""A sixth system is one file, one app folder and lines of a stack: tried in a copy."""

import json
import runpy
import shutil
import sys

import pulumi
import pytest

from tests.components.recorder import Recorder, run
from tests.systems.conftest import CHECKOUT

SYSTEM = '''\
"""Greeting: a page on a Docker Space."""

from dataclasses import dataclass
from pathlib import Path

from systems.config import StackConfig
from systems.parts.space import DockerSpace, SpaceSettings
from systems.plan import Outputs, Plan, System


@dataclass(frozen=True, kw_only=True)
class GreetingSettings(SpaceSettings):
    """The values of `slipway:greeting`."""

    whom: str = "everybody"


def plan_greeting(stack: StackConfig, settings: GreetingSettings) -> Plan:
    """The Space."""
    space = DockerSpace(
        system="greeting",
        stack=stack,
        settings=settings,
        folder=Path("app/greeting"),
        delivery="download",
        variables={"WHOM": settings.whom},
    )

    def declare() -> Outputs:
        return {"url": space.declare().url}

    return Plan(parts=[space], declare=declare)


SYSTEM = System(GreetingSettings, plan_greeting)
'''
APP = {
    "Dockerfile": (
        "FROM python:3.11-slim\nWORKDIR /app\nCOPY server.py .\nUSER 1000\nEXPOSE 7860\n"
        'CMD ["python", "server.py"]\n'
    ),
    "README.md": "---\ntitle: Greeting\nsdk: docker\napp_port: 7860\n---\n",
    "server.py": "import http.server\n\nhttp.server.test(port=7860)\n",
}
LINES = {
    "slipway:systems": '["inference", "greeting"]',
    "slipway:greeting": '{"space": "greeting-dev", "whom": "us"}',
}


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the program, to which nothing but these files was added."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "systems", tmp_path / "systems", ignore=ignored)
    shutil.copy(CHECKOUT / "__main__.py", tmp_path)
    (tmp_path / "app").mkdir()
    for each in (CHECKOUT / "app").iterdir():
        (tmp_path / "app" / each.name).symlink_to(each)
    (tmp_path / "systems" / "greeting.py").write_text(SYSTEM)
    (tmp_path / "app" / "greeting").mkdir()
    for name, text in APP.items():
        (tmp_path / "app" / "greeting" / name).write_text(text)
    for name in [each for each in sys.modules if each.partition(".")[0] == "systems"]:
        monkeypatch.delitem(sys.modules, name)  # the copy's are read, and these are back afterwards
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    for name in [each for each in sys.modules if each.partition(".")[0] == "systems"]:
        del sys.modules[name]


@pytest.fixture
def raised(copy, checkout, stack_values, monkeypatch):
    """What the copy's program declares and exports in dev with these lines."""

    def raise_it(**lines):
        recorder, exported = Recorder(), {}
        monkeypatch.setattr(pulumi, "export", exported.__setitem__)

        def program():
            from systems.parts.trained import LANGUAGE_MODEL  # noqa: PLC0415 - the copy's

            vars(LANGUAGE_MODEL)["folder"] = checkout
            runpy.run_path(str(copy / "__main__.py"))
            return exported

        try:
            run(recorder, program, {**stack_values("dev"), **LINES, **lines})
        except pulumi.RunError as refused:
            return recorder, str(refused)
        return recorder, exported

    return raise_it


def test_it_is_planned_and_declared_beside_the_others(raised):
    recorder, exported = raised()
    assert set(exported) == {"inference", "greeting"}
    space = recorder["greeting-space"].inputs
    assert space["repo_id"] == "slipway/greeting-dev"
    assert space["variables"] == {"LOG_LEVEL": "INFO", "WHOM": "us"}
    assert set(space["manifest"]) == set(APP)
    assert recorder.outputs["greeting"] == {"url": "https://it.hub"}
    assert "inference-space" in recorder.resources


def test_what_is_wrong_with_it_is_said_beside_what_is_wrong_with_others(raised, copy):
    (copy / "app" / "greeting" / "server.py").write_text("import torch\n")
    own = json.dumps({"space": "inference-dev", "hardware": "cpu-upgrade"})
    recorder, said = raised(**{"slipway:greeting": own})
    assert recorder.resources == {}
    assert "inference-dev: server.py imports torch and no requirement names torch" in said
    assert "slipway:inference.space and slipway:greeting.space: both name the Space" in said


def test_its_values_are_read_as_strictly_as_those_of_the_others(raised):
    recorder, said = raised(**{"slipway:greeting": '{"space": "greeting", "wom": "us"}'})
    assert recorder.resources == {}
    assert "slipway:greeting.wom is unknown. Is whom meant?" in said
