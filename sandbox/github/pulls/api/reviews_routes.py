"""Reviews of pull requests, and who is asked for them."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.accounts import Caller
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError, UnprocessableError
from sandbox.github.http.requests import answer, listed, urls
from sandbox.github.issues.views import person
from sandbox.github.pulls.api.addressed_pulls import PULL, AddressedPulls
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.remarks import read_remark
from sandbox.github.pulls.reviewing import (
    STATES,
    add_review,
    ask,
    require_sense,
    tell,
)
from sandbox.github.pulls.reviews import APPROVED, CHANGES_REQUESTED, DISMISSED, PENDING, Review
from sandbox.github.pulls.views import review_comment_view, review_view
from sandbox.github.repositories.registry import Repository
from sandbox.http.handlers import at

_REVIEW = f"{PULL}/reviews/{{review:int}}"
_ASKED = f"{PULL}/requested_reviewers"


class ReviewRoutes(AddressedPulls):
    """Endpoints of reviews."""

    @at("GET", f"{PULL}/reviews")
    def _list(self, request: Request, _body: Body) -> Response:
        """Oldest first; pending ones for their authors alone."""
        repository, pull = self._addressed(request)
        caller = self._access.caller(request)
        found = [e for e in self._reviews.of(pull.issue.id) if _visible(e, caller)]
        return listed(request, found, lambda each: self._view(request, each, pull, repository))

    @at("POST", f"{PULL}/reviews")
    def _add(self, request: Request, body: Body) -> Response:
        """Without an `event` it is kept until it is submitted."""
        repository, pull, caller = self._seen(request)
        state = STATES[body.choice("event", tuple(STATES), "PENDING")]
        text = body.optional_text("body") or ""
        remarks = [
            read_remark(Body(each if isinstance(each, dict) else {}), pull, repository)
            for each in body.sequence("comments")
        ]
        made = add_review(
            self._pulls,
            pull,
            repository,
            caller,
            state=state,
            body=text,
            remarks=remarks,
            commit=body.optional_text("commit_id"),
        )
        return answer(request, self._view(request, made, pull, repository))

    @at("GET", _REVIEW)
    def _get(self, request: Request, _body: Body) -> Response:
        repository, pull = self._addressed(request)
        review = self._review(request, pull, self._access.caller(request))
        return answer(request, self._view(request, review, pull, repository))

    @at("PUT", _REVIEW)
    def _change(self, request: Request, body: Body) -> Response:
        """Other words, by its author."""
        repository, pull, caller = self._seen(request)
        review = self._own(request, pull, caller)
        review = self._reviews.set(review, body=body.text("body"))
        return answer(request, self._view(request, review, pull, repository))

    @at("DELETE", _REVIEW)
    def _remove(self, request: Request, _body: Body) -> Response:
        """Of one that is pending."""
        repository, pull, caller = self._seen(request)
        review = self._own(request, pull, caller)
        if review.state != PENDING:
            raise UnprocessableError("Can not delete a non-pending pull request review")
        self._reviews.remove(review)
        return answer(request, self._view(request, review, pull, repository))

    @at("GET", f"{_REVIEW}/comments")
    def _comments(self, request: Request, _body: Body) -> Response:
        repository, pull = self._addressed(request)
        review = self._review(request, pull, self._access.caller(request))
        accounts, here = self._access.accounts, urls(request)
        return listed(
            request,
            self._reviews.comments(pull.issue.id, review.id),
            lambda each: review_comment_view(each, pull, repository, accounts, here),
        )

    @at("POST", f"{_REVIEW}/events")
    def _submit(self, request: Request, body: Body) -> Response:
        repository, pull, caller = self._seen(request)
        review = self._own(request, pull, caller)
        if review.state != PENDING:
            raise UnprocessableError("Can not submit a review that was submitted already")
        state = STATES[body.choice("event", ("APPROVE", "REQUEST_CHANGES", "COMMENT"))]
        text = body.optional_text("body") or review.body
        remarks = self._reviews.comments(pull.issue.id, review.id)
        require_sense(state, text or bool(remarks), pull, caller)
        made = self._reviews.submitted(review, state, text)
        tell(self._pulls, pull, repository, caller, "submitted", made)
        return answer(request, self._view(request, made, pull, repository))

    @at("PUT", f"{_REVIEW}/dismissals")
    def _dismiss(self, request: Request, body: Body) -> Response:
        repository, caller = self._access.writable(request)
        _, pull = self._addressed(request)
        review = self._review(request, pull, caller)
        body.text("message")
        if review.state not in (APPROVED, CHANGES_REQUESTED):
            raise UnprocessableError("Can not dismiss a commented pull request review")
        review = self._reviews.set(review, state=DISMISSED)
        tell(self._pulls, pull, repository, caller, "dismissed", review)
        return answer(request, self._view(request, review, pull, repository))

    # --- who is asked

    @at("GET", _ASKED)
    def _asked(self, request: Request, _body: Body) -> Response:
        _, pull = self._addressed(request)
        accounts, here = self._access.accounts, urls(request)
        users = [person(accounts, each, here) for each in self._reviews.asked(pull.issue.id)]
        return answer(request, {"users": users, "teams": []})

    @at("POST", _ASKED)
    def _ask(self, request: Request, body: Body) -> Response:
        repository, caller = self._access.writable(request)
        _, pull = self._addressed(request)
        logins = [str(each) for each in body.sequence("reviewers")]
        ask(self._pulls, pull, repository, caller, logins)
        return answer(request, self._pulls.simple_view(pull, repository, urls(request)), 201)

    @at("DELETE", _ASKED)
    def _unask(self, request: Request, body: Body) -> Response:
        repository, _ = self._access.writable(request)
        _, pull = self._addressed(request)
        self._reviews.unask(pull.issue.id, [str(each) for each in body.sequence("reviewers")])
        return answer(request, self._pulls.simple_view(pull, repository, urls(request)))

    # --- inside

    def _review(self, request: Request, pull: Pull, caller: Caller | None) -> Review:
        found = self._reviews.find(pull.issue.id, request.path_params["review"])
        if found is None or not _visible(found, caller):
            raise NotFoundError
        return found

    def _own(self, request: Request, pull: Pull, caller: Caller) -> Review:
        review = self._review(request, pull, caller)
        if review.author.lower() != caller.login.lower():
            raise NotFoundError
        return review

    def _view(
        self, request: Request, review: Review, pull: Pull, repository: Repository
    ) -> dict[str, object]:
        return review_view(review, pull, repository, self._access.accounts, urls(request))


def _visible(review: Review, caller: Caller | None) -> bool:
    if review.state != PENDING:
        return True
    return caller is not None and caller.login.lower() == review.author.lower()
