"""Sends what training wrote to the model repository: one commit, and none if nothing changed.

    HF_OIDC_RESOURCE=OWNER/NAME HF_MODEL_REPO=OWNER/NAME python -m scripts.upload_models

In a workflow that the repository trusts, the Hub's client asks for a token of an hour. Elsewhere
HF_TOKEN holds one that may write, and HF_OIDC_RESOURCE is not set.

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
_REFUSED, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _MOVED = 400, 401, 403, 404, 412


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
    except errors.OIDCError:
        raise UploadError(
            "HF_OIDC_RESOURCE asks for a token of this job's own, and GitHub gives it no identity: "
            "the job needs `permissions: id-token: write`"
        ) from None
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
        _REFUSED: "it gives this workflow no token. The repository has to trust it: its Settings, "
        "Trusted Publishers",
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
    token, resource = environment.get("HF_TOKEN"), environment.get("HF_OIDC_RESOURCE")
    given = {
        "HF_OIDC_RESOURCE (or HF_TOKEN)": resource or token,
        "HF_MODEL_REPO": environment.get("HF_MODEL_REPO"),
    }
    missing = [name for name, value in given.items() if not value]
    if missing:
        sys.stderr.write(
            f"{' and '.join(missing)} not set: the deployment environment of this branch lacks it. "
            "Raise the system retraining (`pulumi up`), which puts it there.\n"
        )
        return 1
    # Without a token the client asks for one by HF_OIDC_RESOURCE, when it first needs it.
    api = HfApi(endpoint=environment.get("HF_ENDPOINT") or None, token=None if resource else token)
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
