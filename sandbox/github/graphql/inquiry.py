"""One GraphQL request: who asks, and where the answers come from."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from sandbox.github.contract import RunHost
from sandbox.github.http.access import Right, require_right, right_to
from sandbox.github.http.accounts import Accounts, Caller
from sandbox.github.http.requests import Urls
from sandbox.github.issues.labels import Label
from sandbox.github.issues.records import Comment, Issue
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.reviews import Review
from sandbox.github.repositories.registry import Repository
from sandbox.github.service import GitHubService


class Part:
    """An object of the schema; `typename` is its type there."""

    typename: ClassVar[str]

    def __init__(self, inquiry: "Inquiry") -> None:
        self.inquiry = inquiry


class Makers(Protocol):
    """Makes objects of the schema; types refer to each other, their modules do not."""

    def repository(self, repository: Repository, /) -> Part:
        """A repository that the caller may see."""
        ...

    def issue(self, issue: Issue, repository: Repository, /) -> Part:
        """An issue, or the pull request that it is."""
        ...

    def pull(self, pull: Pull, repository: Repository, /) -> Part:
        """A pull request."""
        ...

    def comment(self, comment: Comment, issue: Issue, repository: Repository, /) -> Part:
        """What is written below an issue or a pull request."""
        ...

    def label(self, label: Label, repository: Repository, /) -> Part:
        """A label."""
        ...

    def review(self, review: Review, pull: Pull, repository: Repository, /) -> Part:
        """A review."""
        ...

    def commit(self, oid: str, repository: Repository, /) -> Part:
        """A commit that is there."""
        ...

    def ref(self, name: str, repository: Repository, /) -> Part | None:
        """A reference by its full name, if it is there."""
        ...

    def rollup(self, oid: str, repository: Repository, /) -> Part | None:
        """What all checks together say of a commit, if any say something."""
        ...

    def account(self, login: str, /) -> Part:
        """A user, an organization or a bot."""
        ...


@dataclass(frozen=True)
class Inquiry:
    """What resolvers need."""

    caller: Caller
    service: GitHubService
    run_host: RunHost
    here: Urls
    make: Makers

    @property
    def accounts(self) -> Accounts:
        """Who there is."""
        return self.service.accounts

    def visible(self, repository: Repository) -> bool:
        """Whether the caller may know of a repository."""
        return right_to(self.caller, repository) >= Right.READ

    def require(self, repository: Repository, right: Right) -> None:
        """Refuses a caller who may do less, as REST does."""
        require_right(self.caller, repository, right)

    def page_of(self, repository: Repository) -> str:
        """A repository's address for people."""
        return f"{self.here.web}/{repository.full_name}"
