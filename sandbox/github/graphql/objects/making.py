"""Makes the objects of the schema, and finds them again by their global ids."""

from sandbox.github.graphql.inquiry import Inquiry, Part
from sandbox.github.graphql.objects.accounts import account_part
from sandbox.github.graphql.objects.checks import rollup_of
from sandbox.github.graphql.objects.git_objects import CommitPart, ref_of
from sandbox.github.graphql.objects.issues import CommentPart, IssuePart, LabelPart
from sandbox.github.graphql.objects.pulls import PullPart
from sandbox.github.graphql.objects.repositories import RepositoryPart
from sandbox.github.graphql.objects.reviews import ReviewPart
from sandbox.github.http.access import ISSUES, PULLS, Right
from sandbox.github.issues.labels import Label
from sandbox.github.issues.records import Comment, Issue
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.reviews import Review
from sandbox.github.repositories.registry import Repository


class Making:
    """What one inquiry makes; it has to be given that before it makes anything."""

    inquiry: Inquiry

    def repository(self, repository: Repository, /) -> Part:
        """A repository that the caller may see."""
        return RepositoryPart(repository, self.inquiry)

    def issue(self, issue: Issue, repository: Repository, /) -> Part:
        """An issue, or the pull request that it is."""
        self.inquiry.require(repository, Right.READ, PULLS if issue.pull else ISSUES)
        pull = self.inquiry.service.pulls.records.of_issue(issue) if issue.pull else None
        return (
            IssuePart(issue, repository, self.inquiry)
            if pull is None
            else self.pull(pull, repository)
        )

    def pull(self, pull: Pull, repository: Repository, /) -> Part:
        """A pull request."""
        self.inquiry.require(repository, Right.READ, PULLS)
        return PullPart(pull, repository, self.inquiry)

    def comment(self, comment: Comment, issue: Issue, repository: Repository, /) -> Part:
        """What is written below an issue or a pull request."""
        self.inquiry.require(repository, Right.READ, ISSUES)
        return CommentPart(comment, issue, repository, self.inquiry)

    def label(self, label: Label, repository: Repository, /) -> Part:
        """A label."""
        self.inquiry.require(repository, Right.READ, ISSUES)
        return LabelPart(label, repository, self.inquiry)

    def review(self, review: Review, pull: Pull, repository: Repository, /) -> Part:
        """A review."""
        self.inquiry.require(repository, Right.READ, PULLS)
        return ReviewPart(review, pull, repository, self.inquiry)

    def commit(self, oid: str, repository: Repository, /) -> Part:
        """A commit that is there."""
        self.inquiry.require(repository, Right.READ, "contents")
        return CommitPart(oid, repository, self.inquiry)

    def ref(self, name: str, repository: Repository, /) -> Part | None:
        """A reference by its name, if it is there."""
        self.inquiry.require(repository, Right.READ, "contents")
        return ref_of(name, repository, self.inquiry)

    def rollup(self, oid: str, repository: Repository, /) -> Part | None:
        """What all checks together say of a commit, if any say something."""
        for kind in ("checks", "statuses"):
            self.inquiry.require(repository, Right.READ, kind)
        return rollup_of(oid, repository, self.inquiry)

    def account(self, login: str, /) -> Part:
        """A user, an organization or a bot."""
        return account_part(login, self.inquiry)
