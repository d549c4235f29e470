"""Branches and tags."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from sandbox.git.store import DEFAULT_BRANCH
from sandbox.http.handlers import Handlers, at
from sandbox.hub.http.access import Access
from sandbox.hub.http.errors import BadRequestError, RevisionNotFoundError
from sandbox.hub.http.requests import API_REPO, allow_keys, api_repo, json_object
from sandbox.hub.repositories import operations
from sandbox.hub.repositories.committer import Committer
from sandbox.hub.repositories.registry import Repository

_BRANCH = f"{API_REPO}/branch/{{branch:path}}"
_TAG = f"{API_REPO}/tag/{{revision:path}}"


class RefRoutes(Handlers):
    """Endpoints about references."""

    def __init__(self, access: Access, committer: Committer) -> None:
        self._access = access
        self._committer = committer

    @at("GET", f"{API_REPO}/refs")
    def _refs(self, request: Request) -> Response:
        """The client needs all three lists."""
        kind, repo_id = api_repo(request)
        repository = self._access.require(request, repo_id, kind=kind, write=False)
        answer: dict[str, list[dict[str, Any]]] = {"branches": [], "converts": [], "tags": []}
        if request.query_params.get("include_prs"):
            answer["pullRequests"] = []
        for ref, target in sorted(repository.git.references().items()):
            for prefix, group in (("refs/heads/", "branches"), ("refs/tags/", "tags")):
                if ref.startswith(prefix):
                    name = ref.removeprefix(prefix)
                    commit = repository.git.resolve(ref) if group == "tags" else target
                    answer[group].append({"name": name, "ref": ref, "targetCommit": commit})
        return JSONResponse(answer)

    @at("POST", _BRANCH)
    def _create_branch(self, request: Request, body: bytes) -> Response:
        repository = self._writable(request)
        parsed = json_object(body or b"{}")
        allow_keys(parsed, {"startingPoint"}, later={"overwrite", "emptyBranch"})
        try:
            start = repository.git.resolve(str(parsed.get("startingPoint") or DEFAULT_BRANCH))
        except RevisionNotFoundError as missing:
            raise BadRequestError(missing.message) from None
        with self._committer.watching(repository):
            operations.create_branch(repository.git, request.path_params["branch"], start)
        return PlainTextResponse("Created", 201)

    @at("DELETE", _BRANCH)
    def _delete_branch(self, request: Request) -> Response:
        repository = self._writable(request)
        with self._committer.watching(repository):
            operations.delete_branch(repository.git, request.path_params["branch"])
        return PlainTextResponse("OK")

    @at("POST", _TAG)
    def _create_tag(self, request: Request, body: bytes) -> Response:
        """`POST /api/{kind}s/{id}/tag/{revision}` with the tag's name in the body."""
        repository = self._writable(request)
        parsed = json_object(body)
        allow_keys(parsed, {"tag", "message"})
        tag = parsed.get("tag")
        if not isinstance(tag, str):
            raise BadRequestError('"tag" is required')
        commit = repository.git.resolve(request.path_params["revision"])
        author = self._access.require_caller(request).name
        with self._committer.watching(repository):
            operations.create_tag(
                repository.git, tag, commit, str(parsed.get("message") or ""), author
            )
        return PlainTextResponse("Created", 201)

    @at("DELETE", _TAG)
    def _delete_tag(self, request: Request) -> Response:
        repository = self._writable(request)
        with self._committer.watching(repository):
            operations.delete_tag(repository.git, request.path_params["revision"])
        return PlainTextResponse("OK")

    def _writable(self, request: Request) -> Repository:
        kind, repo_id = api_repo(request)
        return self._access.require(request, repo_id, kind=kind, write=True, content=True)
