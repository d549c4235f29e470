"""Long work shows what it does."""

import sys


def say(line: str) -> None:
    """One line for people: the engine prints a plugin's stderr as it comes."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201
