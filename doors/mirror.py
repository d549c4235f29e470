"""The project as Pulumi runs it in the sandbox: links to the sources, own copies of stack files.

Every `stack init` and `up` writes into the stack file (an encryption salt, to begin with). In the
checkout that would show in `git status` and tie the file to one state backend and passphrase, so
the sandbox works on copies.
"""

from pathlib import Path
from typing import Any

import yaml

from doors.home import Home
from toolchain.cache import locked
from toolchain.progress import SetupError

LINKED = (
    "__main__.py",
    "Pulumi.yaml",
    "requirements.txt",
    "slipway",
    "systems",
    "policies",
    "app",
    "sandbox",
    "toolchain",
    ".venv",
)
_SALT_KEYS = ("encryptionsalt", "encryptedkey", "secretsprovider")


def sync_mirror(home: Home) -> list[str]:
    """Brings the mirror up to date with the checkout and returns notes for people.

    What `pulumi config set` changed in the sandbox outlives a change of the checkout's stack file;
    such keys are named, since they hide the file's value.

    Raises:
        SetupError: a stack file is no YAML mapping.
    """
    sources = sorted(home.checkout.glob("Pulumi.*.yaml"))
    with locked(home.folder / "mirror.lock"):
        home.project.mkdir(parents=True, exist_ok=True)
        for name in LINKED:
            _link(home.project / name, home.checkout / name)
        return [note for source in sources for note in _sync_stack_file(home, source)]


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target and target.exists():
        return
    link.unlink(missing_ok=True)
    if target.exists():
        link.symlink_to(target)


def _sync_stack_file(home: Home, source: Path) -> list[str]:
    copy = home.project / source.name
    base = home.project / f".{source.name}.base"  # the source as it was last copied
    text = _without_ciphertext(source)
    if not copy.exists():
        base.write_text(text, encoding="utf-8")
        copy.write_text(text, encoding="utf-8")
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
    # No base: `pulumi stack init` in the sandbox made the copy before the checkout had the file.
    if not base.exists() or base.read_text(encoding="utf-8") != text:
        merged = {**now, "config": {**(now.get("config") or {}), **changed_here}}
        merged.update({key: mine[key] for key in _SALT_KEYS if key in mine})
        copy.write_text(yaml.safe_dump(merged, sort_keys=False), encoding="utf-8")
        base.write_text(text, encoding="utf-8")
    return notes


def _without_ciphertext(source: Path) -> str:
    """A stack file as it stands, unless its owner's passphrase is needed to read some of it.

    The sandbox has a passphrase and credentials of its own, so salt and secrets stay behind.
    """
    content = _load(source)
    config = content.get("config") or {}
    secret = [key for key, value in config.items() if isinstance(value, dict) and "secure" in value]
    if not secret and not any(key in content for key in _SALT_KEYS):
        return source.read_text(encoding="utf-8")
    kept: dict[str, Any] = {key: content[key] for key in content if key not in _SALT_KEYS}
    kept["config"] = {key: value for key, value in config.items() if key not in secret}
    return yaml.safe_dump(kept, sort_keys=False)


def _load(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise SetupError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("config") or {}, dict):
        raise SetupError(f"{path}: a stack file holds keys and values, `config:` first among them.")
    return content


def _plain(value: object) -> object:
    """A value as Pulumi writes it back: it turns numbers and booleans of a stack file into text."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value
