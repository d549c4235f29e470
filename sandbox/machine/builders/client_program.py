"""Runs a build's client program, whose end nobody has to wait for who does not want it."""

import os
import queue
import re
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from sandbox.machine.containers.log_lines import complete_lines
from sandbox.machine.contract import Check, LogSink
from sandbox.machine.supervise import supervised

_CHECK_SECONDS = 0.1  # between two questions whether the build is wanted
_END_SECONDS = 5.0  # the supervisor kills what there is in milliseconds, unless it was stopped
_CHUNK = 64 * 1024  # bytes
_WAITING_LINES = 1000  # read but not logged yet; a client that prints faster is made to wait
_KEPT_LINES = 50
_ERROR_LINE = re.compile(r"^(?:error|ERROR): (?P<text>.+)")

_Output = queue.Queue[str | None]  # lines; None is the end


@dataclass(frozen=True)
class ClientResult:
    """How a client program ended."""

    exit_code: int
    last_lines: tuple[str, ...]

    def error(self) -> str:
        """The line with which it says what was wrong."""
        for line in reversed(self.last_lines):
            found = _ERROR_LINE.match(line)
            if found is not None:
                return found["text"]
        return self.last_lines[-1] if self.last_lines else f"exit code {self.exit_code}"


def run_client(
    command: Sequence[str | Path], environment: Mapping[str, str], log: LogSink, check: Check
) -> ClientResult:
    """Runs a build client to its end; what it prints goes to `log` line by line as it comes.

    When `check` or `log` raises, or this process dies in whatever way, the client ends with all it
    started; a builder it is connected to drops the build then.

    Args:
        command: the argument list, readable by other users of the host.
        environment: variables set on top of this process's own.
        log: receives stdout and stderr.
        check: asked every tenth of a second, whether the client prints or not.
    """
    check()
    client = subprocess.Popen(
        supervised([str(word) for word in command]),
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    output: _Output = queue.Queue(_WAITING_LINES)
    unwanted = threading.Event()
    reader = threading.Thread(
        target=_read, args=(client.stdout, output, unwanted), name="build-output", daemon=True
    )
    reader.start()
    last: deque[str] = deque(maxlen=_KEPT_LINES)
    try:
        for line in _until_end(output, check):
            last.append(line)
            log(line)
    finally:
        unwanted.set()
        _end(client)
        reader.join()
    return ClientResult(client.returncode, tuple(last))


def _until_end(output: _Output, check: Check) -> Iterator[str]:
    """The lines as they come; asks between them, and while there are none."""
    due = time.monotonic() + _CHECK_SECONDS
    while True:
        try:
            line = output.get(timeout=max(0.0, due - time.monotonic()))
        except queue.Empty:
            pass
        else:
            if line is None:
                return
            yield line
        if time.monotonic() >= due:
            check()
            due = time.monotonic() + _CHECK_SECONDS


def _read(stream: IO[bytes] | None, output: _Output, unwanted: threading.Event) -> None:
    """A thread's work, as reading a pipe can't be interrupted; ends with the program's output."""
    if stream is not None:  # it was asked for above
        with stream:
            for line in complete_lines(iter(partial(os.read, stream.fileno(), _CHUNK), b"")):
                _put(output, line, unwanted)
    _put(output, None, unwanted)


def _put(output: _Output, line: str | None, unwanted: threading.Event) -> None:
    while not unwanted.is_set():
        with suppress(queue.Full):
            output.put(line, timeout=_CHECK_SECONDS)
            return


def _end(client: subprocess.Popen[bytes]) -> None:
    """Ends the client, unless it has ended, with all it started; returns when they are gone."""
    if client.stdin is not None:
        with suppress(OSError):
            client.stdin.close()  # what the supervisor takes for an order
    try:
        client.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(client.pid, signal.SIGKILL)
        client.wait()
