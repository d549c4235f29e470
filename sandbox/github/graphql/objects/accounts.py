"""Users, organizations and bots."""

from typing import Any

from sandbox.github.graphql.connections import Argument, Connection, nothing
from sandbox.github.graphql.inquiry import Inquiry, Part
from sandbox.github.http.accounts import ACTIONS, Account
from sandbox.github.http.describe import SINCE, account_node_id, node_id
from sandbox.github.repositories.registry import Repository

_ORDERS = {
    "CREATED_AT": lambda each: each.created_at,
    "NAME": lambda each: each.name.lower(),
    "PUSHED_AT": lambda each: each.pushed_at,
    "UPDATED_AT": lambda each: each.updated_at,
    "STARGAZERS": lambda _each: 0,
}


class AccountPart(Part):
    """What users and organizations have in common."""

    def __init__(self, account: Account, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self._account = account
        self.login = self.name = account.login
        self.id = account_node_id(account)
        self.database_id = account.id
        self.resource_path = f"/{account.login}"
        self.url = f"{inquiry.here.web}/{account.login}"

    def avatar_url(self, **_size: object) -> str:
        """Where a picture would be."""
        return f"{self.url}.png"

    def repositories(self, **asked: Argument) -> Connection[Repository]:
        """What the account owns, as far as the caller may know of it."""
        owned = self.inquiry.service.registry.list(self._account.login)
        found = [each for each in owned if self.inquiry.visible(each)]
        return repositories(found, self.inquiry, asked)

    def repository(self, *, name: str) -> Part | None:
        """One of them."""
        found = self.inquiry.service.registry.find(self._account.login, name)
        if found is None or not self.inquiry.visible(found):
            return None
        return self.inquiry.make.repository(found)


class UserPart(AccountPart):
    """A person."""

    typename = "User"
    email = ""
    created_at = SINCE

    @property
    def is_viewer(self) -> bool:
        """Whether it is the caller."""
        return self.login.lower() == self.inquiry.caller.login.lower()

    def organizations(self, **page: Argument) -> Connection[str]:
        """Those the person belongs to; of others than the caller nobody is told."""
        names = self.inquiry.caller.organizations if self.is_viewer else ()
        return Connection(names, self.inquiry.make.account, page)


class OrganizationPart(AccountPart):
    """An organization. It has no teams here."""

    typename = "Organization"

    def teams(self, **page: Argument) -> Connection[Part]:
        """None."""
        return nothing(page)

    def team(self, **_slug: object) -> None:
        """None."""

    @property
    def viewer_is_a_member(self) -> bool:
        """Whether the caller belongs to it."""
        return self.inquiry.caller.administers(self.login)

    viewer_can_administer = viewer_can_create_repositories = viewer_is_a_member


class BotPart(Part):
    """Who speaks for workflow runs."""

    typename = "Bot"

    def __init__(self, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        account = Account(ACTIONS, organization=False)
        self.login = ACTIONS.removesuffix("[bot]")  # GraphQL leaves that out
        self.id, self.database_id = node_id("Bot", account.id), account.id
        self.resource_path = f"/apps/{self.login}"
        self.url = f"{inquiry.here.web}{self.resource_path}"

    def avatar_url(self, **_size: object) -> str:
        """Where a picture would be."""
        return f"{self.url}.png"


def account_part(login: str, inquiry: Inquiry) -> Part:
    """The object of whoever has a login, also if they have left the sandbox's stack files since."""
    if login == ACTIONS:
        return BotPart(inquiry)
    account = inquiry.accounts.account(login)
    kind = OrganizationPart if account.organization else UserPart
    return kind(account, inquiry)


def owner_part(repository: Repository, inquiry: Inquiry) -> Part:
    """Whose a repository is."""
    return account_part(repository.owner, inquiry)


def repositories(
    found: list[Repository], inquiry: Inquiry, asked: dict[str, Any]
) -> Connection[Repository]:
    """A list of repositories, filtered and ordered as a query asks."""
    fork, privacy = asked.get("is_fork"), asked.get("privacy")
    kept = [
        each
        for each in found
        if fork in (None, each.parent is not None)
        and privacy in (None, "PRIVATE" if each.private else "PUBLIC")
    ]
    order = asked.get("order_by")
    if order is not None:
        kept.sort(key=_ORDERS[order["field"]], reverse=order["direction"] == "DESC")
    return Connection(kept, inquiry.make.repository, asked)
