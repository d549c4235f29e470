"""Pull requests: opening, listing and changing them."""

import re

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.access import PULLS, require_voice
from sandbox.github.http.body import Body
from sandbox.github.http.errors import UnprocessableError, there
from sandbox.github.http.objects import full_commit
from sandbox.github.http.requests import REPOSITORY, answer, listed, urls
from sandbox.github.issues.records import CLOSED, OPEN
from sandbox.github.pulls.api.addressed_pulls import PULL, AddressedPulls
from sandbox.github.pulls.proposing import Wanted, change, propose
from sandbox.github.pulls.records import Pull
from sandbox.github.repositories.changes_view import file_view
from sandbox.github.repositories.differences import commits_between, proposed_files, proposed_text
from sandbox.github.repositories.registry import Repository
from sandbox.http.errors import NotImitatedError
from sandbox.http.handlers import at

_DIFF = re.compile(r"application/vnd\.github\.(?:v3\.)?diff")
_SORTS = ("created", "updated", "popularity", "long-running")
_MOST_FILES = 3000  # the list ends there, as on the platform


class PullRoutes(AddressedPulls):
    """Endpoints of pull requests."""

    @at("GET", f"{REPOSITORY}/pulls")
    def _list(self, request: Request, _body: Body) -> Response:
        """Open ones unless `state` says otherwise, newest first."""
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
        here = urls(request)
        return listed(request, found, lambda each: self._pulls.simple_view(each, repository, here))

    @at("POST", f"{REPOSITORY}/pulls")
    def _add(self, request: Request, body: Body) -> Response:
        """By who may write to the head's repository and see the base's."""
        caller = self._access.require_caller(request)
        repository = self._access.readable(request)
        require_voice(caller, repository, PULLS)
        if "issue" in body:
            raise NotImitatedError("turning an issue into a pull request")
        wanted = Wanted(
            title=body.text("title"),
            body=body.optional_text("body"),
            base=body.text("base"),
            head=body.text("head"),
            head_repository=body.optional_text("head_repo"),
            draft=body.flag("draft", default=False),
            maintainer_can_modify=body.flag("maintainer_can_modify", default=False),
        )
        pull = propose(self._pulls, repository, caller, wanted)
        view = self._pulls.view(pull, repository, urls(request))
        return answer(request, view, 201, {"Location": view["url"]})

    @at("GET", PULL)
    def _get(self, request: Request, _body: Body) -> Response:
        """As a difference if that is what is accepted."""
        repository, pull = self._addressed(request)
        if _DIFF.search(request.headers.get("accept", "")):
            text = proposed_text(repository.git, pull.base_sha, pull.head_sha)
            return Response(text, media_type="application/vnd.github.diff; charset=utf-8")
        return answer(request, self._pulls.view(pull, repository, urls(request)))

    @at("PATCH", PULL)
    def _change(self, request: Request, body: Body) -> Response:
        """By its author or who may write."""
        repository, pull, caller = self._proposed(request)
        words = {key: body.optional_text(key) for key in ("title", "body") if key in body}
        state = body.choice("state", (OPEN, CLOSED), pull.issue.state)
        base = body.optional_text("base")
        pull = change(self._pulls, pull, repository, caller, words=words, base=base, state=state)
        return answer(request, self._pulls.view(pull, repository, urls(request)))

    @at("GET", f"{PULL}/commits")
    def _commits(self, request: Request, _body: Body) -> Response:
        """Oldest first."""
        repository, pull = self._addressed(request)
        found = commits_between(repository.git, pull.base_sha, pull.head_sha)
        accounts, here = self._access.accounts, urls(request)
        return listed(request, found, lambda each: full_commit(repository, each, accounts, here))

    @at("GET", f"{PULL}/files")
    def _files(self, request: Request, _body: Body) -> Response:
        repository, pull = self._addressed(request)
        found = proposed_files(repository.git, pull.base_sha, pull.head_sha)[:_MOST_FILES]
        here = urls(request)
        return listed(request, found, lambda each: file_view(each, pull.head_sha, repository, here))

    @at("GET", f"{REPOSITORY}/commits/{{sha}}/pulls")
    def _of_commit(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        sha = there(repository.git.resolve(request.path_params["sha"]))
        found = [
            each
            for each in self._pulls.records.list(repository.id)
            if self._brings(each, repository, sha)
        ]
        here = urls(request)
        return listed(request, found, lambda each: self._pulls.simple_view(each, repository, here))

    @staticmethod
    def _brings(pull: Pull, repository: Repository, sha: str) -> bool:
        """Whether a commit is one of a pull request's own, or the one that merged it."""
        if pull.merged and sha == pull.merge_sha:
            return True
        found = commits_between(repository.git, pull.base_sha, pull.head_sha)
        return sha in {each.oid for each in found}
