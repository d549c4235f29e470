"""The inference server as a real process."""

from pathlib import Path
from typing import Any

import httpx

from tests.app.app_process import AppProcess

PAYLOAD = Path(__file__).parents[2] / "app" / "inference"


class RunningServer(AppProcess):
    """`python -m app.inference_server`."""

    def __init__(self, variables: dict[str, str], log: Path) -> None:
        port = int(variables.get("PORT") or 0)
        super().__init__(["-m", "app.inference_server"], PAYLOAD, log, variables, port)

    def generate(self, prompt: str, headers: dict[str, str] | None = None, **options: Any):
        body = {"prompt": prompt, "max_new_tokens": 16} | options
        return httpx.post(f"{self.url}/generate", json=body, headers=headers, timeout=20)
