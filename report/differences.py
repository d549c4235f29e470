"""How an object's properties differ, leaf by leaf and file by file, with secrets masked."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from report.plan import MASK, Change

_FILE_DIGEST = re.compile(r"[0-9a-f]{40}:[0-9a-f]{64}")  # git's blob name and SHA-256
_SEALED = re.compile(r"sealed:[A-Za-z0-9+/=]+")
# To the next `@`, or to where none can come: what was looked at is not looked at again, so that no
# text takes long.
_ADDRESS = re.compile(r"://([^\s@]*)(@?)")
_USER = re.compile(r"(?:^|://)[^/:]*:(?=.)")
_SECRET_NAME = re.compile(
    r"(?:^|[._-])(?:secrets?|secret_files|salt|sealed|password|passwd|token|api_?key|private_?key"
    r"|credentials?|ciphertext|value_?encrypted)(?:$|[.\[])|_digests(?:$|[.\[])|"
    r"(?:TOKEN|SECRET|PASSWORD|API_KEY|PRIVATE_KEY)$",
    re.IGNORECASE,
)
_NAMES_ALONE = re.compile(r"secret_?names?(?:$|[.\[])", re.IGNORECASE)
# What issuers give out; a value of this shape is masked wherever it stands.
_CREDENTIAL = re.compile(
    r"\b(?:hf_[A-Za-z0-9]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|rnd_[A-Za-z0-9]{20,}"
    r"|sk-[\w-]{20,}|(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[\w-]{35}|xox[abeprs]-[\w-]{20,})"
    r"|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[\s\S]*"
)
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # how the engine writes what is not known yet
SHOWN_FILES = 40  # of one payload
_DEEPEST = 12  # levels of nesting that are told apart


_NOTHING: tuple[object, ...] = (None, "", [], {})  # what providers hold for the same
Json: TypeAlias = Any  # whatever JSON holds


@dataclass(frozen=True)
class Difference:
    """One property, before and after; None where there is none."""

    path: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class FileDifference:
    """The files of one payload."""

    path: str  # of the property that lists them
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def masked(path: str, text: str) -> str:
    """A value as it may be shown."""
    if not _NAMES_ALONE.search(path) and _SECRET_NAME.search(path):
        return MASK
    text = _SEALED.sub(MASK, text)
    text = _ADDRESS.sub(_without_password, text)
    text = _CREDENTIAL.sub(MASK, text)
    return text.replace(UNKNOWN, "(known later)")


def _without_password(found: re.Match[str]) -> str:
    user = _USER.search(found[1]) if found[2] else None
    if user is None:
        return found[0]
    start = user.start() + (3 if user[0].startswith("://") else 0)
    return f"://{found[1][:start]}{MASK}@"


def differences(change: Change) -> Iterator[Difference | FileDifference]:
    """What differs in an object's inputs; of a new or deleted one, what it is or was."""
    yield from _compared("", dict(change.old), dict(change.new), 0)


def _compared(path: str, old: Json, new: Json, depth: int) -> Iterator[Difference | FileDifference]:
    if old == new or (old in _NOTHING and new in _NOTHING):
        return
    if _manifest(old) or _manifest(new):
        before, after = (each if _manifest(each) else {} for each in (old, new))
        yield FileDifference(
            path,
            added=tuple(sorted(after.keys() - before.keys())),
            changed=tuple(sorted(k for k in before.keys() & after.keys() if before[k] != after[k])),
            removed=tuple(sorted(before.keys() - after.keys())),
        )
        return
    both = [each for each in (old, new) if each is not None]
    if depth < _DEEPEST and all(isinstance(each, Mapping) for each in both):
        before, after = old or {}, new or {}
        for key in sorted(before.keys() | after.keys()):
            inner = f"{path}.{key}" if path else str(key)
            yield from _compared(inner, before.get(key), after.get(key), depth + 1)
    elif depth < _DEEPEST and isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before, after = (each[index] if index < len(each) else None for each in (old, new))
            yield from _compared(f"{path}[{index}]", before, after, depth + 1)
    else:
        yield Difference(path, _text(path, old), _text(path, new))


def _manifest(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(each, str) and _FILE_DIGEST.fullmatch(each) for each in value.values())
    )


def _text(path: str, value: Json) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(_inner(path, value), ensure_ascii=False)
    return masked(path, text)


def _inner(path: str, value: Json) -> Json:
    """A list or mapping that is shown whole, each value in it masked by its own name."""
    if isinstance(value, Mapping):
        return {key: _inner(f"{path}.{key}", each) for key, each in value.items()}
    if isinstance(value, list):
        return [_inner(f"{path}[{index}]", each) for index, each in enumerate(value)]
    return masked(path, value) if isinstance(value, str) else value
