"""Fetches the model's file from its repository on the Hub, and unpickles it once it is known.

A pickle runs code when it is read, so what decides is where it comes from and that it is that very
file: the configured repository alone, and the SHA-256 before the first byte is interpreted.
"""

import hashlib
import os
import pickle
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

# Before the client is imported: another Hub than the public one serves plain downloads only.
os.environ["HF_ENDPOINT"] = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
os.environ.setdefault(
    "HF_HUB_DISABLE_XET",
    "0" if urlsplit(os.environ["HF_ENDPOINT"]).hostname == "huggingface.co" else "1",
)
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

import httpx2
from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from sklearn.exceptions import InconsistentVersionWarning

from .settings import Settings

LABELS = ("Non", "Oui")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LFS_POINTER = b"version https://git-lfs"
_UNAUTHORIZED, _FORBIDDEN = 401, 403


class ModelUnavailableError(Exception):
    """It can't be had now; trying again may help. The message names HF_MODEL_REPO."""


class ModelRefusedError(Exception):
    """It is there and must not, or can't, be used: trying again will not help."""


@dataclass(frozen=True)
class Model:
    """A fitted pipeline and exactly which file it is."""

    pipeline: Any  # scikit-learn's, from dictionaries of features to the labels
    repo: str
    revision: str  # commit, 40 hex digits
    sha256: str

    def probabilities(self, features: dict[str, float | str]) -> dict[str, float]:
        """Probability of each label."""
        [row] = self.pipeline.predict_proba([features])
        return {label: float(p) for label, p in zip(self.pipeline.classes_, row, strict=True)}


def fetch(settings: Settings) -> Model:
    """Downloads, checks and loads the model.

    Raises:
        ModelUnavailableError: it can't be had now.
        ModelRefusedError: it is not the file that was reviewed, or no model of ours.
    """
    try:
        commit, content, announced = _download(settings)
    except (HfHubHTTPError, httpx2.HTTPError, OSError, ValueError) as error:
        # Not chained: the client's own texts hold headers and addresses.
        raise ModelUnavailableError(explain(error, settings)) from None
    sha256 = hashlib.sha256(content).hexdigest()
    where = f"{settings.model_file} of {settings.model_repo} (HF_MODEL_REPO)"
    if content.startswith(_LFS_POINTER):
        raise ModelRefusedError(f"{where} is a Git LFS pointer, not the file: upload it with LFS")
    if announced and sha256 != announced:
        raise ModelUnavailableError(f"{where} has SHA-256 {sha256}, and the Hub says {announced}")
    if settings.model_sha256 and sha256 != settings.model_sha256:
        raise ModelRefusedError(
            f"{where} has SHA-256 {sha256}, but HF_MODEL_SHA256 is {settings.model_sha256}: it is "
            "not the file that was reviewed. Find out who changed it; if the change is meant, set "
            "HF_MODEL_SHA256 and HF_MODEL_REVISION anew"
        )
    return Model(_unpickled(content, where), settings.model_repo, commit, sha256)


def _download(settings: Settings) -> tuple[str, bytes, str]:
    """Commit, content, and the SHA-256 that the Hub announces; empty for a file without LFS."""
    repo, file, token = settings.model_repo, settings.model_file, settings.hub_token or False
    url = hf_hub_url(repo, file, revision=settings.model_revision)
    described = get_hf_file_metadata(url, token=token)
    commit = described.commit_hash or ""
    announced = described.etag or ""
    with TemporaryDirectory(prefix="model-") as folder:
        path = hf_hub_download(repo, file, revision=commit, local_dir=folder, token=token)
        # Into memory at once: what is summed is what is interpreted.
        content = Path(path).read_bytes()
    return commit, content, announced if _SHA256.fullmatch(announced) else ""


def _unpickled(content: bytes, where: str) -> object:
    try:
        with warnings.catch_warnings():
            # A model of another version may predict something else, and would say nothing.
            warnings.simplefilter("error", InconsistentVersionWarning)
            pipeline = pickle.loads(content)  # noqa: S301 - see the module's docstring
    except InconsistentVersionWarning as warning:
        raise ModelRefusedError(
            f"{where} was made by scikit-learn {warning.original_sklearn_version} and this is "
            f"{warning.current_sklearn_version}: train it again, or pin that version"
        ) from None
    except Exception as error:  # noqa: BLE001 - whatever a damaged or foreign pickle raises
        raise ModelRefusedError(f"{where} can't be unpickled: {type(error).__name__}") from None
    labels = tuple(getattr(pipeline, "classes_", ()))
    if labels != LABELS or not hasattr(pipeline, "predict_proba"):
        raise ModelRefusedError(f"{where} is no classifier of the labels {' and '.join(LABELS)}")
    return pipeline


def explain(error: Exception, settings: Settings) -> str:
    """One line for people: what failed, on which repository, and what to look at."""
    where = f"{settings.model_repo} at {os.environ['HF_ENDPOINT']}"
    status = getattr(getattr(error, "response", None), "status_code", None)
    reason = "the token is not valid there" if settings.hub_token else "no token was given"
    look = "Check HF_MODEL_REPO, and HF_TOKEN if the repository is private."
    if isinstance(error, RevisionNotFoundError):
        said = f"404: {where} has no revision {settings.model_revision} (HF_MODEL_REVISION)."
    elif isinstance(error, EntryNotFoundError):
        said = f"404: {where} has no file {settings.model_file} (HF_MODEL_FILE)."
    elif isinstance(error, GatedRepoError) or status == _FORBIDDEN:
        said = f"403: the token may not read {where}: gated, or outside its scope."
    elif status == _UNAUTHORIZED:
        said = f"401: not authorized to read {where}: {reason}, or it does not exist."
    elif isinstance(error, RepositoryNotFoundError):
        said = f"404: model repository {where} was not found, or the token can't see it."
    elif status is not None:
        said = f"{status}: {where} refused the download."
    else:
        look = "Check HF_ENDPOINT, and HF_MODEL_REPO."
        said = f"{where} can't be reached: {type(error).__name__}."
    return f"{said} {look}"
