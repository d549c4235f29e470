"""What somebody has to say of a line, as it is sent, and the lines that it is about."""

import re

from sandbox.github.http.body import Body
from sandbox.github.http.errors import UnprocessableError
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.reviews import Remark
from sandbox.github.repositories.differences import ChangedFile, proposed_files
from sandbox.github.repositories.registry import Repository

_SIDES = ("RIGHT", "LEFT")
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def read_remark(body: Body, pull: Pull, repository: Repository) -> Remark:
    """A remark on a file of a pull request's difference, or on one of its lines.

    Raises:
        UnprocessableError: it has no words, or the file or the line is none of the difference.
    """
    text, path = body.text("body"), body.text("path")
    if not text.strip():
        raise _unfit("body", "missing_field")
    store = repository.git
    files = proposed_files(store, pull.base_sha, pull.head_sha)
    file = next((each for each in files if each.path == path), None)
    if file is None:
        raise _unfit("path", "invalid")
    side = body.choice("side", _SIDES, "RIGHT")
    line = body.number("line", 0) or None
    if line is None and "position" in body:
        line, side = _at_position(file, body.number("position", 0))
    if line is None and body.optional_text("subject_type") != "file":
        raise _unfit("line", "missing_field")
    hunk = "" if line is None else _hunk_of(file, line, side)
    return Remark(
        body=text,
        commit_id=body.optional_text("commit_id") or pull.head_sha,
        path=path,
        line=line,
        start_line=body.number("start_line", 0) or None,
        side=side,
        hunk=hunk,
    )


def _lines(file: ChangedFile) -> list[tuple[str, int | None, int | None]]:
    """The lines of a difference with their numbers in the older and the newer file."""
    found: list[tuple[str, int | None, int | None]] = []
    old = new = 0
    for line in (file.patch or "").split("\n"):
        start = _HUNK.match(line)
        if start:
            old, new = int(start[1]), int(start[3])
            found.append((line, None, None))
        elif line.startswith("-"):
            found.append((line, old, None))
            old += 1
        elif line.startswith("+"):
            found.append((line, None, new))
            new += 1
        elif not line.startswith("\\"):
            found.append((line, old, new))
            old, new = old + 1, new + 1
    return found


def _hunk_of(file: ChangedFile, line: int, side: str) -> str:
    shown: list[str] = []
    for text, old, new in _lines(file):
        if text.startswith("@@"):
            shown = []
        shown.append(text)
        if line == (new if side == "RIGHT" else old):
            return "\n".join(shown)
    raise _unfit("line", "invalid")


def _at_position(file: ChangedFile, position: int) -> tuple[int, str]:
    """The line so many lines below the first `@@`, which is how older clients count."""
    lines = _lines(file)
    if not 0 < position < len(lines):
        raise _unfit("position", "invalid")
    _, old, new = lines[position]
    if new is not None:
        return new, "RIGHT"
    if old is None:
        raise _unfit("position", "invalid")
    return old, "LEFT"


def _unfit(field: str, code: str) -> UnprocessableError:
    error = {"resource": "PullRequestReviewComment", "code": code, "field": field}
    return UnprocessableError("Validation Failed", [error])
