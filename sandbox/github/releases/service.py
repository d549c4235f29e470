"""What becomes of releases: their tags, which one is the latest, and who is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.git.moves import NOTHING, Move
from sandbox.github.contract import Trigger
from sandbox.github.events import Events
from sandbox.github.http.accounts import Accounts, Caller
from sandbox.github.http.clock import now
from sandbox.github.http.errors import ConflictError, UnprocessableError
from sandbox.github.http.requests import Urls
from sandbox.github.pulls.records import Pulls
from sandbox.github.releases.notes import generated_notes
from sandbox.github.releases.records import Release, Releases
from sandbox.github.releases.views import release_view
from sandbox.github.repositories.movements import Movements
from sandbox.github.repositories.registry import Repository


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a caller says of a release; None for what is not said."""

    tag: str | None = None
    target: str | None = None
    name: str | None = None
    body: str | None = None
    draft: bool | None = None
    prerelease: bool | None = None
    latest: str = "true"  # true, false or legacy


@dataclass(frozen=True)
class ReleaseService:
    """The releases of all repositories. Thread-safe."""

    records: Releases  # what is kept of them
    accounts: Accounts  # who there is
    movements: Movements  # makes tags
    pulls: Pulls  # whose titles are notes of a release
    events: Events  # told of what happens
    here: Urls  # addresses of this GitHub, as events name them

    def view(self, release: Release, repository: Repository, here: Urls) -> dict[str, Any]:
        """A release as the API shows it."""
        assets = self.records.assets(release)
        return release_view(release, assets, repository, self.accounts, here)

    def add(self, repository: Repository, caller: Caller, words: Words) -> Release:
        """A new release, with its tag unless it is a draft; raises UnprocessableError."""
        tag = words.tag or ""
        if not tag or tag.startswith(("-", "/")) or any(c in tag for c in " ~^:?*[\\"):
            raise _unfit("tag_name", "is not a valid tag")
        draft, prerelease = bool(words.draft), bool(words.prerelease)
        if not draft and self.records.tagged(repository.id, tag) is not None:
            raise UnprocessableError(
                "Validation Failed",
                [{"resource": "Release", "code": "already_exists", "field": "tag_name"}],
            )
        target = words.target or repository.git.default_branch()
        if not draft:
            self._make_tag(repository, caller, tag, target)
        added = self.records.add(
            repository.id,
            caller.login,
            tag=tag,
            target=target,
            name=words.name,
            body=words.body,
            draft=draft,
            prerelease=prerelease,
            published_at=None if draft else now(),
        )
        if not draft:
            self._mark(added, words.latest)
            actions = ("created", "published", "prereleased" if prerelease else "released")
            self._tell(repository, added, caller, actions)
        return added

    def change(
        self, repository: Repository, release: Release, caller: Caller, words: Words
    ) -> Release:
        """Changes what is said of one; a draft may be published. Raises UnprocessableError."""
        said = {
            "tag": words.tag,
            "target": words.target,
            "name": words.name,
            "body": words.body,
            "draft": words.draft,
            "prerelease": words.prerelease,
        }
        values = {key: value for key, value in said.items() if value is not None}
        wanted = Release(**{**vars(release), **values})
        other = self.records.tagged(repository.id, wanted.tag)
        if not wanted.draft and other is not None and other.id != release.id:
            raise UnprocessableError(
                "Validation Failed",
                [{"resource": "Release", "code": "already_exists", "field": "tag_name"}],
            )
        publishes = release.draft and not wanted.draft
        if not wanted.draft:
            self._make_tag(repository, caller, wanted.tag, wanted.target)
        if publishes:
            values["published_at"] = now()
        changed = self.records.change(release, **values)
        if not changed.draft and (publishes or words.latest != "legacy"):
            self._mark(changed, words.latest)
        self._tell(repository, changed, caller, _actions(release, changed))
        return changed

    def delete(self, repository: Repository, release: Release, caller: Caller) -> None:
        """Forgets one; its tag stays."""
        shown = self.view(release, repository, self.here)
        self.records.delete(release)
        if not release.draft:
            self._tell(repository, release, caller, ["deleted"], shown)

    def notes(
        self, repository: Repository, tag: str, target: str | None, previous: str | None
    ) -> Mapping[str, str]:
        """Name and body that a release of a tag would get by itself; raises UnprocessableError."""
        if previous is None:
            before = [each.tag for each in self.records.list(repository.id) if not each.draft]
            previous = next((each for each in before if each != tag), None)
        pulls = self.pulls.list(repository.id)
        body = generated_notes(repository, pulls, self.here, tag, target, previous)
        return {"name": tag, "body": body}

    # --- inside

    def _mark(self, release: Release, latest: str) -> None:
        if latest != "false" and not release.prerelease:
            self.records.set_latest(release)

    def _make_tag(self, repository: Repository, caller: Caller, tag: str, target: str) -> None:
        ref = f"refs/tags/{tag}"
        if ref in repository.git.references():
            return
        commit = repository.git.resolve(target)
        if commit is None:
            raise _unfit("target_commitish", "is not a branch or commit")
        try:
            self.movements.move(repository, caller, Move(ref, NOTHING, commit))
        except ConflictError as error:
            raise UnprocessableError(error.message) from None

    def _tell(
        self,
        repository: Repository,
        release: Release,
        caller: Caller,
        actions: Sequence[str],
        shown: Mapping[str, Any] | None = None,
    ) -> None:
        ref = f"refs/tags/{release.tag}"
        commit = repository.git.resolve(ref)
        if commit is None:
            return  # its tag was deleted: there is no commit whose workflows could run
        about = shown or self.view(release, repository, self.here)
        for action in actions:
            self.events.tell(
                Trigger(
                    repository=repository.full_name,
                    event="release",
                    ref=ref,
                    commit=commit,
                    actor=caller.login,
                    payload={"action": action, "release": about},
                )
            )


def _actions(before: Release, after: Release) -> list[str]:
    """What happened to a release, in the words of the event; drafts are nobody's business."""
    if after.draft:
        return [] if before.draft else ["unpublished"]
    if before.draft:  # a pre-release that was a draft makes no `prereleased` on the platform
        return ["published"] if after.prerelease else ["published", "released"]
    return ["edited", "released"] if before.prerelease and not after.prerelease else ["edited"]


def _unfit(field: str, what: str) -> UnprocessableError:
    error = {"resource": "Release", "code": "custom", "field": field, "message": f"{field} {what}"}
    return UnprocessableError("Validation Failed", [error])
