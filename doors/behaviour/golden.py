"""What each system is asked before and after a change, and which changes are reason to ask.

One small file per system, `golden/SYSTEM.json`:

    {"touched_by": ["app/inference/**"],
     "varies": ["duration_ms"],
     "requests": [{"name": "…", "at": "url", "path": "/generate", "body": {…}}],
     "pages": [{"name": "…", "at": "url", "path": "/"}]}

`at` is the stack's output whose host is asked; `body` makes it a POST, and without one it is a GET.
`follow` names the key of the answer under which it says where the real one is got, below that path,
as Gradio's calls do.
`varies` names what of a JSON answer differs from one request to the next, at whatever depth.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolchain.progress import SetupError

FOLDER = Path(__file__).with_name("golden")


@dataclass(frozen=True)
class Question:
    """One request, or one page where it has no body and is looked at."""

    name: str  # for people, unique within its system
    at: str  # output of the system in the stack
    path: str
    body: Any = None
    follow: str = ""


@dataclass(frozen=True)
class Golden:
    """One system's questions."""

    system: str
    touched_by: tuple[str, ...]  # patterns of paths; `**` crosses folders
    requests: tuple[Question, ...]
    pages: tuple[Question, ...]
    varies: frozenset[str] = frozenset()

    def touched(self, paths: Iterable[str]) -> list[str]:
        """Those of the changed paths that are reason to ask."""
        own = f"doors/behaviour/golden/{self.system}.json"
        rules = [_expression(pattern) for pattern in (*self.touched_by, own)]
        return [path for path in paths if any(rule.fullmatch(path) for rule in rules)]


def all_golden(folder: Path = FOLDER) -> list[Golden]:
    """Every system's, by name.

    Raises:
        SetupError: a file is not what it should be; the text names the file.
    """
    return [_read(path) for path in sorted(folder.glob("*.json"))]


def _read(path: Path) -> Golden:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        golden = Golden(
            system=path.stem,
            touched_by=tuple(map(str, found["touched_by"])),
            requests=tuple(_question(each) for each in found["requests"]),
            pages=tuple(_question(each) for each in found.get("pages", ())),
            varies=frozenset(map(str, found.get("varies", ()))),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise SetupError(
            f"{path}: a golden file has touched_by, requests with name, at and path, and perhaps "
            f"pages and varies ({type(error).__name__}: {error})."
        ) from None
    names = [each.name for each in (*golden.requests, *golden.pages)]
    if len(set(names)) != len(names):
        raise SetupError(f"{path}: two of its requests or pages have the same name.")
    return golden


def _question(found: Mapping[str, Any]) -> Question:
    path = str(found["path"])
    if not path.startswith("/"):
        raise ValueError(f"the path {path!r} does not begin with /")
    follow = str(found.get("follow", ""))
    return Question(str(found["name"]), str(found["at"]), path, found.get("body"), follow)


def _expression(pattern: str) -> re.Pattern[str]:
    """`*` stays in its folder, `**` does not."""
    parts = re.split(r"(\*\*|\*)", pattern)
    return re.compile("".join({"**": ".*", "*": "[^/]*"}.get(p, re.escape(p)) for p in parts))
