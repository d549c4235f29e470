"""The pre-receive hook of the sandbox's repositories: run by git, refuses a push by its exit code.

git hands over `old new ref` lines; the pushed objects lie in a quarantine that git's own programs
see through the environment, hence they are asked and not libgit2.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sandbox.hub.repositories.git_store import DEFAULT_BRANCH
from sandbox.hub.repositories.lfs import ObjectStore
from sandbox.hub.repositories.names import RepoKind
from sandbox.hub.repositories.push_rules import PushedBlob, refusal

KIND_VARIABLE = "SLIPWAY_REPOSITORY_KIND"
OBJECTS_VARIABLE = "SLIPWAY_LFS_FOLDER"
_NOTHING = "0" * 40


def main() -> int:
    """Judges the push described on standard input; 1 refuses it."""
    updates = [tuple(line.split(maxsplit=2)) for line in sys.stdin.read().splitlines()]
    if any(new == _NOTHING and ref == f"refs/heads/{DEFAULT_BRANCH}" for _, new, ref in updates):
        sys.stderr.write(f"The default branch {DEFAULT_BRANCH!r} cannot be deleted\n")
        return 1
    kept = [(new, ref) for _, new, ref in updates if new != _NOTHING]
    blobs = [blob for new, ref in kept for blob in _new_blobs(new, ref)]
    readmes = [readme for new, _ in kept if (readme := _readme(new)) is not None]
    objects = ObjectStore(Path(os.environ[OBJECTS_VARIABLE]))
    text = refusal(
        blobs,
        readmes,
        RepoKind(os.environ[KIND_VARIABLE]),
        lambda oid: objects.size(oid) is not None,
    )
    if text is None:
        return 0
    sys.stderr.write(f"{text}\n")
    return 1


def _new_blobs(commit: str, ref: str) -> Iterator[PushedBlob]:
    listing = _git("rev-list", "--objects", commit, "--not", "--all").decode(errors="replace")
    named = [line.partition(" ") for line in listing.splitlines()]
    paths = {oid: path for oid, _, path in named if path}
    if not paths:
        return
    question = "\n".join(paths).encode() + b"\n"
    answers = _git("cat-file", "--batch-check", question=question).decode()
    for answer in answers.splitlines():
        oid, kind, size = answer.split(" ")
        if kind == "blob":
            yield PushedBlob(paths[oid], ref, int(size), partial(_git, "cat-file", "blob", oid))


def _readme(commit: str) -> bytes | None:
    asked = ["git", "cat-file", "blob", f"{commit}:README.md"]
    found = subprocess.run(asked, capture_output=True, check=False)
    return found.stdout if found.returncode == 0 else None


def _git(*arguments: str, question: bytes = b"") -> bytes:
    done = subprocess.run(["git", *arguments], input=question, capture_output=True, check=True)
    return done.stdout


def hook_environment(kind: RepoKind, objects_folder: Path) -> dict[str, str]:
    """The variables this hook reads."""
    return {KIND_VARIABLE: str(kind), OBJECTS_VARIABLE: str(objects_folder)}


if __name__ == "__main__":
    sys.exit(main())
