"""A repository of the Hub as a program sees it: what it is, what it holds, what it lacks.

Apart from the client, since comparing needs no connection: a run that changes nothing never loads
huggingface_hub, which takes longer than all the rest of a provider's process.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

RepoType = Literal["model", "space"]
Visibility = Literal["public", "private", "protected"]

KINDS: Mapping[RepoType, str] = {"model": "Model repository", "space": "Space"}  # for people


@dataclass(frozen=True)
class Repository:
    """What the Hub says of a repository."""

    id: str  # as it is called now: the Hub also finds it by a former name, and whatever the case
    commit: str  # head of main, 40 hex digits; empty while there is none
    visibility: str  # public, private or protected
    sdk: str | None  # of a Space
    url: str  # its page
    host: str | None  # of a Space: where the app answers

    def is_called(self, repo_id: str) -> bool:
        """Whether this is its name now; an account's own name can be written in any case."""
        return _parts(self.id) == _parts(repo_id)


@dataclass(frozen=True)
class TreeChange:
    """The difference between a payload and what the repository holds."""

    add: tuple[str, ...]
    delete: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.add or self.delete)


def difference(
    manifest: Mapping[str, str], tree: Mapping[str, str], removable: Sequence[str]
) -> TreeChange:
    """What must be added to and deleted from a tree so that it holds the payload.

    Args:
        manifest: path -> "blob SHA-1:SHA-256".
        tree: path -> "blob SHA-1" or ":SHA-256", as `HubClient.tree` gives it.
        removable: paths that may be deleted.
    """
    add = tuple(path for path, digest in manifest.items() if not holds(digest, tree.get(path)))
    delete = tuple(sorted(path for path in set(removable) - set(manifest) if path in tree))
    return TreeChange(add, delete)


def holds(digest: str, remote: str | None) -> bool:
    """Whether a remote file's identity, of either kind, is that of a payload file."""
    oid, _, sha256 = digest.partition(":")
    return remote is not None and remote in (oid, f":{sha256}")


def _parts(repo_id: str) -> tuple[str, str]:
    namespace, _, name = repo_id.partition("/")
    return namespace.casefold(), name
