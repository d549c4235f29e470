"""What a person sees of the sandbox: addresses and whether they answer."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any

_ANSWER_SECONDS = 5.0
_FIRST_PAUSE_SECONDS, _LAST_PAUSE_SECONDS = 0.3, 3.0
_GOOD = range(200, 300)
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # all is on this machine
_NOT_YET = (None, 429, 502, 503, 504)  # what an app says, or is said of it, while it starts


def addresses(outputs: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(name, value) of every http address among stack outputs, nested names joined by a dot."""
    for key, value in outputs.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from addresses(value, f"{name}.")
        elif isinstance(value, str) and value.startswith(("http://", "https://")):
            yield name, value


def answer(url: str) -> tuple[int | None, str]:
    """The status of one GET, None without an answer, and the same in words."""
    try:
        with _DIRECT.open(url, timeout=_ANSWER_SECONDS) as response:
            status = int(response.status)
    except urllib.error.HTTPError as error:
        status = error.code
    except (OSError, HTTPException) as error:
        return None, f"no answer ({type(error).__name__})"
    return status, f"answers {status}"


def wait_until_all_answer(
    urls: Sequence[str], seconds: float, on_wait: Callable[[Sequence[str]], None] | None = None
) -> dict[str, tuple[bool, str]]:
    """Asks every address until it answers for good or the time is over.

    Args:
        urls: the addresses.
        seconds: until they are given up.
        on_wait: told once, soon, which ones do not answer yet.

    Returns:
        For each address whether it answers 2xx, and its last answer in words.
    """
    deadline = time.monotonic() + seconds
    said: dict[str, tuple[bool, str]] = {}
    pending = list(urls)
    pause = _FIRST_PAUSE_SECONDS
    with ThreadPoolExecutor(max_workers=8) as pool:
        while pending:
            statuses = dict(zip(pending, pool.map(answer, pending), strict=True))
            said |= {url: (status in _GOOD, text) for url, (status, text) in statuses.items()}
            pending = [url for url, (status, _) in statuses.items() if status in _NOT_YET]
            if not pending or time.monotonic() > deadline:
                break
            if on_wait and pause > _FIRST_PAUSE_SECONDS:
                on_wait(pending)
                on_wait = None
            time.sleep(pause)
            pause = min(pause * 1.5, _LAST_PAUSE_SECONDS)
    return said


def table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> str:
    """Columns aligned for a terminal."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    lines = (header, ["─" * width for width in widths], *rows)
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
