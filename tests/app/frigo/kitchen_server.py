"""One of the three services as a real process."""

import time
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx

from tests.app.app_process import AppProcess, free_port

COMMANDS = {
    "app": ["app.py"],
    "chat": ["-m", "chat.app_chat"],
    "gpt": ["-m", "gpt.app_ia"],
}


class KitchenServer(AppProcess):
    """Give `port` where another service must know the address before this one runs."""

    def __init__(self, service: str, repository: Path, log: Path, port: int = 0, **variables: str):
        port = port or free_port()
        environment = {
            "OPENBLAS_NUM_THREADS": "1",
            "AUTH_REQUIRED": "false",  # as in dev; what is closed has tests of its own
            "FINETUNE_FOLDER": str(log / f"fine-tuned-{port}"),
        }
        super().__init__(COMMANDS[service], repository, log, environment | variables, port)

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        names = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.browser.post(self.url + path, json=body, headers=names)

    def get(self, path: str, **headers: str) -> httpx.Response:
        names = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.browser.get(self.url + path, headers=names)

    @cached_property
    def browser(self) -> httpx.Client:
        """Whoever asks: one person, who keeps the cookies that they are given."""
        return httpx.Client(timeout=20)

    def poll(self, path: str, until: Any) -> dict[str, Any]:
        """Asks until `until(answer)` is true."""
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            answer = self.get(path).json()
            if until(answer):
                return answer
            time.sleep(0.05)
        raise AssertionError(f"{path} stays at {answer}")

    def peak_megabytes(self) -> float:
        """The most memory the process ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
