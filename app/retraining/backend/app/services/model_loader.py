"""Fetches the model of one training from its repository on the Hub, and loads it once it is known.

A joblib file runs code when it is read. So it comes from the configured repository alone, of one
commit, and its SHA-256 is the one that this commit's metrics.json names, before the first byte is
interpreted. A model and a preprocessor of two trainings are refused that way as well.
"""

import hashlib
import io
import json
import logging
import os
import re
import time
import warnings
from collections.abc import Callable
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
import joblib
from huggingface_hub import HfApi
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, RevisionNotFoundError
from sklearn.exceptions import InconsistentVersionWarning

from ..settings import Settings

METRICS = "metrics.json"
PREPROCESSOR, MODEL = "preprocessor.joblib", "model.joblib"
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 1.0, 30.0
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TIMED_OUT, _TOO_MANY, _SERVER_ERROR = 408, 429, 500

log = logging.getLogger("retraining")


class HubUnavailableError(Exception):
    """The Hub fails for now; trying again may help."""


class ModelRefusedError(Exception):
    """There is no model that may be served: trying again will not help."""


@dataclass(frozen=True)
class Model:
    """A fitted preprocessor and model of one training, and exactly which."""

    preprocessor: Any  # scikit-learn's, from dictionaries of features to numbers
    model: Any  # scikit-learn's classifier of 0 and 1
    repo: str
    revision: str  # commit, 40 hex digits
    sha256: str  # of model.joblib
    accuracy: float  # on deliveries that the training has not seen

    def probability(self, features: dict[str, Any]) -> float:
        """Of the label 1."""
        [row] = self.model.predict_proba(self.preprocessor.transform([features]))
        return float(row[1])


def load_model(settings: Settings, sleep: Callable[[float], None] = time.sleep) -> Model:
    """The latest model, or the pinned one; waits for a Hub that is away, as long as it takes.

    Raises:
        ModelRefusedError: waiting will not help.
    """
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return fetch(settings)
        except HubUnavailableError as error:
            log.warning("not ready: %s; trying again in %g s", error, pause)
        sleep(pause)
        pause = min(pause * 2, LAST_PAUSE_SECONDS)


def fetch(settings: Settings) -> Model:
    """One attempt.

    Raises:
        HubUnavailableError: the Hub gives no answer, or says that it fails.
        ModelRefusedError: the repository can't be read, or what it holds must not be loaded.
    """
    api = HfApi(token=settings.hub_token or False)
    where = f"{settings.model_repo} (HF_MODEL_REPO)"
    try:
        wanted = settings.model_revision or "main"
        # One commit for all files: an upload meanwhile is of the next start.
        commit = api.model_info(settings.model_repo, revision=wanted).sha or wanted
        contents = _download(api, settings.model_repo, commit)
    except (HfHubHTTPError, httpx2.HTTPError, OSError) as error:
        # Not chained: the client's own texts hold headers and addresses.
        raise _explained(error, settings, where) from None
    at = f"{where} at {commit[:12]}"
    metrics = _metrics(contents[METRICS], at)
    for name in (PREPROCESSOR, MODEL):
        found = hashlib.sha256(contents[name]).hexdigest()
        if found != metrics["files"][name]:
            raise ModelRefusedError(
                f"{at}: {name} has SHA-256 {found}, and its metrics.json says "
                f"{metrics['files'][name]}. It is damaged, or of another training: train and "
                "upload again, or pin an older commit as MODEL_REVISION"
            )
    return Model(
        preprocessor=_loaded(contents[PREPROCESSOR], f"{at}: {PREPROCESSOR}", "transform"),
        model=_loaded(contents[MODEL], f"{at}: {MODEL}", "predict_proba"),
        repo=settings.model_repo,
        revision=commit,
        sha256=metrics["files"][MODEL],
        accuracy=float(metrics["accuracy"]),
    )


def _download(api: HfApi, repo: str, commit: str) -> dict[str, bytes]:
    """Into memory: what is summed is what is interpreted."""
    with TemporaryDirectory(prefix="model-") as folder:
        return {
            name: Path(
                api.hf_hub_download(repo, name, revision=commit, local_dir=folder)
            ).read_bytes()
            for name in (METRICS, PREPROCESSOR, MODEL)
        }


def _metrics(content: bytes, at: str) -> dict[str, Any]:
    try:
        metrics: dict[str, Any] = json.loads(content)
        sums = [metrics["files"][name] for name in (PREPROCESSOR, MODEL)]
        float(metrics["accuracy"])
    except (ValueError, KeyError, TypeError):
        raise ModelRefusedError(f"{at}: {METRICS} is not what training writes") from None
    if not all(isinstance(each, str) and _SHA256.fullmatch(each) for each in sums):
        raise ModelRefusedError(f"{at}: {METRICS} names no SHA-256 of the model's files")
    return metrics


def _loaded(content: bytes, what: str, method: str) -> object:
    try:
        with warnings.catch_warnings():
            # A model of another version may predict something else, and would say nothing.
            warnings.simplefilter("error", InconsistentVersionWarning)
            loaded: object = joblib.load(io.BytesIO(content))
    except InconsistentVersionWarning as warning:
        raise ModelRefusedError(
            f"{what} was made by scikit-learn {warning.original_sklearn_version} and this is "
            f"{warning.current_sklearn_version}: train it again, or deploy the matching version"
        ) from None
    except Exception as error:  # noqa: BLE001 - whatever a foreign file raises
        raise ModelRefusedError(f"{what} can't be loaded: {type(error).__name__}") from None
    if not hasattr(loaded, method):
        raise ModelRefusedError(f"{what} has no {method}: it is something else")
    return loaded


def _explained(error: Exception, settings: Settings, where: str) -> Exception:
    if isinstance(error, RevisionNotFoundError):
        wanted = settings.model_revision or "main"
        return ModelRefusedError(f"404: {where} has no revision {wanted} (MODEL_REVISION)")
    if isinstance(error, EntryNotFoundError):
        return ModelRefusedError(f"404: {where} lacks a file of the model: train and upload it")
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    if status is None:
        endpoint = os.environ["HF_ENDPOINT"]
        return HubUnavailableError(
            f"the Hub at {endpoint} gives no answer ({type(error).__name__})"
        )
    if status >= _SERVER_ERROR or status in (_TIMED_OUT, _TOO_MANY):
        return HubUnavailableError(f"the Hub answered {status} for {where}")
    return ModelRefusedError(
        f"{status}: {where} can't be read. Check the name, and HF_TOKEN if it is private"
    )
