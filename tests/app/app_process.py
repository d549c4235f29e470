"""An app's server as a real process on a free port, started as its image starts it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import httpx

_HELD: list[socket.socket] = []


def free_port() -> int:
    """A port that can be told to another service before anybody listens on it.

    It stays bound here without listening, which keeps every other test run away from it; servers
    bind it all the same, because they allow the reuse of an address, as this socket does.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        holder.bind(("127.0.0.1", port))
    except OSError:  # somebody was quicker
        holder.close()
        return free_port()
    _HELD.append(holder)
    return port


class AppProcess:
    """Ends with its context, whatever it does."""

    # Seconds in which it must be up, or end by itself: scikit-learn is read from a cold disk where
    # several jobs share a machine.
    patience = 120.0

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        log: Path,
        variables: Mapping[str, str],
        port: int = 0,
    ) -> None:
        """Starts it.

        Args:
            command: for Python.
            folder: where it is started.
            log: folder for its output.
            variables: its environment besides what all of them get, and before it.
            port: where another service must know the address before this one runs.
        """
        port = port or free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = log / f"server-{port}.log"
        environment = {
            "PATH": os.environ["PATH"],
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "ENGINE_THREADS": "1",  # several servers share few processors here
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        with self._log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=folder,
                env={**environment, **variables},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, timeout=20)

    def wait_until(self, status: int = 200) -> httpx.Response:
        """Polls /health until it answers with this status."""
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                answer = self.get("/health")
            except httpx.TransportError:
                time.sleep(0.02)
                continue
            if answer.status_code == status:
                return answer
            time.sleep(0.02)
        raise AssertionError(f"no health {status}: {self.output()}")

    def wait_for_exit(self) -> int:
        return self.process.wait(timeout=self.patience)

    def terminate(self) -> float:
        """Sends SIGTERM; returns how long the process took to end."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)
        return time.monotonic() - started

    def output(self) -> str:
        return self._log.read_text()

    def log_lines(self) -> list[dict[str, Any]]:
        """Every line the server wrote; fails if one of them is not JSON."""
        return [json.loads(line) for line in self.output().splitlines()]
