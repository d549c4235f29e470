# ruff: noqa: T201 - a command line run during an image build: its log is what a person reads
"""Downloads the one file of the model that the server needs, and writes down what it is.

    python download_models.py [--model phi|tiny] [--out models]

`BASE_MODEL`, `BASE_MODEL_FILE` and `BASE_MODEL_REVISION` replace the values of `--model`;
`HF_ENDPOINT` names another Hub; `HF_TOKEN` is read from the environment and never stored, so no
login is needed and none is left behind in an image layer.
"""

import argparse
import errno
import hashlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

# An empty build argument means the public Hub; any other Hub serves plain HTTP downloads only.
os.environ["HF_ENDPOINT"] = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
os.environ.setdefault(
    "HF_HUB_DISABLE_XET",
    "0" if urlsplit(os.environ["HF_ENDPOINT"]).hostname == "huggingface.co" else "1",
)
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("HF_HUB_DOWNLOAD_TIMEOUT", "30")
os.environ.setdefault("HF_HUB_ETAG_TIMEOUT", "30")

import gguf_header  # type: ignore[import-not-found]  # beside this file in the image
import httpx2
from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
from huggingface_hub.errors import (
    EntryNotFoundError,
    FileMetadataError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_UNAUTHORIZED, _FORBIDDEN = 401, 403


@dataclass(frozen=True)
class SettingNames:
    """How the settings are called where this runs, for messages that say what to change."""

    repo: str = "BASE_MODEL (app/inference_server.py or the Space's variables)"
    file: str = "BASE_MODEL_FILE"
    revision: str = "BASE_MODEL_REVISION"
    sha256: str = "BASE_MODEL_SHA256"
    token: str = "HF_TOKEN (Space Settings -> Variables and secrets)"  # noqa: S105 - a name


SPACE_NAMES = SettingNames()


@dataclass(frozen=True)
class Source:
    """A file of a model repository."""

    repo: str
    file: str
    revision: str  # a commit of 40 hex digits pins it; a branch name does not
    sha256: str = ""  # of the file as it is published; empty trusts what the Hub says


PRESETS = {
    # MIT licence; 1.8 GB, needs about 2.3 GB of memory at a context of 1024 tokens.
    "phi": Source("TheBloke/phi-2-GGUF", "phi-2.Q4_K_M.gguf", "main"),
    # The small model trained by this project's app/language_model/train.py.
    "tiny": Source("slipway/tiny-phi", "tiny-phi.gguf", "main"),
}


class DownloadError(Exception):
    """The model cannot be had; the message says why and what to change."""

    exit_code = 1  # trying again may help


class ChangedFileError(DownloadError):
    """It is not the file that was reviewed."""

    exit_code = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--model", choices=sorted(PRESETS), default="phi")
    parser.add_argument("--out", type=Path, default=Path("models"))
    options = parser.parse_args(arguments)
    preset = PRESETS[options.model]
    source = Source(
        os.environ.get("BASE_MODEL") or preset.repo,
        os.environ.get("BASE_MODEL_FILE") or preset.file,
        os.environ.get("BASE_MODEL_REVISION") or preset.revision,
        os.environ.get("BASE_MODEL_SHA256", "").strip(),
    )
    try:
        download(source, options.out, os.environ.get("HF_TOKEN", "").strip())
    except DownloadError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def download(
    source: Source, out: Path, token: str, *, name: str = "", names: SettingNames = SPACE_NAMES
) -> Path:
    """Fetches, checks and describes the model; returns its folder, `name` or the repository's."""
    started = time.monotonic()
    name = name or source.repo.rsplit("/", maxsplit=1)[-1]
    print(f"Starting model download: {name} ({source.file})", flush=True)
    print(f"Downloading from {os.environ['HF_ENDPOINT']}/{source.repo} at {source.revision}")
    folder = out / name
    try:
        commit, expected = _resolve(source, token)
        path = Path(
            hf_hub_download(
                source.repo, source.file, revision=commit, local_dir=folder, token=token or False
            )
        )
        shutil.rmtree(folder / ".cache", ignore_errors=True)  # the client's own bookkeeping
        size, sha256 = path.stat().st_size, _sha256(path)
        if expected is not None and sha256 != expected:
            raise DownloadError(f"{source.file} has SHA-256 {sha256}, the Hub says {expected}")
        if source.sha256 and sha256 != source.sha256:
            path.unlink()  # what somebody changed is not kept
            raise ChangedFileError(
                f"{source.file} of {source.repo} has SHA-256 {sha256}, but {names.sha256} is "
                f"{source.sha256}: it is not the file that was reviewed. Find out who changed it; "
                f"if the change is meant, set {names.sha256} and {names.revision} anew"
            )
        description: dict[str, object] = {
            "repo": source.repo,
            "revision": commit,
            "file": source.file,
            "size": size,
            "sha256": sha256,
        } | _checked(path)
    except (OSError, ValueError, httpx2.HTTPError) as error:
        raise DownloadError(_explain(error, source, names, has_token=bool(token))) from error
    (folder / "model.json").write_text(json.dumps(description, indent=2) + "\n")
    print(f"Revision {commit}, {size} bytes, SHA-256 {description['sha256']}")
    if not _COMMIT.fullmatch(source.revision):
        print(f"Note: set {names.revision}={commit} to get the same bytes in every build")
    print(f"Model {name} downloaded successfully in {time.monotonic() - started:.1f} s")
    return folder


def _resolve(source: Source, token: str) -> tuple[str, str | None]:
    """The commit behind a revision, and the file's SHA-256 where the Hub knows it (LFS)."""
    url = hf_hub_url(source.repo, source.file, revision=source.revision)
    found = get_hf_file_metadata(url, token=token or False)
    if found.commit_hash is None:
        raise DownloadError(f"{os.environ['HF_ENDPOINT']} did not say which commit it serves")
    etag = found.etag or ""
    return found.commit_hash, etag if _SHA256.fullmatch(etag) else None


def _checked(path: Path) -> dict[str, object]:
    """Makes sure the engine will read the file as its authors meant it.

    Returns:
        The context length and, if the file had to be completed, its new size and hash.
    """
    header = gguf_header.read(path)
    architecture = header.values.get("general.architecture")
    context = header.values.get(f"{architecture}.context_length")
    if header.values.get(gguf_header.PRE_TOKENIZER):
        return {"context_length": context}
    if architecture != "phi2":
        raise DownloadError(f"{path.name} lacks {gguf_header.PRE_TOKENIZER}; choose another file")
    before = _sha256(path)
    gguf_header.add_string(path, gguf_header.PRE_TOKENIZER, "phi-2")
    print(f"{path.name} lacked {gguf_header.PRE_TOKENIZER}: set it to phi-2")
    return {
        "context_length": context,
        "size": path.stat().st_size,
        "sha256": _sha256(path),
        "published_sha256": before,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _explain(  # noqa: PLR0911
    error: Exception, source: Source, names: SettingNames, *, has_token: bool
) -> str:
    """One message per cause; every one says where to look, none repeats a header or a token."""
    where = f"{source.repo} at {os.environ['HF_ENDPOINT']}"
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
    look = f"Check {names.repo} and {names.token}."
    if isinstance(error, RevisionNotFoundError):
        return f"404: {where} has no revision {source.revision}. Check {names.revision}. {look}"
    if isinstance(error, EntryNotFoundError) and status is not None:
        return f"404: {where} has no file {source.file}. Check {names.file}. {look}"
    if isinstance(error, GatedRepoError) or status == _FORBIDDEN:
        return f"{status}: the token may not read {where}: gated, or outside its scope. {look}"
    if status == _UNAUTHORIZED:
        reason = "the token is not valid there" if has_token else "no token was given"
        return f"401: not authorized to read {where}: {reason}, or it does not exist. {look}"
    if isinstance(error, RepositoryNotFoundError):
        return f"404: model {where} was not found, or the token cannot see it. {look}"
    if status is not None:
        return f"{status}: {where} refused the download. {look}"
    if isinstance(error, httpx2.TimeoutException):
        return f"Timeout downloading model {where}: raise HF_HUB_DOWNLOAD_TIMEOUT. {look}"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"No space left on device for {where}. Take a larger disk or a smaller model. {look}"
    if isinstance(error, FileMetadataError | HFValidationError | gguf_header.NotGgufError):
        return f"{where}: {error}. {look}"
    return f"{where} cannot be reached: {type(error).__name__}. Check HF_ENDPOINT. {look}"


if __name__ == "__main__":
    sys.exit(main())
