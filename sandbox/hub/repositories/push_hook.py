"""The pre-receive hook of the Hub's repositories: run by git, refuses a push by its exit code."""

import os
import sys
from pathlib import Path

from sandbox.git.moves import DEFAULT_BRANCH
from sandbox.git.push_judge import contents, file_at, moves, new_blobs, say
from sandbox.hub.repositories.lfs import ObjectStore
from sandbox.hub.repositories.names import RepoKind
from sandbox.hub.repositories.push_rules import PushedBlob, refusal

KIND_VARIABLE = "SLIPWAY_REPOSITORY_KIND"
OBJECTS_VARIABLE = "SLIPWAY_LFS_FOLDER"


def main() -> int:
    """Judges the push described on standard input; 1 refuses it."""
    pushed = moves()
    if any(move.deletes and move.ref == f"refs/heads/{DEFAULT_BRANCH}" for move in pushed):
        say(f"The default branch {DEFAULT_BRANCH!r} cannot be deleted")
        return 1
    kept = [move for move in pushed if not move.deletes]
    blobs = [PushedBlob(blob, move.ref) for move in kept for blob in new_blobs([move.new])]
    # Read one after the other, and only once it is known that nothing is too large.
    readmes = (file_at(each, "README.md") for each in dict.fromkeys(move.new for move in kept))
    objects = ObjectStore(Path(os.environ[OBJECTS_VARIABLE]))
    text = refusal(
        blobs,
        lambda chosen: contents([each.blob for each in chosen]),
        (readme for readme in readmes if readme is not None),
        RepoKind(os.environ[KIND_VARIABLE]),
        lambda oid: objects.keep(oid) is not None,
    )
    if text is None:
        return 0
    say(text)
    return 1


def hook_environment(kind: RepoKind, objects_folder: Path) -> dict[str, str]:
    """The variables this hook reads."""
    return {KIND_VARIABLE: str(kind), OBJECTS_VARIABLE: str(objects_folder)}


if __name__ == "__main__":
    sys.exit(main())
