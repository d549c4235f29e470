"""Branches, tags, commits and trees of repositories, for reading."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.access import Access
from sandbox.github.http.body import Body
from sandbox.github.http.errors import ConflictError, NotFoundError, UnprocessableError, there
from sandbox.github.http.objects import full_commit, git_commit
from sandbox.github.http.requests import REPOSITORY, Routes, Urls, answer, listed, page, urls
from sandbox.github.repositories.changes_view import file_view, stats_view
from sandbox.github.repositories.differences import changed_files, diff_text
from sandbox.github.repositories.registry import Repository
from sandbox.github.settings.rulesets import Rulesets
from sandbox.http.errors import NotImitatedError
from sandbox.http.handlers import at

_SHA = re.compile(r"[0-9a-f]{40}")
_MOST_FILES = 300  # of a commit, as on the platform before one asks for further pages
# What the platform has below a branch and a commit. A name may hold slashes, so a route of its own
# would take a branch "x/pulls" for the requests of "x".
_BELOW_BRANCHES = re.compile(r".+/protection(?:/.+)?")
_BELOW_COMMITS = re.compile(r".+/(?:branches-where-head|check-suites|comments)")
_GIT = f"{REPOSITORY}/git"


class CommitRoutes(Routes):
    """Endpoints of what references point at."""

    def __init__(self, access: Access, rulesets: Rulesets) -> None:
        self._access = access
        self._rulesets = rulesets

    @at("GET", f"{REPOSITORY}/branches")
    def _branches(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        found = repository.git.references("refs/heads/")
        here = urls(request)
        return listed(
            request,
            list(found.items()),
            lambda each: self._branch(repository, each[0], each[1], here),
        )

    @at("GET", f"{REPOSITORY}/branches/{{branch:path}}")
    def branch(self, request: Request, _body: Body) -> Response:
        """`GET R/branches/{branch}`."""
        repository = self._access.readable(request)
        name = request.path_params["branch"]
        head = repository.git.branch_head(name)
        if head is None:
            _refuse_below(name, _BELOW_BRANCHES, "branches")
            raise NotFoundError("Branch not found")
        here = urls(request)
        shown = self._branch(repository, f"refs/heads/{name}", head, here)
        itself = f"{here.api}/repos/{repository.full_name}/branches/{name}"
        commit = full_commit(repository, repository.git.commit(head), self._access.accounts, here)
        links = {"self": itself, "html": f"{here.web}/{repository.full_name}/tree/{name}"}
        return answer(request, {**shown, "commit": commit, "_links": links})

    @at("GET", f"{REPOSITORY}/tags")
    def _tags(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        found = list(repository.git.references("refs/tags/"))
        chosen, headers = page(request, found)
        api = f"{urls(request).api}/repos/{repository.full_name}"
        shown = []
        for ref in chosen:
            name, sha = ref.removeprefix("refs/tags/"), repository.git.resolve(ref)
            shown.append(
                {
                    "name": name,
                    "commit": {"sha": sha, "url": f"{api}/commits/{sha}"},
                    "zipball_url": f"{api}/zipball/{ref}",
                    "tarball_url": f"{api}/tarball/{ref}",
                    "node_id": "",
                }
            )
        return answer(request, shown, headers=headers)

    @at("GET", f"{REPOSITORY}/commits")
    def _commits(self, request: Request, _body: Body) -> Response:
        """The history of `sha`, newest first."""
        repository = self._access.readable(request)
        if not repository.git.references():
            raise ConflictError("Git Repository is empty.")
        start = there(repository.git.resolve(request.query_params.get("sha") or "HEAD"))
        path = request.query_params.get("path", "").strip("/")
        accounts, here = self._access.accounts, urls(request)
        return listed(
            request,
            list(repository.git.history(start, path)),
            lambda each: full_commit(repository, each, accounts, here),
        )

    @at("GET", f"{REPOSITORY}/commits/{{ref:path}}")
    def _commit(self, request: Request, _body: Body) -> Response:
        """With the files that it changes; or as a difference."""
        repository = self._access.readable(request)
        ref = request.path_params["ref"]
        sha = repository.git.resolve(ref)
        if sha is None:
            _refuse_below(ref, _BELOW_COMMITS, "commits")
            raise UnprocessableError(f"No commit found for SHA: {ref}")
        if "sha" in request.headers.get("accept", ""):
            return Response(sha, media_type="application/vnd.github.sha")
        commit = repository.git.commit(sha)
        parent = commit.parents[0] if commit.parents else None
        if "diff" in request.headers.get("accept", ""):
            text = diff_text(repository.git, parent, sha)
            return Response(text, media_type="application/vnd.github.diff; charset=utf-8")
        here, files = urls(request), changed_files(repository.git, parent, sha)
        shown = full_commit(repository, commit, self._access.accounts, here)
        listed = [file_view(each, sha, repository, here) for each in files[:_MOST_FILES]]
        return answer(request, {**shown, "stats": stats_view(files), "files": listed})

    @at("GET", f"{_GIT}/commits/{{sha}}")
    def _git_commit(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        sha = request.path_params["sha"]
        if not _SHA.fullmatch(sha) or repository.git.resolve(sha) is None:
            raise NotFoundError
        return answer(request, git_commit(repository, repository.git.commit(sha), urls(request)))

    @at("GET", f"{_GIT}/trees/{{sha}}")
    def _tree(self, request: Request, _body: Body) -> Response:
        """With `recursive` all the way down."""
        repository = self._access.readable(request)
        wanted = request.path_params["sha"]
        sha = repository.git.resolve(wanted) or wanted
        try:
            entries = list(repository.git.walk(sha, recursive="recursive" in request.query_params))
        except (KeyError, ValueError):
            raise NotFoundError from None
        api = f"{urls(request).api}/repos/{repository.full_name}/git"
        shown = []
        for each in entries:
            kind = {"dir": "tree", "submodule": "commit"}.get(each.kind, "blob")
            one = {"path": each.path, "mode": f"{each.mode:06o}", "type": kind, "sha": each.oid}
            if kind == "blob":
                one["size"] = each.size  # type: ignore[assignment]
            shown.append({**one, "url": f"{api}/{kind}s/{each.oid}"})
        content = {"sha": sha, "url": f"{api}/trees/{sha}", "tree": shown, "truncated": False}
        return answer(request, content)

    def _branch(self, repository: Repository, ref: str, head: str, here: Urls) -> dict[str, Any]:
        name, default = ref.removeprefix("refs/heads/"), repository.git.default_branch()
        api = f"{here.api}/repos/{repository.full_name}"
        rulesets = self._rulesets.list(repository.id)
        return {
            "name": name,
            "commit": {"sha": head, "url": f"{api}/commits/{head}"},
            "protected": any(each.concerns(ref, default) for each in rulesets),
            "protection": {
                "enabled": False,
                "required_status_checks": {
                    "enforcement_level": "off",
                    "contexts": [],
                    "checks": [],
                },
            },
            "protection_url": f"{api}/branches/{name}/protection",
        }


def _refuse_below(name: str, known: re.Pattern[str], of: str) -> None:
    """Raises NotImitatedError for an address that is another endpoint's on the platform."""
    if known.fullmatch(name):
        raise NotImitatedError(f"GET /repos/…/{of}/{name}")
