"""Protects the program's own file: what it exports, and that a refusal reads as one line."""

import atexit
import gc
import runpy
import subprocess
import sys

import pulumi
import pytest

from systems import SYSTEMS
from tests.components.recorder import Recorder, run
from tests.systems.conftest import CHECKOUT


@pytest.fixture
def exported(monkeypatch):
    outputs = {}
    monkeypatch.setattr(pulumi, "export", outputs.__setitem__)
    yield outputs
    gc.enable()  # a program ends with its process; this one goes on
    atexit.unregister(gc.freeze)


def start(recorder, values):
    def program():
        runpy.run_path(str(CHECKOUT / "__main__.py"))

    run(recorder, program, values)


def test_every_named_system_is_raised_and_exported_under_its_name(stack_values, exported):
    recorder = Recorder()
    start(recorder, {**stack_values("dev"), "slipway:systems": '["inference"]'})
    assert set(exported) == {"inference"}
    assert set(exported["inference"]) == {"url", "page", "model"}
    assert "inference-space" in recorder.resources


def test_a_stack_that_names_no_system_raises_nothing(stack_values, exported):
    recorder = Recorder()
    start(recorder, {**stack_values("dev"), "slipway:systems": "[]"})
    assert (recorder.resources, exported) == ({}, {})


def test_an_unknown_system_is_refused_with_the_known_ones_before_any_other_is_raised(
    stack_values, exported
):
    recorder = Recorder()
    values = {**stack_values("dev"), "slipway:systems": '["inference", "nonsense"]'}
    with pytest.raises(pulumi.RunError) as refusal:
        start(recorder, values)
    assert str(refusal.value) == (
        f"slipway:systems names nonsense; known are {', '.join(sorted(SYSTEMS))}."
    )
    assert (recorder.resources, exported) == ({}, {})


def test_a_refusal_of_a_component_is_printed_without_a_traceback(
    stack_values, exported, monkeypatch
):
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(pulumi.RunError, match="Export HF_TOKEN") as refusal:
        start(Recorder(), stack_values("dev"))
    assert "Traceback" not in str(refusal.value)
    assert exported == {}


def test_what_an_up_does_not_use_is_not_loaded_before_it_begins():
    """A client of the Hub alone is as much work as the program's own modules."""
    code = """if True:
        import sys
        import systems, systems.checklist, systems.plan
        print(sorted({"huggingface_hub", "httpx2", "docker", "jwt"} & {*sys.modules}))
    """
    assert subprocess.check_output([sys.executable, "-c", code], cwd=CHECKOUT, text=True) == "[]\n"
