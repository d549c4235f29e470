"""One `act` at work for one job: started apart from everything, ended with all it started."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.machine.supervise import supervised

_END_SECONDS = 30.0
_NO_RECORD = "msg"


class ActProcess:
    """A running `act`. `records()` belongs to one thread; `cancel` and `kill` to any."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> None:
        """Starts it.

        Args:
            command: program and arguments; nothing secret may be among them.
            environment: all of it: nothing of the sandbox's own is passed on.
            folder: where it runs; its errors go into `errors.log` there.
        """
        with (folder / "errors.log").open("wb") as errors:
            self._process = subprocess.Popen(
                supervised(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder,
                env=dict(environment),
                start_new_session=True,
            )
        self._telling = threading.Lock()

    def records(self) -> Iterator[dict[str, Any]]:
        """What it says, as it says it; ends when it ended."""
        output = self._process.stdout
        if output is None:  # it was asked for above
            return
        for line in output:
            try:
                record = json.loads(line)
            except ValueError:
                record = {_NO_RECORD: line.decode(errors="replace").rstrip(), "level": "info"}
            if isinstance(record, dict):
                yield record

    def wait(self) -> int:
        """Its exit code, when everything it started is gone."""
        code = self._process.wait()
        self._close()
        return code

    def cancel(self) -> None:
        """Asks it to end: steps with `if: always()` still run."""
        with self._telling:
            if self._process.stdin is not None and not self._process.stdin.closed:
                try:
                    self._process.stdin.write(b"cancel\n")
                    self._process.stdin.flush()
                except (BrokenPipeError, OSError):
                    return  # it ended meanwhile

    def kill(self) -> None:
        """Ends it and all it started, now."""
        self._close()  # the supervisor takes the end of its input as an order
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, 9)

    def _close(self) -> None:
        with self._telling:
            if self._process.stdin is not None:
                try:
                    self._process.stdin.close()
                except (BrokenPipeError, OSError):
                    return
