"""One GraphQL request: who asks, and where the answers come from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sandbox.github.contract import RunHost
from sandbox.github.http.access import Right, require_right, right_to
from sandbox.github.http.accounts import Accounts, Caller
from sandbox.github.http.job_tokens import METADATA
from sandbox.github.http.requests import Urls
from sandbox.github.repositories.registry import Repository
from sandbox.github.service import GitHubService

if TYPE_CHECKING:  # which makes objects that ask others by this
    from sandbox.github.graphql.objects.making import Making


class Part:
    """An object of the schema; `typename` is its type there."""

    typename: ClassVar[str]

    def __init__(self, inquiry: "Inquiry") -> None:
        self.inquiry = inquiry


@dataclass(frozen=True)
class Inquiry:
    """What resolvers need."""

    caller: Caller
    service: GitHubService
    run_host: RunHost
    here: Urls
    make: "Making"

    @property
    def accounts(self) -> Accounts:
        """Who there is."""
        return self.service.accounts

    def visible(self, repository: Repository) -> bool:
        """Whether the caller may know of a repository."""
        return right_to(self.caller, repository, METADATA) >= Right.READ

    def require(self, repository: Repository, right: Right, kind: str) -> None:
        """Refuses a caller who may do less with things of a kind, as REST does."""
        require_right(self.caller, repository, right, kind)

    def may_read(self, repository: Repository, kind: str) -> bool:
        """Whether a caller may read things of a kind."""
        return right_to(self.caller, repository, kind) >= Right.READ

    def page_of(self, repository: Repository) -> str:
        """A repository's address for people."""
        return f"{self.here.web}/{repository.full_name}"
