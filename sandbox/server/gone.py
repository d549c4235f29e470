"""Sandboxes whose folders are gone: what they left in the container engine is still known.

A checkout that is removed without `reset` leaves containers, volumes and images, which carry
nothing but its sandbox's name. Each sandbox that is served notes its folder under that name.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.server.home import Home
from toolchain.cache import cache_folder


@dataclass(frozen=True)
class GoneHome:
    """A sandbox of this user that is not where it was when it was last served."""

    name: str
    folder: Path


def note_home(home: Home) -> None:
    """Notes where a sandbox is; it is about to be served."""
    _notes().mkdir(parents=True, exist_ok=True)
    home.write_private(_note(home.identity().name), json.dumps({"folder": str(home.folder)}))


def forget_note(name: str) -> None:
    """Nothing of that sandbox is left."""
    _note(name).unlink(missing_ok=True)


def gone_homes() -> list[GoneHome]:
    """Those that are not there any more. One that was moved is there again once it is served."""
    found = []
    for note in sorted(_notes().glob("*.json")):
        folder = Path(json.loads(note.read_text(encoding="utf-8"))["folder"])
        if _name_at(folder) != note.stem:
            found.append(GoneHome(note.stem, folder))
    return found


def remove_gone(forget: Callable[[str], None]) -> list[GoneHome]:
    """Lets `forget` remove what each of them left, by its name; those that are done with."""
    gone = gone_homes()
    for each in gone:
        forget(each.name)
        forget_note(each.name)
    return gone


def _name_at(folder: Path) -> str | None:
    try:
        identity = json.loads((folder / "identity.json").read_text(encoding="utf-8"))
        return str(identity["name"])
    except (OSError, ValueError, KeyError):
        return None


def _notes() -> Path:
    return cache_folder() / "sandboxes"


def _note(name: str) -> Path:
    return _notes() / f"{name}.json"
