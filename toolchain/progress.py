"""What a set-up tells a person: what runs now, how long it usually takes, how long it took."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

_TAIL_LINES = 20
_HEARTBEAT_SECONDS = 1.0


class SetupError(Exception):
    """A step of the set-up failed; the message says what, on what, and what a person can do."""


class Progress:
    """Prints steps to a stream, stderr by default; what needs no step prints nothing.

    Args:
        stream: where to print; on a terminal a running step shows its seconds.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        # Steps may run in threads: a line of one must not be cut by the clock of another.
        self._writing = threading.Lock()

    def note(self, text: str) -> None:
        """Prints one line of its own."""
        self._write(f"{self._line_start()}{text}\n")

    @contextmanager
    def step(
        self, title: str, *, usually_seconds: float, log: Path | None = None
    ) -> Iterator[None]:
        """Announces a step, and says how long it took or that it failed.

        Args:
            title: what runs, such as "Pulumi CLI: building from source".
            usually_seconds: what it takes on a small machine, for a person who waits.
            log: file with the step's full output; named, with its last lines, when the step fails.
        """
        started = time.monotonic()
        self.note(f"{title} (usually {_duration(usually_seconds)})")
        ended = threading.Event()
        clock = threading.Thread(target=self._tick, args=(title, started, ended), daemon=True)
        if self._stream.isatty():
            clock.start()
        try:
            yield
        except BaseException:
            self._finish(clock, ended, f"{title}: FAILED after {_elapsed(started)}")
            if log is not None and log.is_file():
                self.note(f"  last lines of {log}:")
                for line in _last_lines(log):
                    self.note(f"  | {line}")
            raise
        self._finish(clock, ended, f"{title}: done in {_elapsed(started)}")

    def _tick(self, title: str, started: float, ended: threading.Event) -> None:
        while not ended.wait(_HEARTBEAT_SECONDS):
            self._write(f"{self._line_start()}{title} … {_elapsed(started)}")

    def _finish(self, clock: threading.Thread, ended: threading.Event, line: str) -> None:
        ended.set()
        if clock.is_alive():
            clock.join()
        self.note(line)

    def _line_start(self) -> str:
        return "\r\x1b[K" if self._stream.isatty() else ""

    def _write(self, text: str) -> None:
        with self._writing:
            try:
                self._stream.write(text)
                self._stream.flush()
            except BrokenPipeError:  # nobody reads on, which is no reason to stop the work
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


def _elapsed(started: float) -> str:
    return _duration(time.monotonic() - started)


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - a decimal tells little above


def _last_lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL_LINES:]
