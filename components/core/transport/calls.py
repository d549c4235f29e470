"""Calls of an HTTP API with one key, made again as long as that may help."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import requests

from slipway.core.transport.backoff import RETRIES, pause_seconds, tell_pause
from slipway.errors import ApiError

Answer = TypeVar("Answer")


class Bearer(requests.auth.AuthBase):
    """As an auth object, since a plain header would give way to a ~/.netrc entry of the host."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Puts the key into a request."""
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class Connections(threading.local):
    """One session for each thread: shared by threads it mixes up its connections."""

    def __init__(self) -> None:
        self.session = requests.Session()


@dataclass(frozen=True)
class Failure:
    """A try that failed: what to say if it was the last, and whether another one may help."""

    error: ApiError
    again: bool
    asked: float | None = None  # seconds the platform wants to be left alone


def tried(
    what: str, once: Callable[[], Answer | Failure], sleep: Callable[[float], None]
) -> Answer:
    """The answer to a call; raises the error of its last try.

    Args:
        what: the call for people.
        once: makes it.
        sleep: between two tries.
    """
    for attempt in range(RETRIES + 1):
        outcome = once()
        if not isinstance(outcome, Failure):
            return outcome
        if not outcome.again or attempt == RETRIES:
            raise outcome.error
        pause = pause_seconds(attempt, outcome.asked)
        tell_pause(what, pause)
        sleep(pause)
    raise AssertionError("the loop above returns or raises")


def lost(what: str, endpoint: str, error: Exception, variable: str) -> ApiError:
    """No usable answer came; `variable` is the environment's name for the endpoint."""
    return ApiError(
        f"{what}: no usable answer from {endpoint} ({type(error).__name__}). "
        f"Check the network and {variable}, then run the same command again."
    )
