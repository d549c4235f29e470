"""The models that are trained here, once per version of their training code, shared by clones."""

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from toolchain.cache import cache_folder, locked, made_once, used
from toolchain.logged_command import run_logged
from toolchain.progress import Progress

_RECORD = ".put-here.json"  # name -> sha256 of what was put there by us


@dataclass(frozen=True)
class Training:
    """One model: the module `train` of a folder of the checkout writes its files with --out."""

    title: str  # for people
    name: str  # of its folders in the cache
    sources: Path  # the folder; every module in it decides which version this is
    output: Path  # where the program looks for the files
    usual_seconds: float
    requirements: Path | None = None  # decide it too, where another version makes another file
    data: Path | None = None  # folder whose CSV files it learns from; they decide it too


LANGUAGE_MODEL = Training(
    "Small model",
    "small-model",
    Path("app/language_model"),
    Path("app/language_model/build"),
    20.0,
)
SYMPTOMS_MODEL = Training(
    "Symptoms model",
    "symptoms-model",
    Path("app/symptoms/src/model"),
    Path("app/symptoms/model"),
    5.0,
    Path("app/symptoms/requirements.in"),  # a pickle is of one version of scikit-learn
)
TURNOVER_MODEL = Training(
    "Turnover model",
    "turnover-model",
    Path("app/turnover/training"),
    Path("app/turnover/training/build"),
    4.0,
    Path("app/turnover/requirements.in"),  # the same
)
RETRAINING_MODEL = Training(
    "Retraining model",
    "retraining-model",
    Path("app/retraining/models"),
    Path("app/retraining/build"),  # not model_assets: what is trained by hand stays what it is
    4.0,
    Path("app/retraining/requirements.in"),  # the same
    Path("app/retraining/models/data"),
)
TRAININGS = (LANGUAGE_MODEL, SYMPTOMS_MODEL, TURNOVER_MODEL, RETRAINING_MODEL)


def ensure_models(checkout: Path, progress: Progress) -> None:
    """Every model that is trained here; see `ensure_model`."""
    for training in TRAININGS:
        ensure_model(training, checkout, progress)


def left_to_train(checkout: Path) -> list[Training]:
    """Those that `ensure_models` would train."""
    return [
        training
        for training in TRAININGS
        if not (cache_folder() / f"{training.name}-{_digest(training, checkout)}").is_dir()
        and not _is_somebody_elses(training, checkout / training.output)
    ]


def ensure_model(training: Training, checkout: Path, progress: Progress) -> None:
    """Puts the trained files where the program looks for them, training first if need be.

    A model that somebody else put there, such as one trained by hand, is left as it is, and the
    program uses that.
    """
    target = checkout / training.output
    with locked(cache_folder() / ".locks" / f"weights-{_name(str(target))}.lock"):
        if _is_somebody_elses(training, target):
            progress.note(
                f"{training.title}: {training.output} holds a model that was not trained by this "
                "command; it is used as it is. Remove the folder to have the usual one."
            )
            return
        folder = cache_folder() / f"{training.name}-{_digest(training, checkout)}"
        if not used(folder):
            log = cache_folder() / f"{training.name}.log"
            title, seconds = f"{training.title}: training", training.usual_seconds
            with progress.step(title, usually_seconds=seconds, log=log):
                made_once(folder, lambda partial: _train(training, checkout, partial, log))
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


def _is_somebody_elses(training: Training, target: Path) -> bool:
    """Whether a file is there that neither this command nor one of another version put there."""
    record = target / _RECORD
    put_here = (
        set(json.loads(record.read_text(encoding="utf-8")).values()) if record.exists() else set()
    )
    present = {_sha256(path) for path in target.glob("*") if not path.name.startswith(".")}
    if present <= put_here:
        return False
    # Older versions kept no record, and one that is killed while it copies has yet to write it.
    known = {_sha256(path) for path in cache_folder().glob(f"{training.name}-*/*")}
    return not present <= put_here | known


def _sha256(path: Path) -> str | None:
    """Of a file; None if it is absent."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _train(training: Training, checkout: Path, output: Path, log: Path) -> None:
    run_logged(
        [sys.executable, "-m", ".".join((*training.sources.parts, "train")), "--out", output],
        log,
        remedy="Read the log; `make model` tries again.",
        environment={"PYTHONPATH": str(checkout)},
    )


def _digest(training: Training, checkout: Path) -> str:
    """Names a version of the training code and of all it reads, generators of data included."""
    digest = hashlib.sha256()
    for path in _inputs(training, checkout):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _inputs(training: Training, checkout: Path) -> Iterator[Path]:
    yield from sorted((checkout / training.sources).glob("*.py"))
    if training.requirements is not None:
        yield checkout / training.requirements
    if training.data is not None:
        yield from sorted((checkout / training.data).glob("*.csv"))


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
