"""How long a call waits before it is made again, whatever the platform."""

import random

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
RETRIES = 5
RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


def pause_seconds(attempt: int, asked: float | None = None) -> float:
    """What the platform asks for and a second more, else 1, 2, 4, 8, 8 s with jitter.

    Args:
        attempt: how many tries there were before this one failed.
        asked: the platform's own wish in seconds, where it has one.
    """
    if asked is not None:
        return asked + 1.0
    return min(2.0**attempt, 8.0) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, not a secret
