"""Who owns which files by the repository's `CODEOWNERS`: docs.github.com, "About code owners"."""

import re
from collections.abc import Iterable, Sequence

from sandbox.git.store import GitStore

# Looked for in this order, on the branch that is merged into.
_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_LARGEST = 3 << 20  # bytes; a larger file is not read on the platform either


def owners_of(store: GitStore, commit: str, paths: Iterable[str]) -> list[Sequence[str]]:
    """For each path that has owners, their logins; of the last pattern that fits it."""
    rules = _rules(store, commit)
    found = []
    for path in paths:
        owners = next((names for fits, names in reversed(rules) if fits.match(path)), ())
        if owners and owners not in found:
            found.append(owners)
    return found


def _rules(store: GitStore, commit: str) -> list[tuple[re.Pattern[str], Sequence[str]]]:
    for place in _PLACES:
        entry = store.entry(commit, place)
        if entry is not None and entry.kind == "file" and entry.size <= _LARGEST:
            text = (store.blob(entry.oid) or b"").decode("utf-8", errors="replace")
            return [rule for line in text.splitlines() if (rule := _rule(line)) is not None]
    return []


def _rule(line: str) -> tuple[re.Pattern[str], Sequence[str]] | None:
    words = line.partition("#")[0].split()
    if not words:
        return None
    # Teams and e-mail addresses name nobody whom the sandbox knows.
    names = tuple(w.removeprefix("@") for w in words[1:] if w.startswith("@") and "/" not in w)
    return _regex(words[0]), names


def _regex(pattern: str) -> re.Pattern[str]:
    anchored = "/" in pattern.rstrip("/")
    inside = pattern.endswith("/")
    parts = []
    for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern.strip("/")):
        wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
        parts.append(wild.get(part, re.escape(part)))
    start = "" if anchored else "(?:.*/)?"
    # `docs/*` names the files in that folder, and not those further below.
    end = "/.*" if inside else ("" if pattern.endswith("/*") else "(?:/.*)?")
    return re.compile(f"{start}{''.join(parts)}{end}\\Z")
