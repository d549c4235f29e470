"""One `act` at work for one job, wherever it runs: what it says, and how it is told to end."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.machine.contract import Attached

_NO_RECORD = "msg"
_LONGEST = 4 * 1024 * 1024  # bytes of a record; a job can write there too, and without an end
_ERRORS_KEPT = 1024 * 1024


@dataclass(frozen=True)
class ActProcess:
    """A running `act`. `records()` belongs to one thread; `cancel` and `kill` to any."""

    program: Attached  # act, as a `Runner` started it
    errors: Path  # file for what it writes to its standard error

    def records(self) -> Iterator[dict[str, Any]]:
        """What it says, as it says it; ends when it ended."""
        for line in self._lines():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                record = {_NO_RECORD: line.decode(errors="replace").rstrip(), "level": "info"}
            if isinstance(record, dict):
                yield record

    def wait(self) -> int:
        """Its exit code, when everything it started is gone."""
        code = self.program.wait()
        self.program.close()
        return code

    def cancel(self) -> None:
        """Asks it to end: steps with `if: always()` still run."""
        self.program.tell(b"cancel\n")

    def kill(self) -> None:
        """Ends it and all it started, now; nothing of it is left."""
        self.program.close()  # the supervisor takes the end of its input as an order
        self.program.remove()

    def _lines(self) -> Iterator[bytes]:
        """Whole lines of its standard output; what is longer than a record may be is cut."""
        pending = b""
        with self.errors.open("ab") as errors:
            for to_errors, piece in self.program.output():
                if to_errors:
                    if errors.tell() < _ERRORS_KEPT:
                        errors.write(piece)
                        errors.flush()
                    continue
                *lines, rest = piece.split(b"\n")
                for line in lines:
                    yield (pending + line)[:_LONGEST]
                    pending = b""
                pending = (pending + rest)[:_LONGEST]
        if pending:
            yield pending
