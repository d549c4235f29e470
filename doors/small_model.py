"""The small model's weights, trained once per version of the training code and shared by clones."""

import hashlib
import json
import shutil
import sys
from pathlib import Path

from toolchain.cache import cache_folder, locked, made_once
from toolchain.logged_command import run_logged
from toolchain.progress import Progress

SOURCES = Path("app/language_model")
OUTPUT = SOURCES / "build"
USUAL_SECONDS = 20.0
_RECORD = ".put-here.json"  # name -> sha256 of what was put there by us


def ensure_weights(checkout: Path, progress: Progress) -> None:
    """Puts the trained files where the program looks for them, training first if need be.

    A model that somebody else put there, such as one trained by hand, is left as it is, and the
    program uses that.
    """
    target = checkout / OUTPUT
    with locked(cache_folder() / ".locks" / f"weights-{_name(str(target))}.lock"):
        if _is_somebody_elses(target):
            progress.note(
                f"Small model: {OUTPUT} holds a model that was not trained by this command; it is "
                "used as it is. Remove the folder to have the usual one."
            )
            return
        folder = cache_folder() / f"small-model-{_digest(checkout)}"
        if not folder.exists():
            log = cache_folder() / "small-model.log"
            with progress.step("Small model: training", usually_seconds=USUAL_SECONDS, log=log):
                made_once(folder, lambda partial: _train(checkout, partial, log))
        _copy(folder, target)


def has_weights(checkout: Path) -> bool:
    """Whether `ensure_weights` would train nothing."""
    folder = cache_folder() / f"small-model-{_digest(checkout)}"
    return folder.is_dir() or _is_somebody_elses(checkout / OUTPUT)


def _copy(folder: Path, target: Path) -> None:
    sums = {path.name: _sha256(path) for path in sorted(folder.iterdir())}
    if sums == {name: _sha256(target / name) for name in sums}:
        return
    target.mkdir(parents=True, exist_ok=True)
    for name in sums:
        partial = target / f".{name}"
        shutil.copyfile(folder / name, partial)
        partial.rename(target / name)
    (target / _RECORD).write_text(json.dumps(sums, indent=2), encoding="utf-8")


def _is_somebody_elses(target: Path) -> bool:
    """Whether a file is there that neither this command nor one of another version put there."""
    record = target / _RECORD
    put_here = (
        set(json.loads(record.read_text(encoding="utf-8")).values()) if record.exists() else set()
    )
    present = {_sha256(path) for path in target.glob("*") if not path.name.startswith(".")}
    if present <= put_here:
        return False
    # Older versions kept no record, and one that is killed while it copies has yet to write it.
    known = {_sha256(path) for path in cache_folder().glob("small-model-*/*")}
    return not present <= put_here | known


def _sha256(path: Path) -> str | None:
    """Of a file; None if it is absent."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _train(checkout: Path, output: Path, log: Path) -> None:
    script = checkout / SOURCES / "train.py"
    run_logged(
        [sys.executable, script, "--out", output],
        log,
        remedy="Read the log; `make model` tries again.",
    )


def _digest(checkout: Path) -> str:
    """Names a version of the training code, the corpus generator included."""
    digest = hashlib.sha256()
    for path in sorted((checkout / SOURCES).glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
