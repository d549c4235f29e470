"""Who the caller is, who others are, and what they own."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.access import Access
from sandbox.github.http.accounts import ACTIONS, Account, Caller
from sandbox.github.http.body import Body
from sandbox.github.http.describe import full_repository, own_user, simple_user, user
from sandbox.github.http.errors import ForbiddenError, NotFoundError, there
from sandbox.github.http.requests import Routes, answer, listed, page, urls
from sandbox.github.repositories.registry import Registry, Repository
from sandbox.http.handlers import at


class AccountRoutes(Routes):
    """Endpoints of users, organizations and lists of repositories."""

    def __init__(self, access: Access, registry: Registry) -> None:
        self._access = access
        self._registry = registry

    @at("GET", "/user")
    def _me(self, request: Request, _body: Body) -> Response:
        caller = self._access.require_caller(request)
        if caller.login == ACTIONS:
            raise ForbiddenError("Resource not accessible by integration")
        owned = self._registry.list(caller.login)
        private = sum(each.private for each in owned)
        account = self._access.accounts.of(caller)
        shown = own_user(account, urls(request), public=len(owned) - private, private=private)
        return answer(request, shown)

    @at("GET", "/users/{login}")
    def _user(self, request: Request, _body: Body) -> Response:
        """Organizations too."""
        return self._shown(request, self._account(request))

    @at("GET", "/user/{number:int}")
    def _by_number(self, request: Request, _body: Body) -> Response:
        account = there(self._access.accounts.with_id(request.path_params["number"]))
        return self._shown(request, account)

    @at("GET", "/orgs/{login}")
    def _organization(self, request: Request, _body: Body) -> Response:
        account = self._account(request)
        if not account.organization:
            raise NotFoundError
        return self._shown(request, account)

    @at("GET", "/user/orgs")
    def _my_organizations(self, request: Request, _body: Body) -> Response:
        names = self._access.require_caller(request).organizations
        accounts = [Account(name, organization=True) for name in names]
        chosen, headers = page(request, accounts)
        here = urls(request)
        shown = [
            {**simple_user(each, here), "description": None, "url": f"{here.api}/orgs/{each.login}"}
            for each in chosen
        ]
        return answer(request, shown, headers=headers)

    @at("GET", "/user/repos")
    def _my_repositories(self, request: Request, _body: Body) -> Response:
        """What the caller owns or administers."""
        caller = self._access.require_caller(request)
        owned = [each for each in self._registry.list() if caller.administers(each.owner)]
        return self._list(request, caller, owned)

    @at("GET", "/users/{login}/repos", "/orgs/{login}/repos")
    def _repositories(self, request: Request, _body: Body) -> Response:
        owned = self._registry.list(self._account(request).login)
        return self._list(request, self._access.caller(request), list(owned))

    def _list(self, request: Request, caller: Caller | None, owned: list[Repository]) -> Response:
        visible = [each for each in owned if self._access.visible(caller, each)]
        accounts, here = self._access.accounts, urls(request)
        return listed(request, visible, lambda each: full_repository(each, accounts, caller, here))

    def _shown(self, request: Request, account: Account) -> Response:
        public = sum(not each.private for each in self._registry.list(account.login))
        return answer(request, user(account, urls(request), repositories=public))

    def _account(self, request: Request) -> Account:
        return there(self._access.accounts.find(request.path_params["login"]))
