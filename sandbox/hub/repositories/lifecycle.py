"""Creates, renames, sets up and deletes repositories, and tells the Spaces half of Spaces."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.hub.contract import SpaceHost, SpaceSettings
from sandbox.hub.http.accounts import Accounts, Identity
from sandbox.hub.http.errors import (
    BadRequestError,
    ConflictError,
    ForbiddenError,
    PaymentRequiredError,
)
from sandbox.hub.repositories.initial import initial_files
from sandbox.hub.repositories.names import RepoKind, RepoName
from sandbox.hub.repositories.operations import create_repository
from sandbox.hub.repositories.registry import Registry, Repository
from sandbox.hub.webhooks.service import Webhooks

_GATES = {"auto", "manual"}


@dataclass(frozen=True)
class Lifecycle:
    """What happens to repositories as a whole. Thread-safe."""

    registry: Registry
    accounts: Accounts
    space_host: SpaceHost
    webhooks: Webhooks

    def create(
        self,
        identity: Identity,
        name: RepoName,
        visibility: str,
        settings: SpaceSettings | None,
    ) -> Repository:
        """A new repository with the platform's initial commit; `settings` for Spaces alone.

        Raises:
            ForbiddenError: The namespace is not the caller's to create in.
            PaymentRequiredError: The namespace's plan runs static Spaces only. Said before the
                name is looked up, as the Hub does: also for a Space that is there already.
            ConflictError: The name is taken.
        """
        self.accounts.require_namespace(identity, name.namespace, f"create a {name.kind}")
        if settings is not None and settings.sdk != "static":
            self._require_plan(name, f"{settings.sdk} Spaces")
        _check_visibility(name.kind, visibility)
        if visibility == "protected":
            self._require_plan(name, "protected Spaces")
        if self.registry.find(name.kind, name.id) is not None:
            raise ConflictError(f"You already created this {name.kind} repo")
        uid, folder = self.registry.folders.draw()
        folder.mkdir()
        try:
            files = initial_files(name.name, None if settings is None else settings.sdk)
            create_repository(folder / "git", files, identity.name)
            with self.registry.changing():
                repository = self.registry.add(uid, name, visibility)
                if settings is not None:
                    self.space_host.created(repository.id, settings)
                self.webhooks.created(repository)
        except BaseException:
            if self.registry.find_uid(uid) is None:
                self.registry.folders.remove(folder)
            raise
        return repository

    def delete(self, repository: Repository) -> None:
        """Forgets a repository with all its content."""
        with self.registry.lock(repository), self.registry.changing():
            self.registry.require(repository)
            self.webhooks.deleted(repository)
            self.registry.remove(repository)
            if repository.kind is RepoKind.SPACE:
                self.space_host.deleted(repository.id)

    def move(self, identity: Identity, repository: Repository, target: RepoName) -> None:
        """Renames a repository, also into another namespace the caller may write to."""
        if not identity.may_write(target.namespace):
            raise ForbiddenError(
                f"You don't have the rights to move a repo to the namespace {target.namespace!r}",
            )
        with self.registry.lock(repository), self.registry.changing():
            self.registry.rename(repository.uid, target)
            self.webhooks.moved(repository, target)
            if repository.kind is RepoKind.SPACE:
                self.space_host.moved(repository.id, target.id)

    def set_visibility(self, repository: Repository, visibility: str) -> None:
        """Sets public, protected (Spaces alone) or private."""
        _check_visibility(repository.kind, visibility)
        if visibility == "protected":
            self._require_plan(repository.name, "protected Spaces")
        with self.registry.changing():
            self.registry.set_visibility(repository.uid, visibility)
            self._tell_config(repository, {"private": visibility == "private"})

    def set_gated(self, repository: Repository, gated: object) -> None:
        """Sets auto, manual, or False for not gated."""
        if gated is not False and gated not in _GATES:
            raise BadRequestError('"gated" must be one of [auto, manual, false]')
        if repository.kind is RepoKind.SPACE and gated is not False:
            raise BadRequestError("Spaces cannot be gated")
        with self.registry.changing():
            self.registry.set_gated(repository.uid, None if gated is False else str(gated))
            self._tell_config(repository, {})  # the Hub names no other key than `private`

    def _tell_config(self, repository: Repository, config: Mapping[str, Any]) -> None:
        current = self.registry.find_uid(repository.uid)
        if current is not None:
            self.webhooks.configured(current, config)

    def _require_plan(self, name: RepoName, what: str) -> None:
        if not self.accounts.is_paid(name.namespace):
            raise PaymentRequiredError(
                f"The plan of {name.namespace!r} does not include {what}: subscribe to PRO, Team "
                "or Enterprise, or create a static Space",
            )


def _check_visibility(kind: RepoKind, visibility: str) -> None:
    allowed = ["public", "private"]
    if kind is RepoKind.SPACE:
        allowed.insert(1, "protected")
    if visibility not in allowed:
        raise BadRequestError(f'"visibility" must be one of [{", ".join(allowed)}]')
