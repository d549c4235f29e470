"""The files of the trained model, checked before anything of them is executed."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODEL_FILE, METADATA_FILE = "model.pkl", "metadata.json"
_LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\n"


class ModelFileError(Exception):
    """The model can't be served; the message says why and what to do."""


@dataclass(frozen=True)
class ModelFile:
    """One pickle whose sum is the one that training wrote down."""

    path: Path
    sha256: str
    labels: tuple[str, ...]
    columns: tuple[str, ...]
    scikit_learn: str  # version that wrote it


def read_model_file(folder: Path) -> ModelFile:
    """Describes the model in a folder.

    Raises:
        ModelFileError: a file is missing, a Git LFS pointer, or not what was trained.
    """
    path, about = folder / MODEL_FILE, folder / METADATA_FILE
    for each in (path, about):
        if not each.is_file():
            raise ModelFileError(f"{each} is missing: run `make model`, or `git lfs pull`")
    data = path.read_bytes()
    if data.startswith(_LFS_POINTER):
        raise ModelFileError(
            f"{path} is a Git LFS pointer, not the model: run `git lfs pull` before the push or"
            " the build"
        )
    metadata = _metadata(about)
    if hashlib.sha256(data).hexdigest() != metadata["sha256"]:
        raise ModelFileError(
            f"{path} is not the file that {about.name} describes (its SHA-256 is another): deploy"
            " the two of one training together"
        )
    return ModelFile(
        path=path,
        sha256=str(metadata["sha256"]),
        labels=tuple(metadata["labels"]),
        columns=tuple(metadata["columns"]),
        scikit_learn=str(metadata["scikit_learn"]),
    )


def _metadata(path: Path) -> dict[str, Any]:
    try:
        metadata = json.loads(path.read_text(encoding="utf-8"))
        missing = {"sha256", "labels", "columns", "scikit_learn"} - set(metadata)
    except (ValueError, TypeError) as error:
        raise ModelFileError(f"{path} is no JSON object: run `make model`") from error
    if missing:
        raise ModelFileError(f"{path} lacks {', '.join(sorted(missing))}: run `make model`")
    return dict(metadata)
