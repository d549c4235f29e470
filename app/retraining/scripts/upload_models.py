"""Sends what training wrote to the model repository: one commit, and none if nothing changed.

    HF_TOKEN=… HF_MODEL_REPO=OWNER/NAME python -m scripts.upload_models

Says `changed=true` or `changed=false` to the workflow that runs it, and the commit.
"""

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2
from huggingface_hub import CommitOperationAdd, HfApi, errors

ASSETS = Path(__file__).parents[1] / "backend" / "model_assets"
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _MOVED = 401, 403, 404, 412


class UploadError(Exception):
    """Nothing was uploaded; the message says why and what to do."""


@dataclass(frozen=True)
class Upload:
    """What an upload came to."""

    commit: str  # head of the repository afterwards, 40 hex digits
    changed: bool  # False: the repository held these very files


def upload(api: HfApi, repo: str, folder: Path) -> Upload:
    """Commits the files that are not at the repository's head already.

    Args:
        api: the Hub, with a token that may write.
        repo: "namespace/name".
        folder: what training wrote.

    Raises:
        UploadError: there is nothing to upload, the files are not of one training, or the Hub
            refused.
    """
    files = _trained(folder)
    try:
        head = api.model_info(repo).sha or ""
        tree = {item.path: item for item in api.list_repo_tree(repo, revision=head, recursive=True)}
        changed = [path for path in files if _remote(tree.get(path.name)) != _local(path, tree)]
        if not changed:
            return Upload(head, changed=False)
        operations = [CommitOperationAdd(path.name, str(path)) for path in changed]
        # Somebody else's commit meanwhile is not overwritten: the Hub answers 412.
        made = api.create_commit(
            repo, operations, commit_message=_message(folder), parent_commit=head
        )
    except errors.HfHubHTTPError as error:
        raise UploadError(_explain(repo, error.response.status_code)) from None
    except httpx2.HTTPError as error:
        raise UploadError(
            f"The Hub at {api.endpoint} does not answer ({type(error).__name__}). Run the job again"
        ) from None
    return Upload(made.oid, changed=True)


def _trained(folder: Path) -> list[Path]:
    metrics = folder / "metrics.json"
    if not metrics.is_file():
        raise UploadError(f"{folder.name} holds no metrics.json: train first")
    sums = json.loads(metrics.read_text(encoding="utf-8"))["files"]
    for name, sha256 in sums.items():
        path = folder / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise UploadError(f"{name} is not what metrics.json says it is: train again")
    return [folder / name for name in (*sums, "metrics.json", "README.md")]


def _remote(item: object) -> str:
    """What the Hub calls a file's content: its SHA-256 if it is in LFS, else git's own name."""
    lfs = getattr(item, "lfs", None)
    return str(lfs.sha256) if lfs else str(getattr(item, "blob_id", ""))


def _local(path: Path, tree: Mapping[str, object]) -> str:
    """The same of a file here, in the form in which the Hub has it."""
    content = path.read_bytes()
    if getattr(tree.get(path.name), "lfs", None):
        return hashlib.sha256(content).hexdigest()
    header = f"blob {len(content)}\0".encode()
    return hashlib.sha1(header + content, usedforsecurity=False).hexdigest()


def _message(folder: Path) -> str:
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    origin = os.environ.get("GITHUB_SHA", "")[:12]
    return f"Train{f' at {origin}' if origin else ''}: accuracy {metrics['accuracy']}"


def _explain(repo: str, status: int) -> str:
    """Never the answer's own text: it may repeat what was sent."""
    causes = {
        _UNAUTHORIZED: "HF_TOKEN is no valid token. Put a new one with write access into the "
        "secret HF_TOKEN",
        _FORBIDDEN: "HF_TOKEN may not write there. Give the secret HF_TOKEN a token with write "
        "access",
        _NOT_FOUND: "there is no such repository for this token. Check HF_MODEL_REPO, and that "
        "the system was raised",
        _MOVED: "somebody committed to it meanwhile. Run the job again",
    }
    return f"Model repository {repo}: the Hub answered {status}; {causes.get(status, 'try again')}"


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Ends with 1 if nothing could be uploaded."""
    missing = [name for name in ("HF_TOKEN", "HF_MODEL_REPO") if not environment.get(name)]
    if missing:
        sys.stderr.write(
            f"{' and '.join(missing)} not set: the deployment environment of this branch lacks it. "
            "Raise the system retraining (`pulumi up`), which puts it there.\n"
        )
        return 1
    api = HfApi(endpoint=environment.get("HF_ENDPOINT") or None, token=environment["HF_TOKEN"])
    try:
        done = upload(api, environment["HF_MODEL_REPO"], ASSETS)
    except UploadError as error:
        sys.stderr.write(f"{error}.\n")
        return 1
    if environment.get("GITHUB_OUTPUT"):
        with Path(environment["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
            output.write(f"changed={str(done.changed).lower()}\ncommit={done.commit}\n")
    said = "is new" if done.changed else "holds these files already: no commit, no deploy"
    sys.stdout.write(f"{environment['HF_MODEL_REPO']} at {done.commit} {said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
