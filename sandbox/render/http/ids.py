"""Ids, times and slugs as Render writes them."""

import re
import secrets
import threading
from datetime import UTC, datetime, timedelta

from sandbox.render.http.errors import BadRequestError

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 20
_SUFFIX_LENGTH = 4
_LONGEST_SLUG = 59  # with its suffix it stays a label of a host name: 63 characters


def new_id(prefix: str) -> str:
    """`prefix-` and 20 characters, as `srv-…` and `dep-…`."""
    return f"{prefix}-{_random(_ID_LENGTH)}"


def slug_of(name: str) -> str:
    """A service's name as a host name has it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_SLUG].strip("-")


def with_suffix(slug: str) -> str:
    """The slug for a name that another service of the world has already."""
    return f"{slug}-{_random(_SUFFIX_LENGTH)}"


class Clock:
    """Microseconds that only grow: the order of two rows is that of their times."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> str:
        """This moment, RFC 3339 in UTC; no two answers are the same."""
        with self._lock:
            self._last = max(datetime.now(UTC), self._last + timedelta(microseconds=1))
            return written(self._last)


def written(moment: datetime) -> str:
    """A time as Render writes it; always the same width, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_time(text: str, parameter: str) -> str:
    """A caller's time in our form; raises BadRequestError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequestError(f"{parameter}: {text!r} is not an RFC 3339 time") from None
    return written(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


_CLOCK = Clock()
now = _CLOCK.now


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
