"""The host under which a request asked this machine, for addresses of apps in its answer.

Whoever asks from a container reached the sandbox under the address that containers have for this
machine, and reaches apps under no other: loopback in there is the container's own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_LOOPBACK = "127.0.0.1"
_asked: ContextVar[str] = ContextVar("asked_host", default=_LOOPBACK)


def asked_host() -> str:
    """That host; loopback where nobody asks."""
    return _asked.get()


@contextmanager
def asked_under(host: str) -> Iterator[None]:
    """Around the answer to a request."""
    before = _asked.set(host)
    try:
        yield
    finally:
        _asked.reset(before)
