"""Releases."""

from sandbox.github.graphql.connections import Argument, Connection
from sandbox.github.graphql.inquiry import Inquiry, Part
from sandbox.github.http.access import Right, right_to
from sandbox.github.http.describe import node_id
from sandbox.github.releases.records import Release
from sandbox.github.releases.views import release_page
from sandbox.github.repositories.registry import Repository


class ReleasePart(Part):
    """A release."""

    typename = "Release"
    immutable = False

    def __init__(self, release: Release, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self._release, self._repository = release, repository
        self.id, self.database_id = node_id("Release", release.id), release.id
        self.name, self.tag_name, self.description = release.name, release.tag, release.body
        self.is_draft, self.is_prerelease = release.draft, release.prerelease
        self.created_at, self.updated_at = release.created_at, release.updated_at
        self.published_at = release.published_at
        self.url = release_page(release, repository, inquiry.here)
        self.resource_path = self.url.removeprefix(inquiry.here.web)

    @property
    def is_latest(self) -> bool:
        """Whether it counts as the latest."""
        found = self.inquiry.service.releases.records.latest(self._repository.id)
        return found is not None and found.id == self._release.id

    @property
    def author(self) -> Part:
        """Who made it."""
        return self.inquiry.make.account(self._release.author)

    @property
    def repository(self) -> Part:
        """Where it is."""
        return self.inquiry.make.repository(self._repository)


def release_of_tag(tag: str, repository: Repository, inquiry: Inquiry) -> Part | None:
    """A tag's release, drafts included for who may write."""
    drafts = right_to(inquiry.caller, repository) >= Right.WRITE
    inquiry.require(repository, Right.READ, "contents")
    found = inquiry.service.releases.records.tagged(repository.id, tag, drafts=drafts)
    return None if found is None else ReleasePart(found, repository, inquiry)


def latest_release(repository: Repository, inquiry: Inquiry) -> Part | None:
    """The one that counts as the latest; none for who may not read contents."""
    if not inquiry.may_read(repository, "contents"):
        return None
    found = inquiry.service.releases.records.latest(repository.id)
    return None if found is None else ReleasePart(found, repository, inquiry)


def releases_of(
    repository: Repository,
    inquiry: Inquiry,
    order: dict[str, str] | None,
    page: dict[str, Argument],
) -> Connection[Release]:
    """A repository's releases, in the order that is asked for."""
    inquiry.require(repository, Right.READ, "contents")
    writes = right_to(inquiry.caller, repository) >= Right.WRITE
    service = inquiry.service.releases
    found = [each for each in service.records.list(repository.id) if writes or not each.draft]
    field = order["field"] if order else "CREATED_AT"
    found.sort(key=lambda each: (each.name or "") if field == "NAME" else each.id)
    if order is None or order["direction"] == "DESC":
        found.reverse()
    return Connection(found, lambda each: ReleasePart(each, repository, inquiry), page)
