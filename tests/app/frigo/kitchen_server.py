"""One of the three services as a real process on a free port, started as its image starts it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import httpx

COMMANDS = {
    "app": ["app.py"],
    "chat": ["-m", "chat.app_chat"],
    "gpt": ["-m", "gpt.app_ia"],
}


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


class KitchenServer:
    """Give `port` where another service must know the address before this one runs."""

    def __init__(self, service: str, repository: Path, log: Path, port: int = 0, **variables: str):
        port = port or free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = log / f"{service}-{port}.log"
        environment = {
            "PATH": os.environ["PATH"],
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "ENGINE_THREADS": "1",  # several services share few processors here
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "FINETUNE_FOLDER": str(log / f"fine-tuned-{port}"),
        }
        with self._log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, *COMMANDS[service]],
                cwd=repository,
                env=environment | variables,
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

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        names = {key.replace("_", "-"): value for key, value in headers.items()}
        return httpx.post(self.url + path, json=body, headers=names, timeout=20)

    def wait_until(self, status: int = 200) -> httpx.Response:
        """Polls /health until it answers with this status."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                answer = self.get("/health")
            except httpx.ConnectError:
                time.sleep(0.02)
                continue
            if answer.status_code == status:
                return answer
            time.sleep(0.02)
        raise AssertionError(f"no health {status}: {self.output()}")

    def poll(self, path: str, until: Any) -> dict[str, Any]:
        """Asks until `until(answer)` is true."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            answer = self.get(path).json()
            if until(answer):
                return answer
            time.sleep(0.05)
        raise AssertionError(f"{path} stays at {answer}")

    def wait_for_exit(self) -> int:
        return self.process.wait(timeout=20)

    def terminate(self) -> float:
        """Sends SIGTERM; returns how long the process took to end."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)
        return time.monotonic() - started

    def peak_megabytes(self) -> float:
        """The most memory the process ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def output(self) -> str:
        return self._log.read_text()

    def log_lines(self) -> list[dict[str, Any]]:
        """Every line the service wrote; fails if one of them is not JSON."""
        return [json.loads(line) for line in self.output().splitlines()]
