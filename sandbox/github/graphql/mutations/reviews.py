"""Mutations of reviews, and of who is asked for them."""

from sandbox.github.graphql.connections import Edge
from sandbox.github.graphql.mutations.changes import Input, Mutations, Payload, refuse
from sandbox.github.graphql.objects.conversations import ConversationPart, may_resolve
from sandbox.github.http.access import PULLS, Right
from sandbox.github.pulls.reviewing import STATES, add_review, ask, require_hearing


class ReviewMutations(Mutations):
    """Reviewing, and asking others to."""

    def add_pull_request_review(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """`addPullRequestReview`; without an `event` it is kept until it is submitted."""
        pull, repository = self._nodes.pull(input["pull_request_id"])
        require_hearing(self._caller, pull, repository)
        made = add_review(
            *(self._service.pulls, pull, repository, self._caller),
            state=STATES[input.get("event") or "PENDING"],
            body=input.get("body") or "",
            commit=input.get("commit_oid"),
        )
        part = self._inquiry.make.review(made, pull, repository)
        return Payload(input, pull_request_review=part, review_edge=Edge("", part))

    def request_reviews(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`requestReviews`: these and no others, unless `union` is set."""
        refuse(input, "team_ids")
        return self._asked(input, self._logins(input.get("user_ids")) or [])

    def request_reviews_by_login(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`requestReviewsByLogin`: the same."""
        refuse(input, "team_slugs", "bot_logins")
        return self._asked(input, input.get("user_logins") or [])

    def resolve_review_thread(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`resolveReviewThread`: by who may write, or the author of the pull request."""
        return self._resolved(input, resolved=True)

    def unresolve_review_thread(self, *, input: Input) -> Payload:  # noqa: A002 - as above
        """`unresolveReviewThread`: the same."""
        return self._resolved(input, resolved=False)

    def _resolved(self, asked: Input, *, resolved: bool) -> Payload:
        said, pull, repository = self._nodes.conversation(asked["thread_id"])
        if not may_resolve(pull, repository, self._inquiry):
            self._inquiry.require(repository, Right.WRITE, PULLS)
        kept = self._service.pulls.conversations
        if resolved:
            kept.resolve(said, self._caller.login)
        else:
            kept.unresolve(said)
        again = self._nodes.conversation(asked["thread_id"])
        return Payload(asked, thread=ConversationPart(*again, self._inquiry))

    def _asked(self, wanted: Input, logins: list[str]) -> Payload:
        pull, repository = self._nodes.pull(wanted["pull_request_id"])
        self._inquiry.require(repository, Right.WRITE, PULLS)
        pulls = self._service.pulls
        ask(pulls, pull, repository, self._caller, logins)
        if not wanted.get("union"):
            kept = {each.lower() for each in logins}
            asked = pulls.reviews.asked(pull.issue.id)
            pulls.reviews.unask(pull.issue.id, [e for e in asked if e.lower() not in kept])
        part = self._inquiry.make.pull(pulls.records.again(pull), repository)
        actor = self._inquiry.make.account(self._caller.login)
        return Payload(wanted, pull_request=part, actor=actor)
