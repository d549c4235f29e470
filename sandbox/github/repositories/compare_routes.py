"""Compares two commits of a repository, or of one and its forks."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.access import Access
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError
from sandbox.github.http.objects import full_commit
from sandbox.github.http.requests import REPOSITORY, Routes, answer, page, urls
from sandbox.github.repositories.changes_view import file_view
from sandbox.github.repositories.differences import (
    changed_files,
    commits_between,
    compare,
    diff_text,
)
from sandbox.http.errors import NotImitatedError
from sandbox.http.handlers import at

_MOST_FILES = 300  # of a comparison, as on the platform


class CompareRoutes(Routes):
    """The endpoint of comparisons."""

    def __init__(self, access: Access) -> None:
        self._access = access

    @at("GET", f"{REPOSITORY}/compare/{{basehead:path}}")
    def _compare(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        base_ref, dots, head_ref = request.path_params["basehead"].partition("...")
        if ":" in base_ref or ":" in head_ref:
            owner = repository.owner.lower()
            sides = [ref.rpartition(":") for ref in (base_ref, head_ref)]
            if any(side[0].lower() not in ("", owner) for side in sides):
                raise NotImitatedError("comparing with another repository")
            base_ref, head_ref = (side[2] for side in sides)
        store = repository.git
        base, head = store.resolve(base_ref), store.resolve(head_ref)
        if not dots or base is None or head is None:
            raise NotFoundError
        found = compare(store, base, head)
        if found.merge_base is None:
            raise NotFoundError(f"No common ancestor between {base_ref} and {head_ref}.")
        if "diff" in request.headers.get("accept", ""):
            text = diff_text(store, found.merge_base, head)
            return Response(text, media_type="application/vnd.github.diff; charset=utf-8")
        commits = commits_between(store, base, head)
        chosen, headers = page(request, commits, size=250, largest=250)
        accounts, here = self._access.accounts, urls(request)
        name = repository.full_name
        api = f"{here.api}/repos/{name}/compare/{base_ref}...{head_ref}"
        web = f"{here.web}/{name}/compare/{base_ref}...{head_ref}"
        files = changed_files(store, found.merge_base, head)[:_MOST_FILES]
        content = {
            "url": api,
            "html_url": web,
            "permalink_url": f"{here.web}/{name}/compare/{base}...{head}",
            "diff_url": f"{web}.diff",
            "patch_url": f"{web}.patch",
            "base_commit": full_commit(repository, store.commit(base), accounts, here),
            "merge_base_commit": full_commit(
                repository, store.commit(found.merge_base), accounts, here
            ),
            "status": found.status,
            "ahead_by": found.ahead,
            "behind_by": found.behind,
            "total_commits": found.ahead,
            "commits": [full_commit(repository, each, accounts, here) for each in chosen],
            "files": [file_view(each, head, repository, here) for each in files],
        }
        return answer(request, content, headers=headers)
