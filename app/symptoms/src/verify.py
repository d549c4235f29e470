# ruff: noqa: T201 - a command line: it says what it found
"""Checks a deployment from outside, as a visitor; ends with 1 if something is not as it must be.

    python -m src.verify URL                          such as https://NAMESPACE-NAME.hf.space
    python -m src.verify URL --space NAMESPACE/NAME   the deployed files as well

In the container itself, `python -m src.verify` checks the package and its import there.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

PROXY_FILES = ("README.md", "__init__.py", "client.py", "gradio_app.py")
_PATIENT = (34, 38.9, ["cough", "fatigue", "muscle_ache", "headache"])
_SECONDS = 30.0
_HERE = Path(__file__).resolve().parent
_PAGE = "http://localhost:7860"


@dataclass(frozen=True)
class Check:
    """One thing looked at."""

    good: bool
    said: str


def checks(url: str, space: str, hub: str) -> Iterator[Check]:
    """Everything about a deployment.

    Args:
        url: where its page answers.
        space: "namespace/name", to look at the files that were deployed; empty does not.
        hub: address of the Hub.
    """
    yield _safely("page", lambda: _page(url))
    yield _safely("health", lambda: _health(url))
    yield _safely("prediction", lambda: _prediction(url))
    yield _safely("logs", lambda: _logs(url))
    if space:
        yield _safely("files", lambda: _files(space, hub))


def local_checks() -> Iterator[Check]:
    """The package where this file lies, and that it can be imported."""
    yield _safely("files", lambda: _all_there({each.name for each in (_HERE / "proxy").iterdir()}))
    yield _safely("import", _import)


def _page(url: str) -> Check:
    answer = requests.get(url, timeout=_SECONDS)
    answer.raise_for_status()
    return Check("gradio" in answer.text, f"{url} shows a Gradio page")


def _health(url: str) -> Check:
    answer = requests.get(f"{url}/health", timeout=_SECONDS)
    health = answer.json()
    good = answer.ok and health["status"] == "healthy" and health["model_loaded"] is True
    kept = health.get("log_store")
    return Check(
        good and kept == "redis",
        f"{health['status']}, version {health['version']}, model "
        f"{str(health.get('model_sha256'))[:12]}, logs in {kept}",
    )


def _prediction(url: str) -> Check:
    [said] = _call(url, "predict", list(_PATIENT))
    return Check(str(said).startswith("### Most likely:"), str(said).removeprefix("### "))


def _logs(url: str) -> Check:
    """Where a key is required, nobody reads the log without one."""
    required = requests.get(f"{url}/health", timeout=_SECONDS).json()["auth_required"]
    said = str(_call(url, "logs", [""])[0])
    refused = said.startswith("**No logs.** The key")
    asked = "required" if required else "not required"
    return Check(refused == required, f"the key is {asked}; without one: {said}")


def _files(space: str, hub: str) -> Check:
    answer = requests.get(f"{hub}/api/spaces/{space}/tree/main/src/proxy", timeout=_SECONDS)
    answer.raise_for_status()
    return _all_there({Path(each["path"]).name for each in answer.json()})


def _all_there(names: set[str]) -> Check:
    missing = sorted(set(PROXY_FILES) - names)
    return Check(not missing, f"src/proxy lacks {', '.join(missing)}" if missing else "src/proxy")


def _import() -> Check:
    from .proxy import APIProxyClient  # noqa: PLC0415 - this is what is checked

    client = APIProxyClient(api_url="http://localhost:8000")
    return Check(client.check_connection(), f"{client!r} reaches the API")


def _call(url: str, name: str, data: list[Any]) -> list[Any]:
    """Calls a function of a Gradio page: one request to start it, one to follow it."""
    begun = requests.post(f"{url}/gradio_api/call/{name}", json={"data": data}, timeout=_SECONDS)
    begun.raise_for_status()
    follow = f"{url}/gradio_api/call/{name}/{begun.json()['event_id']}"
    with requests.get(follow, timeout=_SECONDS, stream=True) as events:
        events.raise_for_status()
        event = ""
        for line in events.iter_lines():
            key, _, value = line.decode().partition(": ")
            if key == "event":
                event = value
            elif key == "data" and event == "complete":
                found: list[Any] = json.loads(value)
                return found
            elif key == "data" and event == "error":
                break
    raise ValueError(f"{name} failed on the page")


def _safely(name: str, check: Callable[[], Check]) -> Check:
    try:
        found = check()
    except (requests.RequestException, ValueError, KeyError, OSError, TypeError) as error:
        return Check(good=False, said=f"{name}: {type(error).__name__}: {error}")
    return Check(found.good, f"{name}: {found.said}")


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m src.verify",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("url", nargs="?", help=f"default: {_PAGE}, in the container")
    parser.add_argument("--space", default="", metavar="NAMESPACE/NAME")
    given = parser.parse_args(arguments)
    hub = (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")
    found = list(local_checks()) if given.url is None else []
    found += checks((given.url or _PAGE).rstrip("/"), given.space, hub)
    for each in found:
        print("ok  " if each.good else "FAIL", each.said)
    return 0 if all(each.good for each in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
