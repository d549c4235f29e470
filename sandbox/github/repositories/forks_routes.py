"""Forks: somebody's own copy of a repository, from which they propose changes."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.git.transfer import fetch
from sandbox.github.events import Events
from sandbox.github.http.access import Access, require_voice
from sandbox.github.http.body import Body
from sandbox.github.http.describe import full_repository
from sandbox.github.http.errors import ForbiddenError, there
from sandbox.github.http.requests import REPOSITORY, Routes, answer, listed, urls
from sandbox.github.repositories.registry import Registry, Repository
from sandbox.http.handlers import at

_PLACE = f"{REPOSITORY}/forks"


class ForkRoutes(Routes):
    """Endpoints of forks."""

    def __init__(self, access: Access, registry: Registry, events: Events) -> None:
        self._access = access
        self._events = events
        self._registry = registry

    @at("GET", _PLACE)
    def _list(self, request: Request, _body: Body) -> Response:
        repository, caller = self._access.readable(request), self._access.caller(request)
        found = [e for e in self._registry.forks(repository) if self._access.visible(caller, e)]
        accounts, here = self._access.accounts, urls(request)
        return listed(request, found, lambda each: full_repository(each, accounts, caller, here))

    @at("POST", _PLACE)
    def _add(self, request: Request, body: Body) -> Response:
        """For the caller or an organization of theirs; one that is there stays."""
        caller = self._access.require_caller(request)
        repository = self._access.readable(request)
        require_voice(caller, repository, "administration")
        owner = body.optional_text("organization") or caller.login
        account = there(self._access.accounts.find(owner))
        if not caller.administers(owner):
            raise ForbiddenError(f"You need admin access to the organization {owner}")
        if owner.lower() == repository.owner.lower():
            raise ForbiddenError("You cannot fork a repository into the account that owns it.")
        known = [e for e in self._registry.forks(repository) if e.owner == account.login]
        name = body.optional_text("name") or repository.name
        fork = known[0] if known else self._made(repository, account.login, name, body)
        accounts, here = self._access.accounts, urls(request)
        shown = full_repository(fork, accounts, caller, here)
        of = full_repository(repository, accounts, caller, here)
        if not known:
            self._events.happened(repository.full_name, "fork", caller.login, {"forkee": shown})
        return answer(request, {**shown, "parent": of, "source": of}, 202)

    def _made(self, repository: Repository, owner: str, name: str, body: Body) -> Repository:
        fork = self._registry.add(
            owner,
            name,
            private=repository.private,
            description=repository.description,
            homepage=repository.homepage,
            parent=repository.id,
        )
        default = repository.git.default_branch()
        only = body.flag("default_branch_only", default=False)
        everything = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        wanted = (f"+refs/heads/{default}:refs/heads/{default}",) if only else everything
        if repository.git.references():
            fetch(fork.path, repository.path, *wanted)
        fork.git.set_default_branch(default)
        return fork
