"""What a provider raises for people reaches them without a traceback; other errors keep theirs."""

import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

import pytest

from slipway.core.managed import Provider
from slipway.errors import ConfigError


@pytest.fixture
def spoken(monkeypatch):
    """What the host of dynamic providers says of an exception, once a provider is configured.

    Importing that host would serve; what of it is relied on is looked up in its source, below.
    """
    host = ModuleType("__main__")
    host._abort_with_traceback = host  # how it is recognised
    host.traceback = traceback
    monkeypatch.setitem(sys.modules, "__main__", host)
    Provider().configure(None)

    def said(error):
        try:
            raise error
        except Exception:  # noqa: BLE001 - as the host of the providers does
            return host.traceback.format_exc()

    return said


def test_the_host_of_the_installed_sdk_is_recognised():
    source = Path(importlib.util.find_spec("pulumi.dynamic.__main__").origin).read_text()
    assert "def _abort_with_traceback(" in source
    assert "\nimport traceback\n" in source
    assert "traceback.format_exc()" in source


def test_an_error_for_people_is_its_text_alone(spoken):
    assert spoken(ConfigError("Space a/b: no.\nDo this.")) == "Space a/b: no.\nDo this."


def test_another_one_keeps_its_traceback(spoken):
    said = spoken(ValueError("a fault of ours"))
    assert said.startswith("Traceback (most recent call last)")
    assert "test_provider.py" in said


def test_elsewhere_nothing_happens(monkeypatch):
    other = ModuleType("__main__")
    other.traceback = traceback
    monkeypatch.setitem(sys.modules, "__main__", other)
    Provider().configure(None)
    assert other.traceback is traceback
