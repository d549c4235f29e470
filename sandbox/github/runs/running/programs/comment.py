"""Writes or changes a comment on an issue or a pull request, as create-or-update-comment does."""

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

_SEPARATORS = {"newline": "\n", "space": " ", "none": ""}
_SECONDS = 60.0


def main() -> int:
    """Does what the inputs say; the exit code."""
    issue, comment = os.environ["WANTED_ISSUE"], os.environ["WANTED_COMMENT"]
    body, file = os.environ["WANTED_BODY"], os.environ["WANTED_FILE"]
    if body and file:
        return _wrong("Only one of 'body' or 'body-path' can be set.")
    if file:
        path = Path(os.environ["GITHUB_WORKSPACE"], file)
        if not path.is_file():
            return _wrong(f"File '{file}' does not exist.")
        body = path.read_text(encoding="utf-8")
    if os.environ["WANTED_REACTIONS"]:
        sys.stdout.write("::warning::The sandbox's GitHub keeps no reactions; none is added.\n")
    place = f"/repos/{os.environ['WANTED_REPOSITORY']}/issues"
    try:
        if comment:
            _change(f"{place}/comments/{comment}", body)
        elif issue and body:
            comment = str(_asked("POST", f"{place}/{issue}/comments", {"body": body})["id"])
            sys.stdout.write(f"Created comment id '{comment}' on issue '{issue}'.\n")
        else:
            return _wrong("Missing comment 'body' or either 'issue-number' or 'comment-id'.")
    except urllib.error.HTTPError as error:
        said = json.loads(error.read() or b"{}").get("message", error.reason)
        return _wrong(f"The API answered {error.code}: {said}")
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        output.write(f"comment-id={comment}\n")
    return 0


def _change(address: str, body: str) -> None:
    if not body:
        return
    if os.environ["WANTED_MODE"] == "append":
        separator = _SEPARATORS.get(os.environ["WANTED_SEPARATOR"], "\n")
        body = f"{_asked('GET', address)['body']}{separator}{body}"
    _asked("PATCH", address, {"body": body})
    sys.stdout.write(f"Updated comment id '{address.rpartition('/')[2]}'.\n")


def _asked(method: str, address: str, body: dict[str, str] | None = None) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 - of this job's GitHub
        f"{os.environ['GITHUB_API_URL']}{address}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={
            "Authorization": f"Bearer {os.environ['WANTED_TOKEN']}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
        return found


def _wrong(why: str) -> int:
    sys.stdout.write(f"::error::{why}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
