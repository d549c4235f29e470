"""The log of one job: a file, every line with its step and its moment, secrets hidden."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sandbox.github.runs.running.masking import JobMask

_MOST = 64 * 1024 * 1024  # letters of a log; a job that prints for ever fills no disk
_CUT = "##[warning]The log is cut here: it has reached 64 MB."


@dataclass(frozen=True)
class Line:
    """One line of a log."""

    step: int  # number of the step
    at: str  # such as 2026-11-20T23:30:33.1234567Z
    text: str

    @property
    def dated(self) -> str:
        """As GitHub's logs have it."""
        return f"{self.at} {self.text}"


class JobLog:
    """Writes a job's log. Thread-safe."""

    def __init__(self, path: Path, mask: JobMask) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")
        self._mask = mask
        self._written = 0
        self._writing = threading.Lock()

    def __call__(self, step: int, text: str) -> None:
        """Adds a line, or several."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
        with self._writing:
            if self._file.closed or self._written > _MOST:
                return
            for line in self._mask(text).split("\n"):
                # What a terminal would overwrite, a progress bar, is shown as it ended.
                shown = line.rstrip("\r").rpartition("\r")[2]
                self._written += self._file.write(f"{step}\t{now}\t{shown}\n")
                if self._written > _MOST:
                    self._file.write(f"{step}\t{now}\t{_CUT}\n")
                    break
            self._file.flush()

    def close(self) -> None:
        """Ends it."""
        with self._writing:
            self._file.close()


def read_log(path: Path) -> list[Line]:
    """The lines of a log so far; none if there is no such log."""
    if not path.is_file():
        return []
    return list(_lines(path.read_text(encoding="utf-8", errors="replace").split("\n")))


def _lines(raw: Iterable[str]) -> Iterable[Line]:
    for line in raw:
        step, _, rest = line.partition("\t")
        at, tab, text = rest.partition("\t")
        if tab and step.isdecimal():
            yield Line(int(step), at, text)
