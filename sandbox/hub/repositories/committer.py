"""The one way a repository's history grows: API commits and pushes, checked and announced alike."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sandbox.git.store import DEFAULT_BRANCH
from sandbox.hub.contract import SpaceHost
from sandbox.hub.http.errors import BadRequestError, InvalidCardError
from sandbox.hub.repositories import operations as write
from sandbox.hub.repositories.card import validate
from sandbox.hub.repositories.lfs import REGULAR_SIZE_LIMIT, Pointer
from sandbox.hub.repositories.names import RepoKind
from sandbox.hub.repositories.operations import AddFile, AddPointer, Operation
from sandbox.hub.repositories.registry import Registry, Repository
from sandbox.hub.repositories.upload_rules import checked_path
from sandbox.hub.webhooks.service import Webhooks


class Committer:
    """Writes commits; tells webhooks, and the Spaces half of a Space's `main`. Thread-safe."""

    def __init__(self, registry: Registry, space_host: SpaceHost, webhooks: Webhooks) -> None:
        self._registry = registry
        self._webhooks = webhooks
        self._space_host = space_host
        self.receiving = registry.folders.receiving  # what a git program that writes is to keep

    def commit(
        self,
        repository: Repository,
        branch: str,
        operations: Sequence[Operation],
        *,
        message: str,
        author: str,
        expected_parent: str | None = None,
    ) -> str:
        """Makes one commit and returns its id.

        Raises:
            StaleParentError: The branch has moved on from `expected_parent`.
            InvalidCardError: The commit would bring a README.md with a bad card.
            BadRequestError: A path leads out of the repository, a file is too large for git, or an
                LFS object has not been uploaded.
        """
        branch = branch.removeprefix("refs/heads/")
        checked = [_check(repository, operation) for operation in operations]
        with self.watching(repository):
            return write.commit(
                repository.git,
                branch,
                checked,
                message=message,
                author=author,
                expected_parent=expected_parent,
            )

    @contextmanager
    def watching(self, repository: Repository) -> Iterator[None]:
        """Whatever moves references inside this block is announced once, when the block ends."""
        with self._registry.lock(repository):
            self._registry.require(repository)
            known, before = repository.git.references(), repository.git.branch_head()
            yield
            after = repository.git.branch_head()
            # It may have been renamed since the caller looked it up.
            current = self._registry.find_uid(repository.uid)
            if current is None:
                return
            if repository.kind is RepoKind.SPACE and after is not None and after != before:
                self._space_host.committed(current.id, after)
            self._webhooks.pushed(current, known, repository.git.references())


def _check(repository: Repository, operation: Operation) -> Operation:
    path = checked_path(operation.path.rstrip("/"))
    if isinstance(operation, AddFile):
        if len(operation.content) > REGULAR_SIZE_LIMIT:
            raise BadRequestError(
                "Your push was rejected because it contains files larger than 10 MiB. Please use "
                f"https://git-lfs.github.com/ to store larger files. Offending files: - {path} "
                f"(ref: refs/heads/{DEFAULT_BRANCH})",
            )
        if path == "README.md":
            report = validate(operation.content.decode(errors="replace"), repository.kind)
            if report.errors:
                raise InvalidCardError(
                    "Your push was rejected during YAML metadata verification: "
                    + "; ".join(f"Error: {error}" for error in report.errors),
                )
    if isinstance(operation, AddPointer):
        return AddPointer(path, _stored(repository, operation.pointer, path))
    return operation


def _stored(repository: Repository, pointer: Pointer, path: str) -> Pointer:
    size = repository.objects.keep(pointer.oid)
    # A copied file is announced without its size (a negative one here).
    if size is None or (pointer.size >= 0 and pointer.size != size):
        raise BadRequestError(
            "Your push was rejected because an LFS pointer pointed to a file that does not exist. "
            f"Offending file: - {path}",
        )
    return Pointer(pointer.oid, size)
