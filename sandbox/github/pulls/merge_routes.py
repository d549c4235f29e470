"""Merging pull requests, and bringing them up to date with their base."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.git.moves import Move
from sandbox.github.http.access import Access
from sandbox.github.http.accounts import Caller
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError, UnprocessableError
from sandbox.github.http.requests import answer, nothing, route, urls
from sandbox.github.pulls.merge import merge
from sandbox.github.pulls.merging import METHODS, ConflictsError, merge_commit
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.routes import PULL, PullRoutes
from sandbox.github.pulls.service import PullService
from sandbox.github.repositories.commit_writer import person_of
from sandbox.github.repositories.differences import compare
from sandbox.github.repositories.registry import Repository
from sandbox.http.errors import NotImitatedError


class MergeRoutes:
    """Endpoints that merge."""

    def __init__(self, access: Access, pulls: PullService, addressed: PullRoutes) -> None:
        self._access = access
        self._pulls = pulls
        self._addressed = addressed

    def routes(self) -> list[Route]:
        """The addresses served here."""
        return [
            route("GET", f"{PULL}/merge", self.is_merged),
            route("PUT", f"{PULL}/merge", self.merge),
            route("PUT", f"{PULL}/update-branch", self.update_branch),
        ]

    def is_merged(self, request: Request, _body: Body) -> Response:
        """`GET R/pulls/{number}/merge`: 204 or 404."""
        _, pull = self._addressed.addressed(request)
        if not pull.merged:
            raise NotFoundError
        return nothing()

    def merge(self, request: Request, body: Body) -> Response:
        """`PUT R/pulls/{number}/merge`."""
        repository, caller = self._access.writable(request)
        _, pull = self._addressed.addressed(request)
        merged = merge(
            self._pulls,
            pull,
            repository,
            caller,
            method=body.choice("merge_method", METHODS, "merge"),
            title=body.optional_text("commit_title"),
            message=body.optional_text("commit_message"),
            expected=body.optional_text("sha"),
        )
        said = {"sha": merged.merge_sha, "merged": True}
        return answer(request, {**said, "message": "Pull Request successfully merged"})

    def update_branch(self, request: Request, body: Body) -> Response:
        """`PUT R/pulls/{number}/update-branch`: merges the base into the head."""
        repository, pull, caller = self._addressed.own(request)
        if pull.foreign:
            raise NotImitatedError("updating the branch of a fork")
        expected = body.optional_text("expected_head_sha")
        if expected is not None and expected != pull.head_sha:
            raise UnprocessableError("expected head sha didn't match current head ref.")
        if compare(repository.git, pull.base_sha, pull.head_sha).behind == 0:
            raise UnprocessableError("There are no new commits on the base branch.")
        self._merge_into_head(pull, repository, caller)
        here = urls(request)
        said = {"message": "Updating pull request branch."}
        place = f"{here.api}/repos/{repository.full_name}/pulls/{pull.number}"
        return answer(request, {**said, "url": place}, 202)

    def _merge_into_head(self, pull: Pull, repository: Repository, caller: Caller) -> None:
        message = f"Merge branch '{pull.base}' into {pull.head}\n"
        by = person_of(self._access.accounts.of(caller))
        try:
            merged = merge_commit(repository.git, pull.head_sha, pull.base_sha, message, by)
        except ConflictsError:
            raise UnprocessableError(
                f"merge conflict between base and head: {pull.base} and {pull.head}"
            ) from None
        move = Move(f"refs/heads/{pull.head}", pull.head_sha, merged)
        self._pulls.movements.move(repository, caller, move)
