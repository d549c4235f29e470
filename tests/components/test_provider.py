"""What a provider raises for people reaches them without a traceback; other errors keep theirs."""

import sys
import traceback
from types import ModuleType

import pytest
from pulumi.dynamic import __main__ as host

from slipway.core.managed import Provider
from slipway.errors import ConfigError


@pytest.fixture
def spoken(monkeypatch):
    """What the host of dynamic providers says of an exception, once a provider is configured."""
    monkeypatch.setitem(sys.modules, "__main__", host)
    monkeypatch.setattr(host, "traceback", traceback)
    Provider().configure(None)

    def said(error):
        try:
            raise error
        except Exception:  # noqa: BLE001 - as the host of the providers does
            return host.traceback.format_exc()

    return said


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
