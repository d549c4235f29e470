"""A request that nobody sends in good faith, and what a platform may answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

MEGABYTE = 1 << 20
DIGITS = "9" * 5000  # more than Python turns into a number
COMMIT = "/api/models/slipway/m/commit/main"
FILE = "/slipway/m/resolve/main/a.txt"
REPO = "/api/v3/repos/slipway/r"


@dataclass(frozen=True)
class Hostile:
    """One request, as bytes on the wire make it, and the statuses that are an answer to it."""

    platform: str
    method: str
    path: str
    statuses: tuple[int, ...]
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    token: bool = True
    raw: bytes = b""  # instead of all that, with {host} for the right one


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def a_commit(*lines: object) -> bytes:
    header = {"key": "header", "value": {"summary": "x"}}
    return b"\n".join(as_json(line) for line in (header, *lines))


def a_file(path: object, content: object = "x", encoding: str = "utf-8") -> object:
    return {"key": "file", "value": {"path": path, "content": content, "encoding": encoding}}


def a_card(text: str) -> bytes:
    return as_json({"content": f"---\n{text}\n---\n", "repoType": "model"})
