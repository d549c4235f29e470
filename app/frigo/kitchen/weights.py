"""Finds the weights in the container, or fetches them, and says exactly which ones they are."""

import hashlib
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import gguf_header  # type: ignore[import-not-found]  # at the root of the image, see repository.py

from .model_file import (  # type: ignore[import-not-found]  # from app/inference, see repository.py
    ModelFile,
    ModelFileError,
)
from .model_settings import ModelSettings

_COMMIT = re.compile(r"[0-9a-f]{40}")
# Exit statuses of the downloader after which trying again will not help: argparse's, for a model
# that it does not know, and its own for a file that is not the one that was reviewed.
_FINAL = (2, 3)
_LFS_POINTER = b"version https://git-lfs"
DOWNLOADER = "download_models.py"

log = logging.getLogger("kitchen")


class DownloadFailedError(Exception):
    """The model could not be fetched now; it may work later."""


def find(settings: ModelSettings) -> ModelFile:
    """The model in its folder, not yet verified.

    Raises:
        ModelFileError: it is not there, or is not the one the settings ask for.
    """
    found = _described(settings)
    found.require(settings.sha256, "MODEL_SHA256")
    return found


def _described(settings: ModelSettings) -> ModelFile:
    folder = settings.model_folder
    if not (folder / "model.json").is_file():
        return _undescribed(settings)
    try:
        repo = json.loads((folder / "model.json").read_text())["repo"]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelFileError(f"{folder / 'model.json'} is not readable: {error}") from error
    found = ModelFile.describe(folder, repo)
    wanted = settings.revision if _COMMIT.fullmatch(settings.revision) else found.revision
    if (settings.repo or repo) != repo or wanted != found.revision:
        raise ModelFileError(
            f"MODEL_REPO and MODEL_REVISION ask for {settings.repo or repo} at {wanted}, but the"
            f" image holds {repo} at {found.revision}. Build the image again."
        )
    return found


def _undescribed(settings: ModelSettings) -> ModelFile:
    """A file that came with the code (Git LFS): its version is the code's commit."""
    files = sorted(settings.model_folder.glob("*.gguf"))
    if len(files) != 1:
        raise ModelFileError(f"{settings.model_folder} holds {len(files)} .gguf files, not one")
    [path] = files
    with path.open("rb") as file:
        if file.read(len(_LFS_POINTER)) == _LFS_POINTER:
            raise ModelFileError(
                f"{path} is a Git LFS pointer, not the file: run `git lfs pull` before the build"
            )
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        values = gguf_header.read(path).values
    except gguf_header.NotGgufError as error:
        raise ModelFileError(str(error)) from error
    context = values.get(f"{values.get('general.architecture')}.context_length")
    repo = settings.repo or settings.name
    revision = settings.revision or settings.fallback_revision
    return ModelFile(path, repo, revision, sha256, path.stat().st_size, context)


def download(settings: ModelSettings) -> None:
    """Runs the downloader as a program of its own: its memory is free again before serving.

    Raises:
        ModelFileError: the downloader knows no such model, or is not in this image.
        DownloadFailedError: its own message; nothing of it holds the token.
    """
    if not Path(DOWNLOADER).is_file():
        raise ModelFileError(
            f"MODEL_DELIVERY is download, but this image holds no {DOWNLOADER}."
            " Build it with the build argument MODEL_DELIVERY=download."
        )
    command = [sys.executable, DOWNLOADER, "--model", settings.name, "--out", str(settings.folder)]
    packages = os.environ.get("DOWNLOADER_PACKAGES")  # kept apart from those of the application
    environment = dict(os.environ) | ({"PYTHONPATH": packages} if packages else {})
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    for line in done.stdout.splitlines():
        log.info("download: %s", line)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1].removeprefix("ERROR: ")
        kind = ModelFileError if done.returncode in _FINAL else DownloadFailedError
        raise kind(reason)
