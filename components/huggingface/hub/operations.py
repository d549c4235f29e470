"""What a commit to a repository of the Hub is made of."""

from collections.abc import Mapping
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete

from slipway.errors import DeployError
from slipway.huggingface.hub.attributes import ATTRIBUTES, staying_in_lfs, with_files_in_lfs
from slipway.huggingface.hub.repository import TreeChange
from slipway.payload.files import hash_file

CommitOperation = CommitOperationAdd | CommitOperationDelete


def operations(
    what: str,
    change: TreeChange,
    manifest: Mapping[str, str],
    sources: Mapping[str, str],
    tree: Mapping[str, str],
) -> list[CommitOperation]:
    """The operations that make a tree hold a payload.

    Files that stay in LFS keep their lines in `.gitattributes`, also where that file goes from the
    payload: without them a clone would hold pointers.

    Args:
        what: the repository, for people.
        change: what differs.
        manifest: path -> digest of every file of the payload (`PayloadFile.digest`).
        sources: path -> local file.
        tree: path -> identity of each file that is there.

    Raises:
        DeployError: a local file changed since the payload was decided.
    """
    for path in change.add:
        oid, sha256, _ = hash_file(Path(sources[path]))
        if manifest[path] != f"{oid}:{sha256}":
            raise DeployError(
                f"{what}: {sources[path]} changed while it was being deployed. Nothing was sent; "
                "run the same command again."
            )
    deleted = [CommitOperationDelete(path) for path in change.delete]
    added = [CommitOperationAdd(path, sources[path]) for path in change.add]
    if staying := staying_in_lfs(tree, {*change.add, *change.delete}):
        if ATTRIBUTES in change.add:
            declared = Path(sources[ATTRIBUTES]).read_bytes()
            added = [each for each in added if each.path_in_repo != ATTRIBUTES]
            added.append(CommitOperationAdd(ATTRIBUTES, with_files_in_lfs(declared, staying)))
        elif ATTRIBUTES in change.delete:
            deleted = [each for each in deleted if each.path_in_repo != ATTRIBUTES]
            added.append(CommitOperationAdd(ATTRIBUTES, with_files_in_lfs(b"", staying)))
    # Deletions first: a file may have become a folder.
    return [*deleted, *added]
