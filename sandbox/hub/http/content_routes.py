"""What is in a repository: info, trees, commits, lists."""

from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from sandbox.git.store import DEFAULT_BRANCH
from sandbox.http.errors import NotImitatedError
from sandbox.http.handlers import Handlers, at
from sandbox.http.request_log import reads_only
from sandbox.hub.http.access import Access
from sandbox.hub.http.errors import BadRequestError, RepositoryNotFoundError
from sandbox.hub.http.requests import (
    API_REPO,
    api_repo,
    expands,
    is_true,
    json_object,
    page,
    revision_and_path,
)
from sandbox.hub.repositories.info import Describer, commit_object, entry_object, expanded, listed
from sandbox.hub.repositories.names import kind_of_plural
from sandbox.hub.repositories.registry import Registry, Repository

_TREE_PAGE = 1000  # entries; 50 when each comes with its last commit (contract: Hub docs 2026-08)
_EXPANDED_TREE_PAGE = 50
_COMMITS_PAGE = 50
_LIST_PAGE = 1000
_MOST_PATHS = 10_000  # of one question; a limit of the sandbox's own
_LIST_PARAMETERS = {
    *("author", "search", "limit", "cursor", "full", "expand", "expand[]", "cardData", "linked"),
}


class ContentRoutes(Handlers):
    """Endpoints that read repositories."""

    def __init__(self, access: Access, registry: Registry, describer: Describer) -> None:
        self._access = access
        self._registry = registry
        self._describer = describer

    @at("GET", "/api/{plural:plural}")
    def _list(self, request: Request) -> Response:
        """The repositories the caller may see, newest first."""
        unknown = set(request.query_params) - _LIST_PARAMETERS
        if unknown:
            raise NotImitatedError(f"listing repositories by {', '.join(sorted(unknown))}")
        identity = self._access.caller(request)
        author = request.query_params.get("author")
        search = request.query_params.get("search", "").lower()
        visible = [
            each
            for each in self._registry.list(kind_of_plural(request.path_params["plural"]))
            if (author is None or each.name.namespace == author)
            and search in each.id.lower()
            and (
                each.visibility == "public"
                or (identity is not None and identity.may_read(each.name.namespace))
            )
        ]
        chosen, headers = page(request, visible, _LIST_PAGE)
        infos = []
        for each in chosen:
            with suppress(RepositoryNotFoundError):  # deleted meanwhile: the others are listed
                infos.append(self._listed(request, each))
        return JSONResponse(infos, headers=headers)

    @at("GET", API_REPO, f"{API_REPO}/revision/{{revision:path}}")
    def info(self, request: Request) -> Response:
        """`GET /api/{kind}s/{id}[/revision/{revision}]`."""
        repository = self._readable(request)
        if is_true(request, "securityStatus"):
            raise NotImitatedError("security scans")
        commit = repository.git.resolve(request.path_params.get("revision", DEFAULT_BRANCH))
        return JSONResponse(self._info(request, repository, commit))

    @at("GET", f"{API_REPO}/tree/{{rest:path}}")
    def _tree(self, request: Request) -> Response:
        repository = self._readable(request)
        revision, folder = revision_and_path(request, "tree")
        commit = repository.git.resolve(revision)
        recursive, expand = is_true(request, "recursive"), is_true(request, "expand")
        entries = list(repository.git.walk(commit, folder, recursive=recursive))
        size = _EXPANDED_TREE_PAGE if expand else _TREE_PAGE
        chosen, headers = page(request, entries, size)
        paths = [entry.path for entry in chosen]
        last = repository.git.last_commits(commit, paths) if expand else {}
        objects = [entry_object(entry, last.get(entry.path)) for entry in chosen]
        return JSONResponse(objects, headers=headers)

    @at("POST", f"{API_REPO}/paths-info/{{revision:path}}")
    @reads_only
    def _paths_info(self, request: Request, body: bytes) -> Response:
        """Paths that do not exist are left out."""
        repository = self._readable(request)
        paths, expand = _asked_paths(request, body)
        commit = repository.git.resolve(request.path_params["revision"])
        found = [repository.git.entry(commit, path.strip("/")) for path in paths]
        entries = [entry for entry in found if entry is not None]
        names = [entry.path for entry in entries]
        last = repository.git.last_commits(commit, names) if expand else {}
        return JSONResponse([entry_object(entry, last.get(entry.path)) for entry in entries])

    @at("GET", f"{API_REPO}/commits/{{revision:path}}")
    def _commits(self, request: Request) -> Response:
        repository = self._readable(request)
        commit = repository.git.resolve(request.path_params["revision"])
        history = list(repository.git.history(commit))
        chosen, headers = page(request, history, _COMMITS_PAGE)
        headers["X-Total-Count"] = str(len(history))
        formatted = "formatted" in expands(request)
        objects = [commit_object(each, formatted=formatted) for each in chosen]
        return JSONResponse(objects, headers=headers)

    @at("GET", f"{API_REPO}/auth-check", f"{API_REPO}/auth-check/write")
    def _auth_check(self, request: Request) -> Response:
        """Whether its files are the caller's to have.

        With `write`, whether they are the caller's to change.
        """
        kind, repo_id = api_repo(request)
        if request.url.path.endswith("/write"):
            self._access.require(request, repo_id, kind=kind, write=True, content=True)
        else:
            self._access.require_content(request, repo_id, kind=kind)
        return PlainTextResponse("OK")

    def _readable(self, request: Request) -> Repository:
        kind, repo_id = api_repo(request)
        return self._access.require(request, repo_id, kind=kind, write=False)

    def _info(self, request: Request, repository: Repository, commit: str) -> dict[str, Any]:
        info = self._describer.info(repository, commit, blobs=is_true(request, "blobs"))
        properties = expands(request)
        return expanded(repository.kind, info, properties) if properties else info

    def _listed(self, request: Request, repository: Repository) -> dict[str, Any]:
        info = self._info(request, repository, repository.git.resolve(DEFAULT_BRANCH))
        if expands(request):
            return info
        return listed(
            info,
            full=is_true(request, "full"),
            card=is_true(request, "cardData"),
            linked=is_true(request, "linked"),
        )


def _asked_paths(request: Request, body: bytes) -> tuple[list[str], bool]:
    if request.headers.get("content-type", "").startswith("application/json"):
        parsed = json_object(body)
        paths, expand = parsed.get("paths", []), bool(parsed.get("expand"))
    else:
        form = parse_qs(body.decode(errors="replace"))
        paths, expand = form.get("paths", []), form.get("expand", ["false"])[0].lower() == "true"
    if isinstance(paths, str):
        paths = [paths]
    if not paths:
        raise BadRequestError('"paths" is required')
    if len(paths) > _MOST_PATHS:
        raise BadRequestError(f'"paths" must hold at most {_MOST_PATHS} of them')
    return [str(path) for path in paths], expand
