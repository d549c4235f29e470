"""Pull requests: opening, listing and changing them."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.github.http.access import Access, Right, require_right
from sandbox.github.http.accounts import Caller
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError, UnprocessableError
from sandbox.github.http.objects import full_commit
from sandbox.github.http.requests import REPOSITORY, answer, page, route, urls
from sandbox.github.issues.records import CLOSED, OPEN
from sandbox.github.issues.routes import require_voice
from sandbox.github.pulls.records import Proposal, Pull
from sandbox.github.pulls.service import PullService
from sandbox.github.repositories.changes_view import file_view
from sandbox.github.repositories.differences import (
    changed_files,
    commits_between,
    diff_text,
    fork_point,
)
from sandbox.github.repositories.registry import Repository
from sandbox.http.errors import NotImitatedError

PULL = f"{REPOSITORY}/pulls/{{number:int}}"
_DIFF = re.compile(r"application/vnd\.github\.(?:v3\.)?diff")
_SORTS = ("created", "updated", "popularity", "long-running")
_MOST_FILES = 3000  # the list ends there, as on the platform


class PullRoutes:
    """Endpoints of pull requests."""

    def __init__(self, access: Access, pulls: PullService) -> None:
        self._access = access
        self._pulls = pulls

    def routes(self) -> list[Route]:
        """The addresses served here."""
        return [
            route("GET", f"{REPOSITORY}/pulls", self.list),
            route("POST", f"{REPOSITORY}/pulls", self.add),
            route("GET", PULL, self.get),
            route("PATCH", PULL, self.change),
            route("GET", f"{PULL}/commits", self.commits),
            route("GET", f"{PULL}/files", self.files),
            route("GET", f"{REPOSITORY}/commits/{{sha}}/pulls", self.of_commit),
        ]

    def list(self, request: Request, _body: Body) -> Response:
        """`GET R/pulls`: open ones unless `state` says otherwise, newest first."""
        repository = self._access.readable(request)
        asked = request.query_params
        state, sort = asked.get("state", OPEN), asked.get("sort", "created")
        found = [
            each
            for each in self._pulls.records.list(repository.id)
            if state in ("all", each.issue.state)
            and asked.get("base", each.base) == each.base
            and asked.get("head", "").lower() in ("", f"{each.head_owner}:{each.head}".lower())
        ]
        if sort not in _SORTS:
            raise UnprocessableError("Validation Failed", f"sort can't be {sort}")
        if sort == "updated":
            found.sort(key=lambda each: each.issue.updated_at, reverse=True)
        if asked.get("direction", "desc" if sort == "created" else "asc") == "asc":
            found.reverse()
        chosen, headers = page(request, found)
        here = urls(request)
        shown = [self._pulls.simple_view(each, repository, here) for each in chosen]
        return answer(request, shown, headers=headers)

    def add(self, request: Request, body: Body) -> Response:
        """`POST R/pulls`: by who may write to the head's repository and see the base's."""
        caller = self._access.require_caller(request)
        repository = self._access.readable(request)
        require_voice(caller)
        if "issue" in body:
            raise NotImitatedError("turning an issue into a pull request")
        title = body.text("title").strip()
        if not title:
            raise _unfit("title", "missing_field")
        proposal = self._proposal(repository, caller, body)
        described = body.optional_text("body")
        pull = self._pulls.open(repository, caller, title, described, proposal)
        view = self._pulls.view(pull, repository, urls(request))
        return answer(request, view, 201, {"Location": view["url"]})

    def get(self, request: Request, _body: Body) -> Response:
        """`GET R/pulls/{number}`; as a difference if that is what is accepted."""
        repository, pull = self.addressed(request)
        if _DIFF.search(request.headers.get("accept", "")):
            store = repository.git
            point = fork_point(store, pull.base_sha, pull.head_sha)
            text = diff_text(store, point, pull.head_sha)
            return Response(text, media_type="application/vnd.github.diff; charset=utf-8")
        return answer(request, self._pulls.view(pull, repository, urls(request)))

    def change(self, request: Request, body: Body) -> Response:
        """`PATCH R/pulls/{number}`: by its author or who may write."""
        repository, pull, caller = self.own(request)
        words = {key: body.optional_text(key) for key in ("title", "body") if key in body}
        if "title" in words and not (words["title"] or "").strip():
            raise _unfit("title", "missing_field")
        state = body.choice("state", (OPEN, CLOSED), pull.issue.state)
        base = body.optional_text("base")
        if base is not None and base != pull.base:
            sha = repository.git.branch_head(base)
            if sha is None:
                raise _unfit("base", "invalid")
            pull = self._pulls.retarget(pull, repository, base, sha)
        if words:
            self._pulls.issues.records.set(pull.issue.id, **words)
            pull = self._pulls.records.again(pull)
        if words or base is not None:
            self._pulls.tell(pull, repository, caller.login, "edited", more={"changes": {}})
        if state != pull.issue.state:
            self._require_possible(pull, repository, state)
            pull = self._pulls.set_state(pull, repository, caller.login, state)
        return answer(request, self._pulls.view(pull, repository, urls(request)))

    def commits(self, request: Request, _body: Body) -> Response:
        """`GET R/pulls/{number}/commits`, oldest first."""
        repository, pull = self.addressed(request)
        found = commits_between(repository.git, pull.base_sha, pull.head_sha)
        chosen, headers = page(request, found)
        accounts, here = self._access.accounts, urls(request)
        shown = [full_commit(repository, each, accounts, here) for each in chosen]
        return answer(request, shown, headers=headers)

    def files(self, request: Request, _body: Body) -> Response:
        """`GET R/pulls/{number}/files`."""
        repository, pull = self.addressed(request)
        point = fork_point(repository.git, pull.base_sha, pull.head_sha)
        found = changed_files(repository.git, point, pull.head_sha)[:_MOST_FILES]
        chosen, headers = page(request, found)
        here = urls(request)
        shown = [file_view(each, pull.head_sha, repository, here) for each in chosen]
        return answer(request, shown, headers=headers)

    def of_commit(self, request: Request, _body: Body) -> Response:
        """`GET R/commits/{sha}/pulls`."""
        repository = self._access.readable(request)
        sha = repository.git.resolve(request.path_params["sha"])
        if sha is None:
            raise NotFoundError
        found = [
            each
            for each in self._pulls.records.list(repository.id)
            if self._brings(each, repository, sha)
        ]
        chosen, headers = page(request, found)
        here = urls(request)
        shown = [self._pulls.simple_view(each, repository, here) for each in chosen]
        return answer(request, shown, headers=headers)

    # --- for routes below a pull request

    def addressed(self, request: Request) -> tuple[Repository, Pull]:
        """The pull request of the address, if the caller may read it; raises NotFoundError."""
        repository = self._access.readable(request)
        return repository, self._pull(repository, request)

    def own(self, request: Request) -> tuple[Repository, Pull, Caller]:
        """The same for its author, or who may write."""
        caller = self._access.require_caller(request)
        repository, pull = self.addressed(request)
        require_voice(caller)
        if caller.login.lower() != pull.issue.author.lower():
            require_right(caller, repository, Right.WRITE)
        return repository, pull, caller

    # --- inside

    def _pull(self, repository: Repository, request: Request) -> Pull:
        found = self._pulls.records.find(repository.id, request.path_params["number"])
        if found is None:
            raise NotFoundError
        return found

    @staticmethod
    def _brings(pull: Pull, repository: Repository, sha: str) -> bool:
        """Whether a commit is one of a pull request's own, or the one that merged it."""
        if pull.merged and sha == pull.merge_sha:
            return True
        found = commits_between(repository.git, pull.base_sha, pull.head_sha)
        return sha in {each.oid for each in found}

    def _proposal(self, repository: Repository, caller: Caller, body: Body) -> Proposal:
        base, named = body.text("base"), body.text("head")
        owner, _, head = named.rpartition(":")
        owner = owner or repository.owner
        source = self._head_repository(repository, caller, owner, body)
        base_sha = repository.git.branch_head(base)
        if base_sha is None:
            raise _unfit("base", "invalid")
        head_sha = None if source is None else source.git.branch_head(head)
        if source is None or head_sha is None:
            raise _unfit("head", "invalid")
        require_right(caller, source, Right.WRITE)
        known = self._pulls.records.open_from(source.id, head)
        if any(each.base == base and each.repository == repository.id for each in known):
            raise _said(f"A pull request already exists for {source.owner}:{head}.")
        if source.id == repository.id and base_sha == head_sha:
            raise _said(f"No commits between {base} and {head}")
        return Proposal(
            base=base,
            base_sha=base_sha,
            head_repository=source.id,
            head_owner=source.owner,
            head=head,
            head_sha=head_sha,
            draft=body.flag("draft", default=False),
            maintainer_can_modify=body.flag("maintainer_can_modify", default=False),
        )

    def _head_repository(
        self, repository: Repository, caller: Caller, owner: str, body: Body
    ) -> Repository | None:
        """Where a head lies: the repository itself, or its owner's fork of it."""
        named = body.optional_text("head_repo")
        candidates = [repository, *self._pulls.registry.forks(repository)]
        for each in candidates:
            if each.owner.lower() != owner.lower() or not self._access.visible(caller, each):
                continue
            if named is None or named in (each.name, each.full_name):
                return each
        return None

    def _require_possible(self, pull: Pull, repository: Repository, state: str) -> None:
        if pull.merged:
            raise _said("state cannot be changed. The pull request was merged.")
        if state == OPEN:
            head = self._pulls.shown(pull, repository).head_repository
            if head is None or head.git.branch_head(pull.head) is None:
                raise _said(f"The branch {pull.head} was deleted.")


def _unfit(field: str, code: str) -> UnprocessableError:
    error = {"resource": "PullRequest", "field": field, "code": code}
    return UnprocessableError("Validation Failed", [error])


def _said(message: str) -> UnprocessableError:
    error = {"resource": "PullRequest", "code": "custom", "message": message}
    return UnprocessableError("Validation Failed", [error])
