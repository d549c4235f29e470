"""Restores and saves files under a key, in a folder of the sandbox.

`both` restores, and notes for `save-missed`, which the sandbox adds to the end of the job, what to
save if the key was not there. A saved key never changes, as on GitHub.
"""

import glob
import hashlib
import json
import os
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

_KEPT = 20  # caches of one repository; the oldest go first


def main() -> int:
    """Does what the argument says; the exit code."""
    what = sys.argv[1]
    if what == "save-missed":
        for note in sorted(_notes().glob("*.json")):
            wanted = json.loads(note.read_text(encoding="utf-8"))
            _save(wanted["key"], wanted["paths"])
        return 0
    paths = [line.strip() for line in os.environ["CACHE_PATHS"].splitlines() if line.strip()]
    key = os.environ["CACHE_KEY"]
    if what == "save":
        _save(key, paths)
        return 0
    hit = _restore(key, paths)
    if what == "both" and not hit:
        _notes().mkdir(parents=True, exist_ok=True)
        text = json.dumps({"key": key, "paths": paths})
        (_notes() / f"{_name(key, paths)}.json").write_text(text, encoding="utf-8")
    return 1 if not hit and os.environ["CACHE_MUST_HIT"] == "true" else 0


def _restore(key: str, paths: list[str]) -> bool:
    """Whether the key itself was there; else the newest whose key begins as asked is taken."""
    prefixes = [line.strip() for line in os.environ["CACHE_RESTORE_KEYS"].splitlines()]
    found = None
    for prefix in filter(None, [key, *prefixes]):
        fitting = [
            each for each in _saved() if each["key"].startswith(prefix) and each["paths"] == paths
        ]
        exact = [each for each in fitting if each["key"] == key]
        if exact or fitting:
            found = (exact or fitting)[-1]
            break
    matched = "" if found is None else found["key"]
    if found is None:
        sys.stdout.write(f"Cache not found for input keys: {key}\n")
    elif os.environ["CACHE_LOOKUP_ONLY"] != "true":
        with tarfile.open(found["file"]) as packed:
            # Not in the Python 3.11 of Debian 12, which runs this on a fresh machine; what is
            # restored was packed by a job of the same sandbox.
            packed.extraction_filter = getattr(tarfile, "tar_filter", None)
            for name, folder in _bases().items():
                inside = [each for each in packed if each.name.partition("/")[0] == name]
                for each in inside:
                    each.name = each.name.partition("/")[2]
                packed.extractall(folder, inside)  # noqa: S202 - filtered where Python can
        sys.stdout.write(f"Cache restored from key: {matched}\n")
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        hit = "" if found is None else str(matched == key).lower()
        output.write(f"cache-hit={hit}\ncache-matched-key={matched}\n")
    return matched == key


def _save(key: str, paths: list[str]) -> None:
    folder = Path(os.environ["SLIPWAY_CACHE"])
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{_name(key, paths)}.tar"
    if file.exists():
        sys.stdout.write(f"Cache hit occurred on the primary key {key}, not saving cache.\n")
        return
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".partial", delete=False) as partial:
        with tarfile.open(fileobj=partial, mode="w") as packed:
            for path in paths:
                for found in sorted(glob.glob(_full(path), recursive=True)):  # noqa: PTH207 - absolute
                    packed.add(found, _inside(Path(found)))
        Path(partial.name).rename(file)
    note = json.dumps({"key": key, "paths": paths, "file": str(file)})
    file.with_suffix(".json").write_text(note, encoding="utf-8")
    owner = folder.stat()
    if owner.st_uid != os.geteuid() == 0:  # in a container; the sandbox may be anybody
        for each in (file, file.with_suffix(".json")):
            os.chown(each, owner.st_uid, owner.st_gid)
    sys.stdout.write(f"Cache saved with key: {key} ({file.stat().st_size} bytes)\n")
    for old in sorted(folder.glob("*.json"), key=lambda each: each.stat().st_mtime)[:-_KEPT]:
        old.with_suffix(".tar").unlink(missing_ok=True)
        old.unlink()


def _saved() -> list[dict[str, Any]]:
    """What is kept, oldest first."""
    notes = Path(os.environ["SLIPWAY_CACHE"]).glob("*.json")
    ordered = sorted(notes, key=lambda each: each.stat().st_mtime)
    return [json.loads(each.read_text(encoding="utf-8")) for each in ordered]


def _bases() -> dict[str, Path]:
    """Where files lie that a cache keeps: each job has a home and a workspace of its own."""
    return {
        "workspace": Path(os.environ["GITHUB_WORKSPACE"]),
        "home": Path(os.environ["HOME"]),
        "root": Path("/"),
    }


def _inside(path: Path) -> str:
    return next(
        f"{name}/{path.relative_to(folder)}"
        for name, folder in _bases().items()
        if path.is_relative_to(folder)
    )


def _full(path: str) -> str:
    return str(Path(os.environ["GITHUB_WORKSPACE"]) / Path(path).expanduser())


def _notes() -> Path:
    return Path(os.environ["RUNNER_TEMP"], "caches-to-save")


def _name(key: str, paths: list[str]) -> str:
    return hashlib.sha256(json.dumps([key, paths]).encode()).hexdigest()[:32]


if __name__ == "__main__":
    sys.exit(main())
