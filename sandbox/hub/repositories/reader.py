"""How the Spaces half reads the repositories of Spaces."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from pygit2.enums import FileMode

from sandbox.git.store import DEFAULT_BRANCH
from sandbox.hub.http.errors import RevisionNotFoundError
from sandbox.hub.repositories.files import HubEntry
from sandbox.hub.repositories.names import RepoKind
from sandbox.hub.repositories.registry import Registry, Repository
from sandbox.hub.repositories.upload_rules import is_safe_path


class SpaceReader:
    """Reads Spaces. Thread-safe."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def spaces(self) -> Sequence[str]:
        """The ids of all Space repositories."""
        return [each.id for each in self._registry.list(RepoKind.SPACE)]

    def head(self, repo_id: str) -> str:
        """The commit `main` of this Space points at (40 hex digits)."""
        head = self._registry.get(RepoKind.SPACE, repo_id).git.branch_head()
        if head is None:
            raise RevisionNotFoundError(DEFAULT_BRANCH)
        return head

    def read_file(self, repo_id: str, commit: str, path: str) -> bytes | None:
        """A file's content at a commit, LFS resolved; None if absent."""
        repository = self._registry.get(RepoKind.SPACE, repo_id)
        entry = repository.git.entry(commit, path)
        if entry is None or entry.is_folder:
            return None
        return content_of(repository, entry)

    def export(self, repo_id: str, commit: str, destination: Path) -> None:
        """Writes the tree of a commit into an existing empty folder, LFS resolved, modes kept.

        Nothing is written outside of the folder, whatever a pushed tree holds: unsafe names are
        refused with a ValueError, and a link that leads out becomes a file holding its target, as
        git itself does where it cannot make links.
        """
        repository = self._registry.get(RepoKind.SPACE, repo_id)
        links: dict[Path, bytes] = {}
        for entry in repository.git.walk(commit, recursive=True):
            if not is_safe_path(entry.path):
                raise ValueError(f"{repo_id}: unsafe path in commit {commit}: {entry.path!r}")
            target = destination / entry.path
            if entry.mode in {FileMode.TREE, FileMode.COMMIT}:
                target.mkdir()
            elif entry.mode == FileMode.LINK:
                links[target] = repository.git.blob(entry.oid)
            else:
                _write_file(repository, entry, target)
        _write_links(links, destination)


def content_of(repository: Repository, entry: HubEntry) -> bytes:
    """A file's bytes as a reader gets them; the pointer itself if its object is missing."""
    if entry.pointer is not None and repository.objects.size(entry.pointer.oid) is not None:
        return repository.objects.path(entry.pointer.oid).read_bytes()
    return repository.git.blob(entry.oid)


def _write_file(repository: Repository, entry: HubEntry, target: Path) -> None:
    if entry.pointer is not None and repository.objects.size(entry.pointer.oid) is not None:
        shutil.copyfile(repository.objects.path(entry.pointer.oid), target)
    else:
        target.write_bytes(repository.git.blob(entry.oid))
    target.chmod(0o755 if entry.mode == FileMode.BLOB_EXECUTABLE else 0o644)


def _write_links(links: Mapping[Path, bytes], root: Path) -> None:
    # Links come last, so that no file is ever written through one, and are judged when all are
    # there: one that looks harmless can lead out by way of another.
    for link, aim in links.items():
        if b"\0" in aim or not aim:
            link.write_bytes(aim)
        else:
            link.symlink_to(os.fsdecode(aim))
    inside = root.resolve()
    for link, aim in links.items():
        if link.is_symlink() and not _resolves_inside(link, inside):
            link.unlink()
            link.write_bytes(aim)


def _resolves_inside(link: Path, root: Path) -> bool:
    try:
        return not link.readlink().is_absolute() and link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a loop
        return False
