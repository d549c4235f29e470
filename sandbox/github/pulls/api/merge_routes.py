"""Merging pull requests, and bringing them up to date with their base."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.github.http.access import Access
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError
from sandbox.github.http.requests import answer, nothing, route, urls
from sandbox.github.pulls.api.routes import PULL, PullRoutes
from sandbox.github.pulls.merge import merge, update_branch
from sandbox.github.pulls.merging import METHODS
from sandbox.github.pulls.service import PullService


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
        expected = body.optional_text("expected_head_sha")
        update_branch(self._pulls, pull, repository, caller, expected)
        here = urls(request)
        said = {"message": "Updating pull request branch."}
        place = f"{here.api}/repos/{repository.full_name}/pulls/{pull.number}"
        return answer(request, {**said, "url": place}, 202)
