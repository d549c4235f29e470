"""Comments on lines of pull requests."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.access import PULLS, require_own, require_voice
from sandbox.github.http.accounts import Caller
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError, UnprocessableError
from sandbox.github.http.requests import REPOSITORY, answer, listed, nothing, urls
from sandbox.github.pulls.api.addressed_pulls import PULL, AddressedPulls
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.remarks import read_remark
from sandbox.github.pulls.reviews import COMMENTED, Remark, ReviewComment
from sandbox.github.pulls.views import review_comment_view
from sandbox.github.repositories.registry import Repository
from sandbox.http.handlers import at

_COMMENT = f"{REPOSITORY}/pulls/comments/{{comment:int}}"


class ReviewCommentRoutes(AddressedPulls):
    """Endpoints of comments on lines."""

    @at("GET", f"{PULL}/comments")
    def _list(self, request: Request, _body: Body) -> Response:
        """Oldest first."""
        repository, pull = self._addressed(request)
        return listed(
            request,
            self._reviews.comments(pull.issue.id),
            lambda each: self._view(request, each, pull, repository),
        )

    @at("POST", f"{PULL}/comments")
    def _add(self, request: Request, body: Body) -> Response:
        """Or an answer to one with `in_reply_to`."""
        repository, pull, caller = self._seen(request)
        if "in_reply_to" in body:
            return self._answered(request, body, body.number("in_reply_to", 0))
        remark = read_remark(body, pull, repository)
        # A comment by itself is a review of one comment.
        review = self._reviews.add(pull.issue.id, caller.login, COMMENTED, "", remark.commit_id)
        made = self._reviews.add_comment(pull.issue.id, caller.login, remark, review.id)
        return self._made(request, made, pull, repository, caller)

    @at("POST", f"{PULL}/comments/{{comment:int}}/replies")
    def _reply(self, request: Request, body: Body) -> Response:
        return self._answered(request, body, request.path_params["comment"])

    @at("GET", _COMMENT)
    def _get(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        comment, pull = self._comment(repository, request.path_params["comment"])
        return answer(request, self._view(request, comment, pull, repository))

    @at("PATCH", _COMMENT)
    def _change(self, request: Request, body: Body) -> Response:
        """By its author or who may write."""
        repository, comment, pull, caller = self._own(request)
        changed = self._reviews.edit_comment(comment, body.text("body"))
        self._tell(changed, pull, repository, caller, "edited")
        return answer(request, self._view(request, changed, pull, repository))

    @at("DELETE", _COMMENT)
    def _remove(self, request: Request, _body: Body) -> Response:
        """By its author or who may write."""
        repository, comment, pull, caller = self._own(request)
        self._reviews.remove_comment(comment)
        self._tell(comment, pull, repository, caller, "deleted")
        return nothing()

    # --- inside

    def _answered(self, request: Request, body: Body, number: int) -> Response:
        repository, pull, caller = self._seen(request)
        first, of = self._comment(repository, number)
        if of.issue.id != pull.issue.id:
            raise NotFoundError
        text = body.text("body")
        if not text.strip():
            raise UnprocessableError("Validation Failed", "body can't be blank")
        remark = Remark(
            body=text,
            commit_id=first.commit_id,
            path=first.path,
            line=first.line,
            start_line=first.start_line,
            side=first.side,
            hunk=first.hunk,
            in_reply_to=first.in_reply_to or first.id,
        )
        review = self._reviews.add(pull.issue.id, caller.login, COMMENTED, "", first.commit_id)
        made = self._reviews.add_comment(pull.issue.id, caller.login, remark, review.id)
        return self._made(request, made, pull, repository, caller)

    def _made(
        self,
        request: Request,
        made: ReviewComment,
        pull: Pull,
        repository: Repository,
        caller: Caller,
    ) -> Response:
        self._tell(made, pull, repository, caller, "created")
        view = self._view(request, made, pull, repository)
        return answer(request, view, 201, {"Location": str(view["url"])})

    def _own(self, request: Request) -> tuple[Repository, ReviewComment, Pull, Caller]:
        caller = self._access.require_caller(request)
        repository = self._access.readable(request)
        comment, pull = self._comment(repository, request.path_params["comment"])
        require_voice(caller, repository, PULLS)
        require_own(caller, comment.author, repository, PULLS)
        return repository, comment, pull, caller

    def _comment(self, repository: Repository, number: int) -> tuple[ReviewComment, Pull]:
        comment = self._reviews.comment(repository.id, number)
        pulls = self._pulls.records.list(repository.id)
        pull = next((e for e in pulls if comment and e.issue.id == comment.issue), None)
        if comment is None or pull is None:
            raise NotFoundError
        return comment, pull

    def _tell(
        self,
        comment: ReviewComment,
        pull: Pull,
        repository: Repository,
        caller: Caller,
        action: str,
    ) -> None:
        here = self._pulls.here
        view = review_comment_view(comment, pull, repository, self._access.accounts, here)
        event = "pull_request_review_comment"
        self._pulls.tell(pull, repository, caller.login, action, event, {"comment": view})

    def _view(
        self, request: Request, comment: ReviewComment, pull: Pull, repository: Repository
    ) -> dict[str, object]:
        here = urls(request)
        return review_comment_view(comment, pull, repository, self._access.accounts, here)
