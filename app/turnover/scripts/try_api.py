# ruff: noqa: T201 - a command line: it says what it asked and what came back
"""Starts the API as its image does and asks it: ends with 0 only if everything answers as it must.

    python scripts/try_api.py [--port 8000] [--seconds 120]

Reads HF_MODEL_REPO and its like as the API does. API_KEY is drawn for this run if it is not set.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

APP = Path(__file__).resolve().parents[1]
PAYLOAD = APP / "tests/fixtures/test_payload.json"
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # it is on this machine
_ASK_SECONDS = 10.0
_END_SECONDS = 10.0
_OK, _UNAUTHORIZED, _UNPROCESSABLE = 200, 401, 422

Answered = tuple[int, Any]


class TrialError(Exception):
    """The API does not do what it must; the message says what."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--seconds", type=float, default=120, help="until it must be healthy")
    options = parser.parse_args(arguments)
    key = os.environ.get("API_KEY") or secrets.token_urlsafe(32)
    command = [sys.executable, "-m", "uvicorn", "api:app", "--host", "127.0.0.1"]
    server = subprocess.Popen(
        [*command, "--port", str(options.port)],
        cwd=APP,
        env={**os.environ, "API_KEY": key, "AUTH_REQUIRED": "true"},
    )
    try:
        ask = Asker(f"http://127.0.0.1:{options.port}")
        wait_until_healthy(server, ask, options.seconds)
        check(ask, key)
    except TrialError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    finally:
        server.terminate()
        try:
            server.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    print("The API answers as it must.")
    return 0


class Asker:
    """Asks one server."""

    def __init__(self, url: str) -> None:
        self._url = url

    def get(self, path: str) -> Answered:
        """One GET."""
        return self._ask(path)

    def post(self, path: str, body: bytes, key: str = "") -> Answered:
        """One POST of JSON, with a key if one is given."""
        headers = {"Content-Type": "application/json"} | ({"X-API-Key": key} if key else {})
        return self._ask(path, body, headers)

    def _ask(
        self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answered:
        url = self._url + path
        request = urllib.request.Request(url, body, dict(headers or {}))  # noqa: S310 - our own
        try:
            with _DIRECT.open(request, timeout=_ASK_SECONDS) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")


def wait_until_healthy(server: "subprocess.Popen[bytes]", ask: Asker, seconds: float) -> None:
    """Asks `/health` until it says that the model is loaded.

    Raises:
        TrialError: the server ended, or it took too long.
    """
    deadline = time.monotonic() + seconds
    last = "no answer"
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise TrialError(f"the API ended with {server.returncode}: its log above says why")
        try:
            status, body = ask.get("/health")
        except OSError:
            pass
        else:
            if status == _OK:
                return
            last = f"{status} {body}"
        time.sleep(0.2)
    raise TrialError(f"GET /health: {last} after {seconds:.0f} s: its log above says why")


def check(ask: Asker, key: str) -> None:
    """Asks every route for what it must answer.

    Raises:
        TrialError: names the first one that does not.
    """
    payload = PAYLOAD.read_bytes()
    wanted: list[tuple[str, Answered, int]] = [
        ("GET /health", ask.get("/health"), _OK),
        ("POST /predict with the key", ask.post("/predict", payload, key), _OK),
        ("POST /predict_proba with the key", ask.post("/predict_proba", payload, key), _OK),
        ("POST /predict without a key", ask.post("/predict", payload), _UNAUTHORIZED),
        ("POST /predict of an empty object", ask.post("/predict", b"{}", key), _UNPROCESSABLE),
    ]
    for what, (status, body), expected in wanted:
        print(f"{what}: {status} {body if status == _OK else ''}".rstrip(), flush=True)
        if status != expected:
            raise TrialError(f"{what} answered {status} instead of {expected}: {body}")
    prediction = wanted[1][1][1].get("prediction")
    if prediction not in ("Oui", "Non"):
        raise TrialError(f"POST /predict predicted {prediction!r}")


if __name__ == "__main__":
    sys.exit(main())
