"""Who the caller is, who others are, and what they own."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.github.http.access import Access
from sandbox.github.http.accounts import ACTIONS, Account, Caller
from sandbox.github.http.body import Body
from sandbox.github.http.describe import full_repository, own_user, simple_user, user
from sandbox.github.http.errors import ForbiddenError, NotFoundError
from sandbox.github.http.requests import answer, page, route, urls
from sandbox.github.repositories.registry import Registry, Repository


class AccountRoutes:
    """Endpoints of users, organizations and lists of repositories."""

    def __init__(self, access: Access, registry: Registry) -> None:
        self._access = access
        self._registry = registry

    def routes(self) -> list[Route]:
        """The addresses served here."""
        return [
            route("GET", "/user", self.me),
            route("GET", "/user/repos", self.my_repositories),
            route("GET", "/user/orgs", self.my_organizations),
            route("GET", "/user/{number:int}", self.by_number),
            route("GET", "/users/{login}", self.user),
            route("GET", "/users/{login}/repos", self.repositories),
            route("GET", "/orgs/{login}", self.organization),
            route("GET", "/orgs/{login}/repos", self.repositories),
        ]

    def me(self, request: Request, _body: Body) -> Response:
        """`GET /user`."""
        caller = self._access.require_caller(request)
        if caller.login == ACTIONS:
            raise ForbiddenError("Resource not accessible by integration")
        owned = self._registry.list(caller.login)
        private = sum(each.private for each in owned)
        account = self._access.accounts.of(caller)
        shown = own_user(account, urls(request), public=len(owned) - private, private=private)
        return answer(request, shown)

    def user(self, request: Request, _body: Body) -> Response:
        """`GET /users/{login}`, organizations too."""
        return self._shown(request, self._account(request))

    def by_number(self, request: Request, _body: Body) -> Response:
        """`GET /user/{id}`."""
        account = self._access.accounts.with_id(request.path_params["number"])
        if account is None:
            raise NotFoundError
        return self._shown(request, account)

    def organization(self, request: Request, _body: Body) -> Response:
        """`GET /orgs/{org}`."""
        account = self._account(request)
        if not account.organization:
            raise NotFoundError
        return self._shown(request, account)

    def my_organizations(self, request: Request, _body: Body) -> Response:
        """`GET /user/orgs`."""
        names = self._access.require_caller(request).organizations
        accounts = [Account(name, organization=True) for name in names]
        chosen, headers = page(request, accounts)
        here = urls(request)
        shown = [
            {**simple_user(each, here), "description": None, "url": f"{here.api}/orgs/{each.login}"}
            for each in chosen
        ]
        return answer(request, shown, headers=headers)

    def my_repositories(self, request: Request, _body: Body) -> Response:
        """`GET /user/repos`: what the caller owns or administers."""
        caller = self._access.require_caller(request)
        owned = [each for each in self._registry.list() if caller.administers(each.owner)]
        return self._list(request, caller, owned)

    def repositories(self, request: Request, _body: Body) -> Response:
        """`GET /users/{login}/repos` and `GET /orgs/{org}/repos`."""
        owned = self._registry.list(self._account(request).login)
        return self._list(request, self._access.caller(request), list(owned))

    def _list(self, request: Request, caller: Caller | None, owned: list[Repository]) -> Response:
        visible = [each for each in owned if self._access.visible(caller, each)]
        chosen, headers = page(request, visible)
        accounts, here = self._access.accounts, urls(request)
        shown = [full_repository(each, accounts, caller, here) for each in chosen]
        return answer(request, shown, headers=headers)

    def _shown(self, request: Request, account: Account) -> Response:
        public = sum(not each.private for each in self._registry.list(account.login))
        return answer(request, user(account, urls(request), repositories=public))

    def _account(self, request: Request) -> Account:
        account = self._access.accounts.find(request.path_params["login"])
        if account is None:
            raise NotFoundError
        return account
