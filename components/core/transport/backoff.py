"""How long a call waits before it is made again, whatever the platform."""

import random
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from slipway.core.progress import say

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
RETRIES = 5
RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
TOLD_SECONDS = 15.0  # a pause that people are told of: they would take it for a hang
_EPOCH = 1_000_000_000  # larger numbers are a moment, no duration


def pause_seconds(attempt: int, asked: float | None = None) -> float:
    """What the platform asks for and a second more, else 1, 2, 4, 8, 8 s with jitter.

    Args:
        attempt: how many tries there were before this one failed.
        asked: the platform's own wish in seconds, where it has one.
    """
    if asked is not None:
        return asked + 1.0
    return min(2.0**attempt, 8.0) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, not a secret


def asked_seconds(text: str, *, wall: Callable[[], float] = time.time) -> float | None:
    """How long a platform wants to be left alone, by a header such as Retry-After.

    Args:
        text: seconds, an epoch, or a date as RFC 9110 writes it.
        wall: the clock; replaced by tests.

    Returns:
        Seconds, 0 for a moment that has passed; None for what is neither.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
        return max(seconds - wall(), 0.0) if seconds > _EPOCH else seconds
    try:
        return max(parsedate_to_datetime(text).timestamp() - wall(), 0.0)
    except (ValueError, OverflowError):
        return None


def tell_pause(what: str, seconds: float) -> None:
    """Says that a call is made again later, where that takes long."""
    if seconds >= TOLD_SECONDS:
        say(f"{what}: the platform asks to wait; trying again in {seconds:.0f} s")
