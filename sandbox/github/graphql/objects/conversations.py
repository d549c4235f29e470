"""Conversations about lines, which the schema calls threads."""

from sandbox.github.graphql.connections import Argument, Connection
from sandbox.github.graphql.inquiry import Inquiry, Part
from sandbox.github.graphql.objects.reviews import LinePart
from sandbox.github.http.access import PULLS, Right, right_to
from sandbox.github.http.describe import node_id
from sandbox.github.pulls.conversations import Conversation
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.reviews import ReviewComment
from sandbox.github.repositories.registry import Repository


def may_resolve(pull: Pull, repository: Repository, inquiry: Inquiry) -> bool:
    """Whether the caller may say that a conversation is over: who may write, or the author."""
    caller = inquiry.caller
    own = caller.login.lower() == pull.issue.author.lower() and caller.token.may_write
    return own or right_to(caller, repository, PULLS) >= Right.WRITE


class ConversationPart(Part):
    """What was said of one place."""

    typename = "PullRequestReviewThread"

    def __init__(
        self, said: Conversation, pull: Pull, repository: Repository, inquiry: Inquiry
    ) -> None:
        super().__init__(inquiry)
        self._said, self._pull, self._repository = said, pull, repository
        first = said.comments[0]
        self.id = node_id(self.typename, said.id)
        self.path, self.diff_side, self.original_line = first.path, first.side, first.line
        self.is_resolved = said.resolved_by is not None
        self.is_outdated = first.commit_id != pull.head_sha
        self.line = None if self.is_outdated else first.line
        self.start_line = None if self.is_outdated else first.start_line
        may = may_resolve(pull, repository, inquiry)
        self.viewer_can_resolve = may and not self.is_resolved
        self.viewer_can_unresolve = may and self.is_resolved
        self.viewer_can_reply = not pull.issue.locked or may

    def comments(self, **page: Argument) -> Connection[ReviewComment]:
        """Everything that was said there, oldest first."""
        return Connection(self._said.comments, self._comment, page)

    def _comment(self, comment: ReviewComment) -> Part:
        return LinePart(comment, self._pull, self._repository, self.inquiry)

    @property
    def resolved_by(self) -> Part | None:
        """Who resolved it."""
        login = self._said.resolved_by
        return None if login is None else self.inquiry.make.account(login)

    @property
    def pull_request(self) -> Part:
        """Of which it is."""
        return self.inquiry.make.pull(self._pull, self._repository)

    @property
    def repository(self) -> Part:
        """Where that is."""
        return self.inquiry.make.repository(self._repository)
