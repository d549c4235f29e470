"""Merging pull requests, and bringing them up to date with their base."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError
from sandbox.github.http.requests import answer, nothing, urls
from sandbox.github.pulls.api.addressed_pulls import PULL, AddressedPulls
from sandbox.github.pulls.merge import merge, update_branch
from sandbox.github.pulls.merging import METHODS
from sandbox.http.handlers import at


class MergeRoutes(AddressedPulls):
    """Endpoints that merge."""

    @at("GET", f"{PULL}/merge")
    def _is_merged(self, request: Request, _body: Body) -> Response:
        """204 or 404."""
        _, pull = self._addressed(request)
        if not pull.merged:
            raise NotFoundError
        return nothing()

    @at("PUT", f"{PULL}/merge")
    def _merge(self, request: Request, body: Body) -> Response:
        repository, caller = self._access.writable(request)
        _, pull = self._addressed(request)
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

    @at("PUT", f"{PULL}/update-branch")
    def _update_branch(self, request: Request, body: Body) -> Response:
        """Merges the base into the head."""
        repository, pull, caller = self._proposed(request)
        expected = body.optional_text("expected_head_sha")
        update_branch(self._pulls, pull, repository, caller, expected)
        here = urls(request)
        said = {"message": "Updating pull request branch."}
        place = f"{here.api}/repos/{repository.full_name}/pulls/{pull.number}"
        return answer(request, {**said, "url": place}, 202)
