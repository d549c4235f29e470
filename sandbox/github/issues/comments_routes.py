"""Comments below issues and pull requests."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.access import ISSUES, Right, require_own, require_right
from sandbox.github.http.body import Body
from sandbox.github.http.errors import there
from sandbox.github.http.requests import REPOSITORY, answer, listed, nothing, urls
from sandbox.github.issues.addressed_issues import ISSUE, AddressedIssues
from sandbox.github.issues.records import Comment, Issue
from sandbox.github.issues.views import comment_view
from sandbox.github.issues.words import fit_comment
from sandbox.github.repositories.registry import Repository
from sandbox.http.handlers import at

_COMMENT = f"{REPOSITORY}/issues/comments/{{comment:int}}"


class CommentRoutes(AddressedIssues):
    """Endpoints of comments."""

    @at("GET", f"{ISSUE}/comments")
    def _comments(self, request: Request, _body: Body) -> Response:
        """Oldest first."""
        repository, issue = self._addressed(request)
        found = self._issues.records.comments(issue)
        since = request.query_params.get("since", "")
        return listed(
            request,
            [each for each in found if each.updated_at >= since],
            lambda each: self._comment(request, each, issue, repository),
        )

    @at("GET", f"{REPOSITORY}/issues/comments")
    def _all_comments(self, request: Request, _body: Body) -> Response:
        """Of all issues of the repository."""
        repository = self._access.readable(request)
        records = self._issues.records
        issues = {each.id: each for each in records.list(repository.id)}
        return listed(
            request,
            records.comments_of(repository.id),
            lambda e: self._comment(request, e, issues[e.issue], repository),
        )

    @at("POST", f"{ISSUE}/comments")
    def _add_comment(self, request: Request, body: Body) -> Response:
        """By anybody who sees the repository."""
        repository, caller = self._seen(request)
        issue = self._issue(repository, request)
        if issue.locked:
            require_right(caller, repository, Right.WRITE, ISSUES)
        made = self._issues.comment(repository, issue, caller.login, _required(body))
        view = self._comment(request, made, issue, repository)
        return answer(request, view, 201, {"Location": str(view["url"])})

    @at("GET", _COMMENT)
    def comment(self, request: Request, _body: Body) -> Response:
        """`GET R/issues/comments/{id}`."""
        repository = self._access.readable(request)
        issue, comment = self._with_comment(repository, request)
        return answer(request, self._comment(request, comment, issue, repository))

    @at("PATCH", _COMMENT)
    def _edit_comment(self, request: Request, body: Body) -> Response:
        """By its author or who may write."""
        repository, caller = self._seen(request)
        issue, comment = self._with_comment(repository, request)
        require_own(caller, comment.author, repository, ISSUES)
        changed = self._issues.records.edit_comment(comment, _required(body))
        self._issues.tell_comment(repository, issue, changed, caller.login, "edited")
        return answer(request, self._comment(request, changed, issue, repository))

    @at("DELETE", _COMMENT)
    def _remove_comment(self, request: Request, _body: Body) -> Response:
        """By its author or who may write."""
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
        return there(self._issues.records.comment(repository.id, request.path_params["comment"]))


def _required(body: Body) -> str:
    body.require("body")
    return fit_comment(body.optional_text("body"))
