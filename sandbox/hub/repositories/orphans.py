"""Large files that no commit of any branch or tag leads to any more, or never did."""

import subprocess
import time
from collections.abc import Iterator

from sandbox.hub.repositories.lfs import POINTER_SIZE_LIMIT, parse_pointer
from sandbox.hub.repositories.names import RepoKind
from sandbox.hub.repositories.registry import Registry, Repository

_SECONDS = 24 * 3600.0  # an upload comes before its commit; who asks for one makes it young again


def drop_orphans(registry: Registry) -> int:
    """Removes those that are older than a day, of all repositories; how many bytes they had."""
    freed = 0
    for kind in RepoKind:
        for repository in registry.list(kind):
            freed += _drop(repository)
    return freed


def _drop(repository: Repository) -> int:
    before = time.time() - _SECONDS
    old = [file for file in repository.objects.files() if file.stat().st_mtime < before]
    if not old:
        return 0
    used, freed = set(_used(repository)), 0
    for file in old:
        if file.name not in used:
            freed += file.stat().st_size
            file.unlink()
    return freed


def _used(repository: Repository) -> Iterator[str]:
    """The ids of the large files that a commit which can still be had stands for."""
    where = ["git", "-C", str(repository.git.path)]
    listing = subprocess.run(
        [*where, "rev-list", "--objects", "--all"], check=True, capture_output=True
    ).stdout
    names = b"".join(line[:40] + b"\n" for line in listing.splitlines())
    kinds = subprocess.run(
        [*where, "cat-file", "--batch-check"], input=names, check=True, capture_output=True
    ).stdout
    for line in kinds.decode().splitlines():
        oid, kind, size = line.split(" ")
        if kind == "blob" and int(size) < POINTER_SIZE_LIMIT:
            pointer = parse_pointer(repository.git.blob(oid))
            if pointer is not None:
                yield pointer.oid
