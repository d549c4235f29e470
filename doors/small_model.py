"""The models trained here, each once per version of its training code, shared by clones."""

import hashlib
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from toolchain.cache import cache_folder, locked, made_once
from toolchain.logged_command import run_logged
from toolchain.progress import Progress

SOURCES = Path("app/language_model")
OUTPUT = SOURCES / "build"
_RECORD = ".put-here.json"  # name -> sha256 of what was put there by us


@dataclass(frozen=True)
class TrainedModel:
    """One of them."""

    title: str  # what people are told
    name: str  # of its folders in the cache
    sources: tuple[Path, ...]  # folders of code and single files that decide what comes out
    output: Path  # where the program looks for it
    module: str  # that trains it, with --out
    usual_seconds: float


MODELS = (
    TrainedModel("Small model", "small-model", (SOURCES,), OUTPUT, "app.language_model.train", 70),
    TrainedModel(
        "Symptoms model",
        "symptoms-model",
        # A pickle needs the library's version that wrote it, so the versions decide as well.
        (Path("app/symptoms/src/model"), Path("app/symptoms/requirements.in")),
        Path("app/symptoms/model"),
        "app.symptoms.src.model.train",
        5,
    ),
)


def ensure_weights(checkout: Path, progress: Progress) -> None:
    """Puts the trained files where the program looks for them, training first if need be.

    A model that somebody else put there, such as one trained by hand, is left as it is, and the
    program uses that.
    """
    for model in MODELS:
        _ensure(model, checkout, progress)


def _ensure(model: TrainedModel, checkout: Path, progress: Progress) -> None:
    target = checkout / model.output
    with locked(cache_folder() / ".locks" / f"weights-{_name(str(target))}.lock"):
        if _is_somebody_elses(model, target):
            progress.note(
                f"{model.title}: {model.output} holds a model that was not trained by this "
                "command; it is used as it is. Remove the folder to have the usual one."
            )
            return
        folder = cache_folder() / f"{model.name}-{_digest(model, checkout)}"
        if not folder.exists():
            log = cache_folder() / f"{model.name}.log"
            title = f"{model.title}: training"
            with progress.step(title, usually_seconds=model.usual_seconds, log=log):
                made_once(folder, lambda partial: _train(model, checkout, partial, log))
        _copy(folder, target)


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


def _is_somebody_elses(model: TrainedModel, target: Path) -> bool:
    """Whether a file is there that neither this command nor one of another version put there."""
    record = target / _RECORD
    put_here = (
        set(json.loads(record.read_text(encoding="utf-8")).values()) if record.exists() else set()
    )
    present = {_sha256(path) for path in target.glob("*") if not path.name.startswith(".")}
    if present <= put_here:
        return False
    # Older versions kept no record, and one that is killed while it copies has yet to write it.
    known = {_sha256(path) for path in cache_folder().glob(f"{model.name}-*/*")}
    return not present <= put_here | known


def _sha256(path: Path) -> str | None:
    """Of a file; None if it is absent."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _train(model: TrainedModel, checkout: Path, output: Path, log: Path) -> None:
    run_logged(
        [sys.executable, "-m", model.module, "--out", output],
        log,
        remedy="Read the log; `make model` tries again.",
        environment={"PYTHONPATH": str(checkout)},
    )


def _digest(model: TrainedModel, checkout: Path) -> str:
    """Names a version of the training code, the generator of its data included."""
    digest = hashlib.sha256()
    for source in model.sources:
        whole = checkout / source
        for path in sorted(whole.glob("*.py")) if whole.is_dir() else (whole,):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
