"""Protects that a wait hears a cancel: in Pulumi's host of dynamic providers, and only there."""

import importlib.util
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest

from slipway.core import cancelling
from slipway.core.cancelling import CALLS_AT_A_TIME, CancelledRunError, pause
from slipway.core.managed import Provider
from slipway.huggingface.space.readiness import Waiter
from slipway.render.deploy.following import Follower

HOST = """
def Cancel():
    return empty_pb2.Empty()

def Delete():
    return empty_pb2.Empty()
"""


@pytest.fixture
def host(monkeypatch):
    """What is relied on of that host; importing it would serve."""
    made = ModuleType("__main__")
    made._abort_with_traceback = made
    made.empty_pb2 = ModuleType("empty_pb2")
    made.empty_pb2.Empty = lambda: "nothing"
    exec(HOST, vars(made))  # noqa: S102 - the text above
    monkeypatch.setitem(sys.modules, "__main__", made)
    monkeypatch.setattr(cancelling, "_CANCELLED", threading.Event())
    return made


def configured(pool):
    """A provider is configured on one of the pool's threads, as the host does."""
    pool.submit(lambda: Provider().configure(None)).result()


def test_the_host_of_the_installed_sdk_is_as_it_is_taken_to_be():
    source = Path(importlib.util.find_spec("pulumi.dynamic.__main__").origin).read_text()
    assert "def Cancel(self, request, context):\n        return empty_pb2.Empty()\n" in source
    assert "import empty_pb2\n" in source
    assert "futures.ThreadPoolExecutor(max_workers=4)" in source


def test_waits_end_when_the_engine_asks_and_a_delete_ends_none(host):
    with ThreadPoolExecutor(4) as pool:
        configured(pool)
        waits = [pool.submit(pause, 60) for _ in range(CALLS_AT_A_TIME - 1)]
        assert pool.submit(host.Delete).result() == "nothing"
        assert not cancelling._CANCELLED.is_set()
        begun = time.monotonic()
        # The pool of four hears it although more than four wait.
        assert pool.submit(host.Cancel).result(timeout=30) == "nothing"
        for wait in waits:
            with pytest.raises(CancelledRunError, match="the same command takes it up"):
                wait.result(timeout=30)
        assert time.monotonic() - begun < 30
        with pytest.raises(CancelledRunError):
            pause(0)


def test_elsewhere_nothing_happens_and_a_pause_is_a_pause(host):
    del host._abort_with_traceback
    with ThreadPoolExecutor(4) as pool:
        configured(pool)
        assert pool._max_workers == 4
    assert isinstance(host.empty_pb2, ModuleType)
    pause(0)


def test_whatever_waits_by_itself_can_be_ended():
    """A new wait of the providers has to be made with `pause`; of the clock only `monotonic`."""
    components = Path(cancelling.__file__).parents[1]
    sleeping = re.compile(r"\btime\.sleep\b|\bimport sleep\b")
    files = components.rglob("*.py")
    assert [str(path) for path in files if sleeping.search(path.read_text())] == []
    for kind in (Waiter, Follower):
        assert kind.__dataclass_fields__["sleep"].default is pause
