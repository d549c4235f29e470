"""Where queries begin."""

from typing import Any
from urllib.parse import unquote, urlsplit

from sandbox.github.graphql.connections import Argument
from sandbox.github.graphql.errors import UnresolvedError
from sandbox.github.graphql.inquiry import Inquiry, Part
from sandbox.github.graphql.objects.accounts import UserPart
from sandbox.github.graphql.objects.nodes import Nodes
from sandbox.github.graphql.search import SearchConnection, searched
from sandbox.github.http.accounts import Account
from sandbox.github.http.errors import GitHubError, UnprocessableError

_MOST_NODES = 100  # of one look-up by ids


class Query:
    """The fields of the schema's `Query`."""

    def __init__(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry
        self._nodes = Nodes(inquiry)

    @property
    def viewer(self) -> Part:
        """The caller; who speaks for runs is a user too where they ask about themselves."""
        return UserPart(self._inquiry.accounts.of(self._inquiry.caller), self._inquiry)

    def repository(self, *, owner: str, name: str) -> Part:
        """A repository by its name."""
        found = self._inquiry.service.registry.find(owner, name)
        if found is None or not self._inquiry.visible(found):
            raise UnresolvedError("Repository", f"the name '{owner}/{name}'")
        return self._inquiry.make.repository(found)

    def repository_owner(self, *, login: str) -> Part | None:
        """A user or an organization, if there is one."""
        found = self._inquiry.accounts.find(login)
        return None if found is None else self._inquiry.make.account(found.login)

    def user(self, *, login: str) -> Part:
        """A person."""
        return self._account("User", login, organization=False)

    def organization(self, *, login: str) -> Part:
        """An organization."""
        return self._account("Organization", login, organization=True)

    def node(self, **asked: Argument) -> Part:
        """Whatever has a global id."""
        return self._nodes.find(asked["id"])

    def nodes(self, *, ids: list[str]) -> list[Part | GitHubError]:
        """The same of several; those that are not there are none, and errors besides."""
        if len(ids) > _MOST_NODES:
            raise UnprocessableError(
                f"You may not provide more than {_MOST_NODES} node ids; you provided {len(ids)}."
            )
        return [self._found(each) for each in ids]

    def resource(self, *, url: str) -> Part | None:
        """What has an address for people: an account, a repository, an issue or a pull request."""
        match [unquote(each) for each in urlsplit(url).path.strip("/").split("/")]:
            case [login] if login:
                return self.repository_owner(login=login)
            case [owner, name]:
                return self.repository(owner=owner, name=name)
            case [owner, name, "issues" | "pull", number] if number.isdecimal():
                repository: Any = self.repository(owner=owner, name=name)
                found: Part = repository.issue_or_pull_request(number=int(number))
                return found
        return None

    def search(self, **asked: Argument) -> SearchConnection:
        """Issues, pull requests, repositories or people, in the words of GitHub's search."""
        return searched(self._inquiry, asked.pop("query"), asked.pop("type"), asked)

    def _account(self, kind: str, login: str, *, organization: bool) -> Part:
        found: Account | None = self._inquiry.accounts.find(login)
        if found is None or found.organization != organization:
            raise UnresolvedError(kind, f"the login of '{login}'")
        return self._inquiry.make.account(found.login)

    def _found(self, node: str) -> Part | GitHubError:
        try:
            return self._nodes.find(node)
        except GitHubError as error:
            return error  # graphql-core makes an error of this place of it, and null
