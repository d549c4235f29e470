"""Commits and other objects of git, and the references that lead to them."""

import re
from typing import Any

import pygit2

from sandbox.git.store import Person
from sandbox.github.graphql.connections import Argument, Connection
from sandbox.github.graphql.inquiry import Inquiry, Part
from sandbox.github.http.clock import written
from sandbox.github.http.describe import node_id
from sandbox.github.repositories.differences import compare
from sandbox.github.repositories.registry import Repository

_ABBREVIATED = 7
_CO_AUTHOR = re.compile(r"^co-authored-by: *(.+?) *<([^<>]+)> *$", re.IGNORECASE | re.MULTILINE)
_KINDS = ("refs/heads/", "refs/tags/")


class GitActorPart(Part):
    """Who wrote or committed, and when."""

    typename = "GitActor"

    def __init__(self, name: str, email: str, date: str, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self.name, self.email, self.date = name, email, date

    @property
    def user(self) -> Part | None:
        """Whoever of the accounts that is."""
        found = self.inquiry.accounts.find(self.name)
        return None if found is None else self.inquiry.make.account(found.login)


class GitObjectPart(Part):
    """What all objects of git have."""

    def __init__(self, oid: str, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self.oid, self._repository = oid, repository
        self.abbreviated_oid = oid[:_ABBREVIATED]
        self.commit_url = f"{inquiry.page_of(repository)}/commit/{oid}"

    @property
    def id(self) -> str:
        """Its global id."""
        return node_id(self.typename, f"{self._repository.id}:{self.oid}")

    @property
    def repository(self) -> Part:
        """Where it lies."""
        return self.inquiry.make.repository(self._repository)


class CommitPart(GitObjectPart):
    """A commit."""

    typename = "Commit"

    def __init__(self, oid: str, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(oid, repository, inquiry)
        self._commit = commit = repository.git.commit(oid)
        self.url = self.commit_url
        self.resource_path = f"/{repository.full_name}/commit/{oid}"
        self.message, self.message_headline = commit.message, commit.title
        self.message_body = commit.description
        self.authored_date = written(commit.author.at)
        self.committed_date = written(commit.committer.at)

    @property
    def author(self) -> GitActorPart:
        """Who wrote it."""
        return self._actor(self._commit.author)

    @property
    def committer(self) -> GitActorPart:
        """Who committed it."""
        return self._actor(self._commit.committer)

    def authors(self, **page: Argument) -> Connection[GitActorPart]:
        """Its author, and those whom its message names besides."""
        others = [
            GitActorPart(name, email, self.authored_date, self.inquiry)
            for name, email in _CO_AUTHOR.findall(self.message)
        ]
        return Connection([self.author, *others], lambda each: each, page)

    def parents(self, **page: Argument) -> Connection[str]:
        """The commits before it."""
        return Connection(self._commit.parents, self._beside, page)

    @property
    def status_check_rollup(self) -> Part | None:
        """What all checks together say of it."""
        return self.inquiry.make.rollup(self.oid, self._repository)

    def _beside(self, oid: str) -> Part:
        return self.inquiry.make.commit(oid, self._repository)

    def _actor(self, person: Person) -> GitActorPart:
        return GitActorPart(person.name, person.email, written(person.at), self.inquiry)


class TreePart(GitObjectPart):
    """A folder's content."""

    typename = "Tree"


class BlobPart(GitObjectPart):
    """A file's content."""

    typename = "Blob"

    def __init__(self, oid: str, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(oid, repository, inquiry)
        content = repository.git.blob(oid) or b""
        self.byte_size, self.is_binary = len(content), b"\0" in content
        self.text = None if self.is_binary else content.decode("utf-8", errors="replace")


class TagPart(GitObjectPart):
    """An annotated tag."""

    typename = "Tag"

    def __init__(self, oid: str, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(oid, repository, inquiry)
        tag: Any = repository.git.open()[oid]  # an annotated tag: pygit2 types it as any object
        self.name, self.message = str(tag.name), str(tag.message)
        self._target = str(tag.target)

    @property
    def target(self) -> Part | None:
        """What it names."""
        return git_object(self._target, self._repository, self.inquiry)


class RefPart(Part):
    """A branch, a tag or another reference."""

    typename = "Ref"
    branch_protection_rule = None  # rulesets are imitated, the older rules are not

    def __init__(self, name: str, target: str, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self._full, self._target, self._repository = name, target, repository
        self.prefix = next((each for each in _KINDS if name.startswith(each)), "refs/")
        self.name = name.removeprefix(self.prefix)
        self.id = node_id("Ref", f"{repository.id}:{name}")

    @property
    def repository(self) -> Part:
        """Where it lies."""
        return self.inquiry.make.repository(self._repository)

    @property
    def target(self) -> Part | None:
        """What it leads to."""
        return git_object(self._target, self._repository, self.inquiry)

    def compare(self, *, head_ref: str) -> "ComparisonPart | None":
        """How another reference of the repository, or of a fork (`owner:branch`), stands to it."""
        base = self._repository.git.resolve(self._full)
        owner, _, name = head_ref.rpartition(":")
        head = _head_of(name, owner, self._repository, self.inquiry)
        if base is None or head is None:
            return None
        return ComparisonPart(base, head, self._repository, self.inquiry)

    def associated_pull_requests(self, **asked: Argument) -> Any:  # noqa: ANN401 - as Repository has it
        """Those that propose the branch."""
        repository: Any = self.repository
        return repository.pull_requests(**{**asked, "head_ref_name": self.name})


class ComparisonPart(Part):
    """How a head stands to a base."""

    typename = "Comparison"

    def __init__(self, base: str, head: str, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self._repository = repository
        self._base, self._head = base, head
        found = compare(repository.git, base, head)
        self.ahead_by, self.behind_by = found.ahead, found.behind
        self.status = found.status.upper()
        self.id = node_id("Comparison", f"{repository.id}:{base}...{head}")

    @property
    def base_target(self) -> Part | None:
        """The base's commit."""
        return git_object(self._base, self._repository, self.inquiry)

    @property
    def head_target(self) -> Part | None:
        """The head's commit."""
        return git_object(self._head, self._repository, self.inquiry)


_TYPES: dict[int, type[GitObjectPart]] = {
    pygit2.GIT_OBJECT_COMMIT: CommitPart,
    pygit2.GIT_OBJECT_TREE: TreePart,
    pygit2.GIT_OBJECT_BLOB: BlobPart,
    pygit2.GIT_OBJECT_TAG: TagPart,
}


def _head_of(name: str, owner: str, repository: Repository, inquiry: Inquiry) -> str | None:
    """The commit of a reference; of a fork's branch if a pull request has brought it here."""
    if owner.lower() in ("", repository.owner.lower()):
        return repository.git.resolve(name)
    pulls = inquiry.service.pulls.records.list(repository.id)
    own = (e for e in pulls if (e.head_owner.lower(), e.head) == (owner.lower(), name))
    return next((each.head_sha for each in own), None)


def git_object(oid: str, repository: Repository, inquiry: Inquiry) -> Part | None:
    """The object of that id, if it is there."""
    try:
        found = repository.git.open()[oid]
    except (KeyError, ValueError):
        return None
    return _TYPES[found.type](oid, repository, inquiry)


def ref_of(name: str, repository: Repository, inquiry: Inquiry) -> RefPart | None:
    """A reference by its full name, or a branch or tag by its own."""
    known = repository.git.references()
    for each in (name, *(f"{kind}{name}" for kind in _KINDS)):
        if each in known:
            return RefPart(each, known[each], repository, inquiry)
    return None
