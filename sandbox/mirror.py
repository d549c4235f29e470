"""The project as Pulumi runs it in the sandbox: links to the sources, own copies of stack files.

Every `stack init` and `up` writes into the stack file (an encryption salt, to begin with). In the
checkout that would show in `git status` and tie the file to one state backend and passphrase, so
the sandbox works on copies.
"""

from pathlib import Path
from typing import Any

import yaml

from sandbox.home import Home

LINKED = (
    "__main__.py",
    "Pulumi.yaml",
    "requirements.txt",
    "components",
    "systems",
    "app",
    "sandbox",
    ".venv",
)
_SALT_KEYS = ("encryptionsalt", "encryptedkey", "secretsprovider")


def sync_mirror(home: Home) -> list[str]:
    """Brings the mirror up to date with the checkout and returns notes for people.

    What `pulumi config set` changed in the sandbox outlives a change of the checkout's stack file;
    such keys are named, since they hide the file's value.
    """
    home.project.mkdir(parents=True, exist_ok=True)
    for name in LINKED:
        _link(home.project / name, home.checkout / name)
    sources = {path.name: path for path in home.checkout.glob("Pulumi.*.yaml")}
    return [note for name in sorted(sources) for note in _sync_stack_file(home, sources[name])]


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target and target.exists():
        return
    link.unlink(missing_ok=True)
    if target.exists():
        link.symlink_to(target)


def _sync_stack_file(home: Home, source: Path) -> list[str]:
    copy = home.project / source.name
    base = home.project / f".{source.name}.base"  # the source as it was last copied
    text = source.read_text(encoding="utf-8")
    if not copy.exists():
        copy.write_text(text, encoding="utf-8")
        base.write_text(text, encoding="utf-8")
        return []
    before, mine, now = _load(base), _load(copy), yaml.safe_load(text) or {}
    changed_here = {
        key: value
        for key, value in (mine.get("config") or {}).items()
        if _plain((before.get("config") or {}).get(key)) != _plain(value)
    }
    notes = [
        f"{source.name}: {key} was set in the sandbox and hides the file's value "
        f"(undo: ./with-sandbox pulumi config rm {key} --stack {source.name.split('.')[1]})"
        for key in changed_here
        if key in (now.get("config") or {})
    ]
    if base.read_text(encoding="utf-8") != text:
        merged = {**now, "config": {**(now.get("config") or {}), **changed_here}}
        merged.update({key: mine[key] for key in _SALT_KEYS if key in mine})
        copy.write_text(yaml.safe_dump(merged, sort_keys=False), encoding="utf-8")
        base.write_text(text, encoding="utf-8")
    return notes


def _load(path: Path) -> dict[str, Any]:
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}


def _plain(value: object) -> object:
    """A value as Pulumi writes it back: it turns numbers and booleans of a stack file into text."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value
