"""The inference server as a real process on a free port."""

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

PAYLOAD = Path(__file__).parents[2] / "app" / "inference"


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RunningServer:
    """`python -m app.inference_server`, started the way the image starts it."""

    def __init__(self, variables: dict[str, str], log_folder: Path) -> None:
        port = int(variables.get("PORT") or free_port())
        self.url = f"http://127.0.0.1:{port}"
        self._log = log_folder / f"server-{port}.log"
        environment = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
        # One thread each: several servers share few processors here.
        environment |= {"ENGINE_THREADS": "1"} | variables
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.inference_server"],
                cwd=PAYLOAD,
                env=environment | {"HOST": "127.0.0.1", "PORT": str(port)},
                stdout=log,
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

    def generate(self, prompt: str, headers: dict[str, str] | None = None, **options: Any):
        body = {"prompt": prompt, "max_new_tokens": 16} | options
        return httpx.post(f"{self.url}/generate", json=body, headers=headers, timeout=20)

    def wait_until(self, status: int) -> httpx.Response:
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

    def wait_for_exit(self) -> int:
        return self.process.wait(timeout=20)

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
