"""Protects that an update which failed halfway is not believed undone; see the engine's own test.

Importing Pulumi's host of dynamic providers would serve; what of it is relied on is looked up here.
"""

import asyncio
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from pulumi.dynamic import ReadResult
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from slipway.core.failed_update import ADVICE
from slipway.core.managed import Provider
from slipway.errors import ApiError, DeployError

HOST = """
def wrapper(self, request, context):
    try:
        raise self.error
    except Exception:
        return traceback.format_exc()
"""
REFUSED = DeployError("Space a/b: no.")
OLDS = {"__provider": "code", "open": False, "names": {"kept": "1", "changed": "1"}}
NEWS = {"__provider": "code", "open": True, "names": {"changed": "2", "new": "2"}, "more": {"x": 1}}


class Noting(Provider):
    notes_failed_updates = True

    def __init__(self):
        self.asked = []

    def read(self, id_, props):
        self.asked.append(props)
        return ReadResult(id_, {"open": True})


@pytest.fixture
def failing(monkeypatch):
    """What the host says when this provider's update raises that, and what goes along with it."""
    host = ModuleType("__main__")
    host._abort_with_traceback = host  # how it is recognised
    host.traceback = traceback
    exec(HOST, vars(host))  # noqa: S102 - the text above
    monkeypatch.setitem(sys.modules, "__main__", host)

    def get_provider(news, config):
        assert (news, config) == (NEWS, "its")
        if host.missing:
            raise REFUSED
        return host.provider

    def fail(provider, error=REFUSED, request=None, *, missing=False):
        host.get_provider, host.provider, host.missing = get_provider, provider, missing
        provider.configure(None)
        beside = []
        said = host.wrapper(
            SimpleNamespace(error=error, _config="its"),
            request or provider_pb2.UpdateRequest(id="it", olds=sent(OLDS), news=sent(NEWS)),
            SimpleNamespace(set_trailing_metadata=beside.extend),
        )
        return said, beside

    return fail


def sent(values):
    return asyncio.run(rpc.serialize_properties(values, {}))


def test_the_host_of_the_installed_sdk_is_as_it_is_taken_to_be():
    source = Path(importlib.util.find_spec("pulumi.dynamic.__main__").origin).read_text()
    assert "def wrapper(self, request, context):" in source
    assert "context.abort(grpc.StatusCode.UNKNOWN, traceback.format_exc())" in source
    assert "    @_abort_with_traceback\n    def Update(self, request, context):" in source
    assert "provider = get_provider(news, self._config)" in source


def test_the_engine_is_told_what_there_is_with_what_went_wrong(failing):
    said, ((key, value),) = failing(Noting())
    assert said == str(REFUSED)
    assert key == "grpc-status-details-bin"
    status = status_pb2.Status.FromString(value)
    told = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(told)
    assert (told.id, list(told.reasons)) == ("it", [said])
    assert rpc.deserialize_properties(told.properties) == {"open": True, "__provider": "code"}


def test_what_either_declares_is_asked_for(failing):
    provider = Noting()
    failing(provider)
    (asked,) = provider.asked
    assert asked["names"] == {"kept": "1", "changed": "1", "new": "2"}
    assert asked["more"] == {"x": 1}
    assert asked["open"] is False


def test_where_nothing_answers_nobody_waits_again_and_is_told_what_to_do(failing):
    provider = Noting()
    assert failing(provider, ApiError("No answer.", None)) == (f"No answer. {ADVICE}", [])
    assert provider.asked == []


@pytest.mark.parametrize("found", [ReadResult("", {}), DeployError("not now")])
def test_where_nothing_can_be_read_somebody_is_told_what_to_do(failing, monkeypatch, found):
    def read(*_):
        if isinstance(found, Exception):
            raise found
        return found

    provider = Noting()
    monkeypatch.setattr(provider, "read", read)
    assert failing(provider) == (f"{REFUSED} {ADVICE}", [])


def test_a_provider_that_could_not_start_is_told_of_as_it_is(failing):
    provider = Noting()
    assert failing(provider, missing=True) == (str(REFUSED), [])
    assert provider.asked == []


def test_a_provider_that_does_not_ask_for_it_and_any_other_call_are_left_alone(failing):
    assert failing(Provider()) == (str(REFUSED), [])
    provider = Noting()
    created = provider_pb2.CreateRequest(properties=sent(NEWS))
    assert failing(provider, request=created) == (str(REFUSED), [])
    assert provider.asked == []
