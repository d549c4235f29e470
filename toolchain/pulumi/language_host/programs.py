"""The programs that a language host started, and how they end."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence

_GRACE_SECONDS = 0.8  # the engine gives a plugin 1 s between SIGINT and SIGKILL
_POLL_SECONDS = 0.02


class Programs:
    """Starts programs in process groups of their own and ends whatever still runs of them."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def start(
        self, command: Sequence[str], cwd: str, environment: Mapping[str, str], *, piped: bool
    ) -> subprocess.Popen[bytes]:
        """Starts a program; without `piped` it writes to this process's own stdout and stderr.

        A group of its own lets a program be ended together with everything it started.
        """
        output = subprocess.PIPE if piped else None
        program = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
        )
        with self._lock:
            self._running.add(program)
        return program

    def wait(self, program: subprocess.Popen[bytes]) -> int:
        """Waits for a program's end and returns its exit code, negative for a signal."""
        code = program.wait()
        with self._lock:
            self._running.discard(program)
        return code

    def end(self, program: subprocess.Popen[bytes]) -> None:
        """Ends one program: politely first, for certain after a moment; ended is success."""
        with self._lock:
            running = program in self._running
        if running:  # else its number may belong to somebody else by now
            self._end([program])

    def end_all(self) -> None:
        """Ends everything that was started and still runs."""
        with self._lock:
            running = list(self._running)
        self._end(running)

    def _end(self, programs: Sequence[subprocess.Popen[bytes]]) -> None:
        for program in programs:
            # SIGTERM, since Python answers SIGINT with a traceback that nobody asked for.
            _signal_group(program, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_SECONDS
        while time.monotonic() < deadline and any(program.poll() is None for program in programs):
            time.sleep(_POLL_SECONDS)
        for program in programs:
            _signal_group(program, signal.SIGKILL)  # also what outlived the program it served


def _signal_group(program: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(program.pid, number)
    except (ProcessLookupError, PermissionError):  # macOS: EPERM for a group of zombies
        return
