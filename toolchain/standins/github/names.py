"""Names and ids as the official plugin writes them."""

import re
from collections.abc import Iterator

from toolchain.standins.protocol import PluginError, Problem

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def problems_of_name(key: str, name: str) -> Iterator[Problem]:
    """What GitHub would refuse in the name of a secret or variable."""
    if not _NAME.fullmatch(name):
        yield Problem(key, f"{name!r} must hold letters, digits and _ only, and no digit first")
    elif name.upper().startswith("GITHUB_"):
        yield Problem(key, f"{name!r} must not begin with GITHUB_, which is reserved")


def problems_of_repository(name: str) -> Iterator[Problem]:
    """An owner belongs to the provider: as a part of the name it would end up in it twice."""
    if "/" in name:
        yield Problem("repository", f"{name!r} must be a name alone; the provider has the owner")


def join(*parts: str) -> str:
    """An id of its parts; an environment's name may hold the colon that divides them."""
    return ":".join(part.replace(":", "??") for part in parts)


def split(id_: str, *keys: str) -> dict[str, str]:
    """The parts of an id to import, by name; raises PluginError if it has others."""
    parts = id_.split(":")
    if len(parts) != len(keys) or not all(parts):
        raise PluginError(
            f"{id_!r} is no id to import: it consists of {', '.join(keys)}, with a colon between "
            "each two and ?? for a colon inside a name."
        )
    return {key: part.replace("??", ":") for key, part in zip(keys, parts, strict=True)}


def time_of(text: str) -> str:
    """A time as Go prints it, which is how the official plugin keeps it in the state."""
    return f"{text[:10]} {text[11:19]} +0000 UTC"
