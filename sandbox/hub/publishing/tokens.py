"""The short-lived tokens of trusted publishers: each for one repository, and for an hour.

Nothing of them is written down, so they end with the sandbox as well.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable

LIFETIME = 3600  # seconds (contract: the Hub's documentation, Trusted Publishers)
PREFIX = "hf_jwt_"


class PublisherTokens:
    """Those that are good now. Thread-safe.

    Args:
        clock: seconds; another one lets a test end a token.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[bytes, tuple[str, float]] = {}  # digest -> repository's uid, its end
        self._changing = threading.Lock()

    def issue(self, repository: str) -> str:
        """A new token for the repository with a uid."""
        token = PREFIX + secrets.token_urlsafe(48)
        now = self._clock()
        with self._changing:
            self._known = {k: each for k, each in self._known.items() if each[1] > now}
            self._known[_digest(token)] = (repository, now + LIFETIME)
        return token

    def repository_of(self, token: str) -> str | None:
        """The uid of the repository that a token is for; None if it is no good."""
        with self._changing:
            repository, end = self._known.get(_digest(token), (None, 0.0))
        return repository if end > self._clock() else None


def _digest(token: str) -> bytes:
    # Looked up by it, so that the time this takes says nothing of tokens that are known.
    return hashlib.sha256(token.encode()).digest()
