"""Runs the container's three programs: Redis, then the API, then the page; one ends, all end.

    python -m src.supervisor

Each is started when the one before it answers. If one ends by itself, or is not ready in time, the
others are stopped and this ends with a status other than 0, so that the platform sees it and starts
the container again. SIGTERM stops them all, the last one first, and is no failure.
"""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import FrameType
from urllib.parse import urlsplit

_PAUSE_SECONDS = 0.05  # between two questions whether a program is ready
_ASK_SECONDS = 2.0
_OK = range(200, 300)


@dataclass(frozen=True)
class Program:
    """One of them."""

    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    inherits: bool = True  # False: it gets no variable of the container but PATH
    ready_seconds: float = 60.0  # from its start


class Supervisor:
    """Runs some programs, each in a process group of its own."""

    def __init__(self, programs: Sequence[Program], stop_seconds: float = 6.0) -> None:
        """Starts nothing yet.

        Args:
            programs: in the order of their start.
            stop_seconds: all of them together may take so long to end; platforms kill after ten.
        """
        self._programs = programs
        self._stop_seconds = stop_seconds
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        # Names of programs that ended; None: somebody asked for the end.
        self._events: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._failed: int | None = None  # status of what ended by itself

    def run(self) -> int:
        """Until one ends or `stop` is called.

        Returns:
            0 after `stop`; else the status of the program that ended, or 1 if that was 0.
        """
        try:
            for program in self._programs:
                self._start(program)
                if not self._wait_until_ready(program):
                    return self._why()
            _say("info", "all ready", programs=list(self._running))
            self._wait_for_event(None)
            return self._why()
        finally:
            self._stop_all()

    def stop(self, *_: int | FrameType | None) -> None:
        """Asks for the end; also a handler of signals."""
        self._events.put(None)

    def _start(self, program: Program) -> None:
        inherited = dict(os.environ) if program.inherits else {"PATH": os.environ.get("PATH", "")}
        process = subprocess.Popen(
            program.command,
            env={**inherited, **program.variables},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._running[program.name] = process
        _say("info", "started", program=program.name, pid=process.pid)

        def watch() -> None:
            process.wait()
            self._events.put(program.name)

        threading.Thread(target=watch, name=f"watch-{program.name}", daemon=True).start()

    def _wait_until_ready(self, program: Program) -> bool:
        """Whether it got ready; False if it, another one, or the patience ended before."""
        started = time.monotonic()
        while not program.ready():
            if self._wait_for_event(_PAUSE_SECONDS):
                return False
            if time.monotonic() - started > program.ready_seconds:
                _say(
                    "critical",
                    f"not ready after {program.ready_seconds:g} s",
                    program=program.name,
                )
                self._failed = 1
                return False
        _say(
            "info",
            "ready",
            program=program.name,
            duration_ms=round((time.monotonic() - started) * 1e3),
        )
        return not self._wait_for_event(0)

    def _wait_for_event(self, seconds: float | None) -> bool:
        """Whether something ended, or the end was asked for, within some seconds or ever."""
        try:
            name = self._events.get(block=seconds != 0, timeout=seconds or None)
        except queue.Empty:
            return False
        if name is not None:
            self._failed = self._running[name].returncode
            _say("critical", f"ended with status {self._failed}", program=name)
        return True

    def _why(self) -> int:
        """The exit status: of what ended by itself; a signal's number counts from 128."""
        if self._failed is None:
            _say("info", "stopping")
            return 0
        return 128 - self._failed if self._failed < 0 else self._failed or 1

    def _stop_all(self) -> None:
        """The last one first, so that nothing loses what it needs before it ends itself."""
        deadline = time.monotonic() + self._stop_seconds
        for process in reversed(self._running.values()):
            _signal(process, signal.SIGTERM)
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _say("warning", "does not end, killed", pid=process.pid)
            _signal(process, signal.SIGKILL)  # also of what it has left behind in its group
            process.wait()


def _signal(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # the group is gone
        return


def answers_http(url: str) -> bool:
    """Whether a GET ends with 2xx; proxies of the environment are not asked."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=_ASK_SECONDS) as answer:
            return answer.status in _OK
    except (OSError, urllib.error.URLError, ValueError):
        return False


def answers_redis(host: str, port: int) -> bool:
    """Whether Redis says PONG: while it still loads, its port is open and it says so."""
    try:
        with socket.create_connection((host, port), timeout=_ASK_SECONDS) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def programs(environment: Mapping[str, str]) -> list[Program]:
    """Redis on 6379 and the API on 8000, reachable from inside only; the page on 7860."""
    api_port = environment.get("API_PORT") or "8000"
    ui_port = environment.get("UI_PORT") or "7860"
    store = urlsplit(environment.get("REDIS_URL") or "redis://localhost:6379")
    redis_port = store.port or 6379
    api_url = f"http://localhost:{api_port}"
    here = [sys.executable, "-m"]
    return [
        Program(
            "redis",
            (
                *("redis-server", "--bind", "127.0.0.1", "--port", str(redis_port)),
                # The log is for as long as the container lives: nothing is written to disk.
                *("--save", "", "--appendonly", "no", "--dir", "/tmp"),  # noqa: S108
                *("--maxmemory", "64mb", "--loglevel", "warning"),
            ),
            lambda: answers_redis("127.0.0.1", redis_port),
            inherits=False,  # a log store needs no key of anybody
        ),
        Program(
            "api",
            (*here, "src.api"),
            lambda: answers_http(f"http://127.0.0.1:{api_port}/health"),
            variables={"REDIS_URL": f"redis://localhost:{redis_port}"},
        ),
        Program(
            "ui",
            (*here, "src.ui"),
            lambda: answers_http(f"http://127.0.0.1:{ui_port}/health"),
            variables={"API_URL": api_url},
        ),
    ]


def _say(level: str, message: str, **fields: object) -> None:
    line = {
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": level,
        "message": f"supervisor: {message}",
        **fields,
    }
    # One write with its end: the programs below write to the same log, and lines must not mix.
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Runs the container."""
    supervisor = Supervisor(programs(os.environ))
    signal.signal(signal.SIGTERM, supervisor.stop)
    signal.signal(signal.SIGINT, supervisor.stop)
    return supervisor.run()


if __name__ == "__main__":
    sys.exit(main())
