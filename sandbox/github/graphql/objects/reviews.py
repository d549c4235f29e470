"""Reviews of pull requests, and requests for them."""

from sandbox.github.graphql.connections import Argument, Connection
from sandbox.github.graphql.inquiry import Inquiry, Part
from sandbox.github.graphql.objects.remarks import WrittenPart
from sandbox.github.http.access import Right, right_of_account
from sandbox.github.http.describe import node_id
from sandbox.github.pulls.code_owners import owners_of
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.reviews import PENDING, Review, ReviewComment
from sandbox.github.repositories.differences import proposed_files
from sandbox.github.repositories.registry import Repository


class OfPullPart(WrittenPart):
    """What somebody said of a pull request."""

    def __init__(
        self,
        said: Review | ReviewComment,
        moments: tuple[str, str],
        pull: Pull,
        repository: Repository,
        inquiry: Inquiry,
    ) -> None:
        super().__init__(said.author, said.body, moments, repository, inquiry)
        self._pull = pull
        self.id = node_id(self.typename, said.id)
        self.database_id, self.full_database_id = said.id, str(said.id)
        self.page = f"/{repository.full_name}/pull/{pull.number}"

    @property
    def pull_request(self) -> Part:
        """Of which it was said."""
        return self.inquiry.make.pull(self._pull, self._repository)


class ReviewPart(OfPullPart):
    """A review."""

    typename = "PullRequestReview"

    def __init__(
        self, review: Review, pull: Pull, repository: Repository, inquiry: Inquiry
    ) -> None:
        # One that is pending has no date; the schema wants one of everything that is written.
        moment = review.submitted_at or pull.issue.updated_at
        super().__init__(review, (moment, moment), pull, repository, inquiry)
        self._review = review
        self.state, self.submitted_at = review.state, review.submitted_at
        self.resource_path = f"{self.page}#pullrequestreview-{review.id}"
        self.url = f"{inquiry.here.web}{self.resource_path}"

    @property
    def author_can_push_to_repository(self) -> bool:
        """Whether the review counts for rules."""
        right = right_of_account(self.inquiry.accounts, self._review.author, self._repository)
        return right >= Right.WRITE

    @property
    def commit(self) -> Part:
        """What was reviewed."""
        return self.inquiry.make.commit(self._review.commit_id, self._repository)

    def comments(self, **page: Argument) -> Connection[ReviewComment]:
        """What it says of lines."""
        reviews = self.inquiry.service.pulls.reviews
        return Connection(reviews.comments(self._review.issue, self._review.id), self._line, page)

    def _line(self, comment: ReviewComment) -> "LinePart":
        return LinePart(comment, self._pull, self._repository, self.inquiry)


class LinePart(OfPullPart):
    """What a review says of a line, or of a file."""

    typename = "PullRequestReviewComment"

    def __init__(
        self, comment: ReviewComment, pull: Pull, repository: Repository, inquiry: Inquiry
    ) -> None:
        moments = (comment.created_at, comment.updated_at)
        super().__init__(comment, moments, pull, repository, inquiry)
        self.path, self.diff_hunk = comment.path, comment.hunk
        self.original_line, self.original_start_line = comment.line, comment.start_line
        # A comment on a line that a later push changed is about none of today's lines.
        current = comment.commit_id == pull.head_sha
        self.line = comment.line if current else None
        self.start_line = comment.start_line if current else None
        self.url = f"{inquiry.here.web}{self.page}#discussion_r{comment.id}"


class ReviewRequestPart(Part):
    """Somebody is asked for a review."""

    typename = "ReviewRequest"

    def __init__(self, login: str, pull: Pull, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self._login, self._pull, self._repository = login, pull, repository
        self.id = node_id("ReviewRequest", f"{pull.issue.id}:{login}")

    @property
    def requested_reviewer(self) -> Part:
        """Who."""
        return self.inquiry.make.account(self._login)

    @property
    def pull_request(self) -> Part:
        """Of what."""
        return self.inquiry.make.pull(self._pull, self._repository)

    @property
    def as_code_owner(self) -> bool:
        """Whether files that they own are changed."""
        store, pull = self._repository.git, self._pull
        files = [each.path for each in proposed_files(store, pull.base_sha, pull.head_sha)]
        owners = owners_of(store, pull.base_sha, files)
        return any(self._login.lower() in {e.lower().lstrip("@") for e in each} for each in owners)


def visible(review: Review, inquiry: Inquiry) -> bool:
    """Whether the caller may see a review: one that is pending is its author's alone."""
    return review.state != PENDING or review.author.lower() == inquiry.caller.login.lower()
