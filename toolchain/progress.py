"""What a set-up tells a person: what runs now, how long it usually takes, how long it took."""

import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


class SetupError(Exception):
    """A step of the set-up failed; the message says what, on what, and what a person can do."""


class Progress:
    """Prints steps as lines to a stream, stderr by default; what needs no step prints nothing.

    On a terminal `toolchain.live_progress` shows the same in one view that redraws.

    Args:
        stream: where to print.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        # Steps may run in threads: a line of one must not be cut by that of another.
        self._writing = threading.Lock()
        self._to_come: dict[str, float] = {}
        self.announced = False  # whether there was anything to do
        self._ending = False

    def note(self, text: str) -> None:
        """Prints one line of its own."""
        with self._writing:
            try:
                self._stream.write(f"{text}\n")
                self._stream.flush()
            except BrokenPipeError:  # nobody reads on, which is no reason to stop the work
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def expect(self, steps: Mapping[str, float]) -> None:
        """Says what is to come.

        Args:
            steps: names in the order in which they will probably begin, with the seconds that each
                usually takes on a small machine.
        """
        self._to_come = dict(steps)
        if len(steps) > 1:
            named = ", ".join(f"{name} ({duration(usual)})" for name, usual in steps.items())
            self.note(f"To set up, once: {named}")

    def begin(self, name: str) -> None:
        """Takes a step off the list of what is to come."""
        self._to_come.pop(name, None)

    @contextmanager
    def ending(self) -> Iterator[None]:
        """While what still runs is ended from outside, which is no failure of its own."""
        self._ending = True
        try:
            yield
        finally:
            self._ending = False

    @contextmanager
    def step(
        self, title: str, *, usually_seconds: float, log: Path | None = None
    ) -> Iterator[None]:
        """Announces a step, and says how long it took, that it failed or that it was ended.

        Args:
            title: what runs, such as "Pulumi CLI: building from source".
            usually_seconds: what it takes on a small machine, for a person who waits.
            log: file with the step's full output; named when the step fails.
        """
        self.announced = True
        started = time.monotonic()
        self._show_running(title, usually_seconds)
        try:
            yield
        except BaseException as error:
            took = duration(time.monotonic() - started)
            # A Ctrl-C is no failure, and its log says nothing of it.
            where = f" (log: {log})" if log and isinstance(error, Exception) else ""
            how = f"ended after {took}" if self._ending else f"FAILED after {took}{where}"
            self._show_failed(title, how)
            raise
        self._show_done(title, duration(time.monotonic() - started))

    def _show_running(self, title: str, usually_seconds: float) -> None:
        self.note(f"{title} (usually {duration(usually_seconds)})")

    def _show_failed(self, title: str, how: str) -> None:
        self.note(f"{title}: {how}")

    def _show_done(self, title: str, took: str) -> None:
        rest = f"; to come: {', '.join(self._to_come)}" if self._to_come else ""
        self.note(f"{title}: done in {took}{rest}")


def duration(seconds: float) -> str:
    """Seconds for people; one decimal where it tells something."""
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - a decimal tells little above
