"""Comments below issues and pull requests."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.github.http.access import (
    ISSUES,
    Right,
    require_own,
    require_right,
)
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError
from sandbox.github.http.requests import REPOSITORY, answer, nothing, page, route, urls
from sandbox.github.issues.addressed_issues import ISSUE, AddressedIssues
from sandbox.github.issues.records import Comment, Issue
from sandbox.github.issues.views import comment_view
from sandbox.github.issues.words import fit_comment
from sandbox.github.repositories.registry import Repository

_COMMENT = f"{REPOSITORY}/issues/comments/{{comment:int}}"


class CommentRoutes(AddressedIssues):
    """Endpoints of comments."""

    def routes(self) -> list[Route]:
        """The addresses served here."""
        return [
            route("GET", f"{REPOSITORY}/issues/comments", self.all_comments),
            route("GET", _COMMENT, self.comment),
            route("PATCH", _COMMENT, self.edit_comment),
            route("DELETE", _COMMENT, self.remove_comment),
            route("GET", f"{ISSUE}/comments", self.comments),
            route("POST", f"{ISSUE}/comments", self.add_comment),
        ]

    def comments(self, request: Request, _body: Body) -> Response:
        """`GET R/issues/{number}/comments`, oldest first."""
        repository, issue = self._addressed(request)
        found = self._issues.records.comments(issue)
        since = request.query_params.get("since", "")
        chosen, headers = page(request, [each for each in found if each.updated_at >= since])
        shown = [self._comment(request, each, issue, repository) for each in chosen]
        return answer(request, shown, headers=headers)

    def all_comments(self, request: Request, _body: Body) -> Response:
        """`GET R/issues/comments`: of all issues of the repository."""
        repository = self._access.readable(request)
        records = self._issues.records
        issues = {each.id: each for each in records.list(repository.id)}
        chosen, headers = page(request, records.comments_of(repository.id))
        shown = [self._comment(request, e, issues[e.issue], repository) for e in chosen]
        return answer(request, shown, headers=headers)

    def add_comment(self, request: Request, body: Body) -> Response:
        """`POST R/issues/{number}/comments`: by anybody who sees the repository."""
        repository, caller = self._seen(request)
        issue = self._issue(repository, request)
        if issue.locked:
            require_right(caller, repository, Right.WRITE, ISSUES)
        made = self._issues.comment(repository, issue, caller.login, _required(body))
        view = self._comment(request, made, issue, repository)
        return answer(request, view, 201, {"Location": str(view["url"])})

    def comment(self, request: Request, _body: Body) -> Response:
        """`GET R/issues/comments/{id}`."""
        repository = self._access.readable(request)
        issue, comment = self._with_comment(repository, request)
        return answer(request, self._comment(request, comment, issue, repository))

    def edit_comment(self, request: Request, body: Body) -> Response:
        """`PATCH R/issues/comments/{id}`: by its author or who may write."""
        repository, caller = self._seen(request)
        issue, comment = self._with_comment(repository, request)
        require_own(caller, comment.author, repository, ISSUES)
        changed = self._issues.records.edit_comment(comment, _required(body))
        self._issues.tell_comment(repository, issue, changed, caller.login, "edited")
        return answer(request, self._comment(request, changed, issue, repository))

    def remove_comment(self, request: Request, _body: Body) -> Response:
        """`DELETE R/issues/comments/{id}`: by its author or who may write."""
        repository, caller = self._seen(request)
        issue, comment = self._with_comment(repository, request)
        require_own(caller, comment.author, repository, ISSUES)
        self._issues.records.remove_comment(comment)
        self._issues.tell_comment(repository, issue, comment, caller.login, "deleted")
        return nothing()

    # --- inside

    def _comment(
        self, request: Request, comment: Comment, issue: Issue, repository: Repository
    ) -> dict[str, object]:
        return comment_view(comment, issue, repository, self._issues.accounts, urls(request))

    def _with_comment(self, repository: Repository, request: Request) -> tuple[Issue, Comment]:
        found = self._issues.records.comment(repository.id, request.path_params["comment"])
        if found is None:
            raise NotFoundError
        return found


def _required(body: Body) -> str:
    body.require("body")
    return fit_comment(body.optional_text("body"))
