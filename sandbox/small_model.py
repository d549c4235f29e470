"""The small model's weights, trained once per version of the training code and shared by clones."""

import hashlib
import shutil
import sys
from pathlib import Path

from sandbox.toolchain.cache import cache_folder, made_once
from sandbox.toolchain.logged_command import run_logged
from sandbox.toolchain.progress import Progress

SOURCES = Path("app/language_model")
OUTPUT = SOURCES / "build"
USUAL_SECONDS = 70.0


def ensure_weights(checkout: Path, progress: Progress) -> None:
    """Puts the trained files where the program looks for them, training first if need be."""
    folder = cache_folder() / f"small-model-{_digest(checkout)}"
    if not folder.exists():
        log = cache_folder() / "small-model.log"
        with progress.step("Small model: training", usually_seconds=USUAL_SECONDS, log=log):
            made_once(folder, lambda partial: _train(checkout, partial, log))
    target = checkout / OUTPUT
    for path in sorted(folder.iterdir()):
        copy = target / path.name
        if not copy.exists() or copy.read_bytes() != path.read_bytes():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


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
