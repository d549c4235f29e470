"""Repositories as a whole: making, showing, changing and deleting them."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.access import Access
from sandbox.github.http.body import Body
from sandbox.github.http.describe import full_repository
from sandbox.github.http.errors import ForbiddenError, UnprocessableError, invalid
from sandbox.github.http.requests import BY_NUMBER, REPOSITORY, Routes, answer, nothing, urls
from sandbox.github.repositories.commit_writer import Change, Writer
from sandbox.github.repositories.registry import Repository
from sandbox.github.service import GitHubService
from sandbox.http.errors import NotImitatedError
from sandbox.http.handlers import at

_LATER = ("gitignore_template", "license_template", "template_repository", "team_id")
# Settings of a repository of which the sandbox knows one value, the platform's own default. Wikis,
# projects and downloads are pages that are not there, whatever clients send along about them.
_FIXED: Mapping[str, object] = {
    "has_issues": True,
    "has_discussions": False,
    "is_template": False,
    "archived": False,
    "allow_squash_merge": True,
    "allow_merge_commit": True,
    "allow_rebase_merge": True,
    "allow_auto_merge": False,
    "allow_update_branch": False,
    "allow_forking": True,
    "delete_branch_on_merge": False,
    "use_squash_pr_title_as_default": False,
    "squash_merge_commit_title": "COMMIT_OR_PR_TITLE",
    "squash_merge_commit_message": "COMMIT_MESSAGES",
    "merge_commit_title": "MERGE_MESSAGE",
    "merge_commit_message": "PR_TITLE",
    "web_commit_signoff_required": False,
    "security_and_analysis": None,
}


class RepositoryRoutes(Routes):
    """Endpoints of repositories."""

    def __init__(self, access: Access, service: GitHubService, writer: Writer) -> None:
        self._access = access
        self._service = service
        self._writer = writer

    @at("GET", REPOSITORY, BY_NUMBER)
    def _get(self, request: Request, _body: Body) -> Response:
        return self._shown(request, self._access.readable(request), 200)

    @at("POST", "/user/repos", "/orgs/{login}/repos")
    def _add(self, request: Request, body: Body) -> Response:
        """`POST /user/repos` and `POST /orgs/{org}/repos`: empty unless `auto_init` is set."""
        caller = self._access.require_caller(request)
        owner = request.path_params.get("login", caller.login)
        for key in _LATER:
            if body.fields.get(key):
                raise NotImitatedError(f"{key} of a new repository")
        _refuse_other_than_fixed(body)
        first = body.flag("auto_init", default=False)
        with self._service.registry.changing():
            added = self._service.create(
                caller,
                owner,
                body.text("name"),
                private=_private(body, default=False),
                description=body.optional_text("description"),
                homepage=body.optional_text("homepage"),
            )
            if first:
                text = f"# {added.name}\n{added.description or ''}".rstrip() + "\n"
                readme = Change("README.md", text.encode())
                self._writer.commit(added, caller, None, [readme], "Initial commit")
        return self._shown(request, added, 201)

    @at("PATCH", REPOSITORY)
    def _change(self, request: Request, body: Body) -> Response:
        repository, _ = self._access.administered(request)
        name = body.optional_text("name")
        if name is not None and name != repository.name:
            raise NotImitatedError("another name for a repository")
        _refuse_other_than_fixed(body)
        branch = body.optional_text("default_branch")
        if branch is not None and branch != repository.git.default_branch():
            if repository.git.branch_head(branch) is None:
                raise invalid("Repository", "default_branch", f"The branch {branch} was not found.")
            with self._service.registry.lock(repository):
                repository.git.set_default_branch(branch)
        described, homepage = "description" in body, "homepage" in body
        self._service.registry.change(
            repository,
            private=_private(body, default=repository.private),
            description=body.optional_text("description") if described else repository.description,
            homepage=body.optional_text("homepage") if homepage else repository.homepage,
        )
        return self._shown(request, self._service.require(repository.full_name), 200)

    @at("DELETE", REPOSITORY)
    def _delete(self, request: Request, _body: Body) -> Response:
        repository, caller = self._access.administered(request)
        if not caller.token.allows("delete_repo"):
            raise ForbiddenError("Must have admin rights to Repository.")
        self._service.delete(repository)
        return nothing()

    def _shown(self, request: Request, repository: Repository, status: int) -> Response:
        caller, here = self._access.caller(request), urls(request)
        shown = full_repository(repository, self._access.accounts, caller, here)
        parent = repository.parent and self._service.registry.find_id(repository.parent)
        if parent:
            of = full_repository(parent, self._access.accounts, caller, here)
            shown |= {"parent": of, "source": of}
        location = {"Location": shown["url"]} if status == 201 else {}  # noqa: PLR2004 - created
        return answer(request, shown, status, location)


def _refuse_other_than_fixed(body: Body) -> None:
    """Refuses what would otherwise be accepted and then not happen."""
    for key, only in _FIXED.items():
        value = body.fields.get(key)
        if value not in (None, only):
            raise NotImitatedError(f"{key}: {str(value).lower()} of a repository")


def _private(body: Body, *, default: bool) -> bool:
    visibility = body.optional_text("visibility")
    if visibility is not None:
        if visibility not in {"public", "private"}:
            raise UnprocessableError(f"Visibility can't be {visibility}")
        return visibility == "private"
    return body.flag("private", default=default)
