"""Finds what a global id names, as far as the caller may know of it."""

from sandbox.github.graphql.errors import UnresolvedError
from sandbox.github.graphql.inquiry import Inquiry, Part
from sandbox.github.graphql.objects.conversations import ConversationPart
from sandbox.github.graphql.objects.git_objects import git_object
from sandbox.github.graphql.objects.reviews import visible
from sandbox.github.http.access import PULLS, Right
from sandbox.github.http.describe import read_node_id
from sandbox.github.issues.labels import Label
from sandbox.github.issues.records import Comment, Issue
from sandbox.github.pulls.conversations import Conversation
from sandbox.github.pulls.records import Pull
from sandbox.github.repositories.registry import Repository


class Nodes:
    """Look-ups by global id; each raises UnresolvedError for what is not there."""

    def __init__(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry
        self._service = inquiry.service

    def find(self, node: str) -> Part:
        """Whatever has that id."""
        kind, key = read_node_id(node) or ("", "")
        make = self._inquiry.make
        match kind:
            case "User" | "Organization":
                found = make.account(self.login(node))
            case "Commit" | "Tree" | "Blob" | "Tag" | "Ref":
                found = self._of_git(node, kind, key)
            case "Repository":
                found = make.repository(self.repository(node))
            case "Issue" | "PullRequest":
                found = make.issue(*self.issue(node))
            case "IssueComment":
                found = make.comment(*self.comment(node))
            case "Label":
                found = make.label(*self.label(node))
            case "PullRequestReviewThread":
                found = ConversationPart(*self.conversation(node), self._inquiry)
            case "PullRequestReview":
                found = self._review(node)
            case _:
                raise self.unresolved(node)
        return found

    def repository(self, node: str) -> Repository:
        """A repository."""
        return self._seen(self._number(node, "Repository"), node)

    def issue(self, node: str) -> tuple[Issue, Repository]:
        """An issue or a pull request, as the issue that it is."""
        kind, _ = read_node_id(node) or ("", "")
        wanted = "PullRequest" if kind == "PullRequest" else "Issue"
        found = self._service.issues.records.with_id(self._number(node, wanted))
        if found is None or found.pull != (wanted == "PullRequest"):
            raise self.unresolved(node)
        return found, self._seen(found.repository, node)

    def pull(self, node: str) -> tuple[Pull, Repository]:
        """A pull request."""
        issue, repository = self.issue(node)
        pull = self._service.pulls.records.of_issue(issue)
        if pull is None:
            raise self.unresolved(node)
        return pull, repository

    def comment(self, node: str) -> tuple[Comment, Issue, Repository]:
        """A comment below an issue or a pull request."""
        number = self._number(node, "IssueComment")
        found = self._service.issues.records.comment_with_id(number)
        if found is None:
            raise self.unresolved(node)
        issue, comment = found
        return comment, issue, self._seen(issue.repository, node)

    def conversation(self, node: str) -> tuple[Conversation, Pull, Repository]:
        """A conversation about a line."""
        number = self._number(node, "PullRequestReviewThread")
        pulls = self._service.pulls
        issue = pulls.conversations.issue_of(number)
        found = None if issue is None else self._service.issues.records.with_id(issue)
        pull = None if found is None else pulls.records.of_issue(found)
        if issue is None or pull is None:
            raise self.unresolved(node)
        repository = self._seen(pull.repository, node)
        self._inquiry.require(repository, Right.READ, PULLS)
        for each in pulls.conversations.of(issue):
            if each.id == number:
                return each, pull, repository
        raise self.unresolved(node)

    def label(self, node: str) -> tuple[Label, Repository]:
        """A label."""
        found = self._service.issues.labels.with_id(self._number(node, "Label"))
        if found is None:
            raise self.unresolved(node)
        return found, self._seen(found.repository, node)

    def login(self, node: str) -> str:
        """The login of a user or an organization."""
        kind, key = read_node_id(node) or ("", "")
        number = int(key) if kind in ("User", "Organization") and key.isdecimal() else 0
        found = self._inquiry.accounts.with_id(number)
        if found is None:
            raise self.unresolved(node)
        return found.login

    def _review(self, node: str) -> Part:
        reviews, issues = self._service.pulls.reviews, self._service.issues.records
        review = reviews.with_id(self._number(node, "PullRequestReview"))
        issue = None if review is None else issues.with_id(review.issue)
        pull = None if issue is None else self._service.pulls.records.of_issue(issue)
        if review is None or pull is None or not visible(review, self._inquiry):
            raise self.unresolved(node)
        return self._inquiry.make.review(review, pull, self._seen(pull.repository, node))

    def _of_git(self, node: str, kind: str, key: str) -> Part:
        number, _, name = key.partition(":")
        repository = self._seen(int(number) if number.isdecimal() else 0, node)
        self._inquiry.require(repository, Right.READ, "contents")
        found = (
            self._inquiry.make.ref(name, repository)
            if kind == "Ref"
            else git_object(name, repository, self._inquiry)
        )
        if found is None or found.typename != kind:
            raise self.unresolved(node)
        return found

    def _seen(self, number: int, node: str) -> Repository:
        found = self._service.registry.find_id(number)
        if found is None or not self._inquiry.visible(found):
            raise self.unresolved(node)
        return found

    def _number(self, node: str, wanted: str) -> int:
        kind, key = read_node_id(node) or ("", "")
        if kind != wanted or not key.isdecimal() or len(key) > 18:  # noqa: PLR2004 - what SQLite's integers hold
            raise self.unresolved(node)
        return int(key)

    @staticmethod
    def unresolved(node: str) -> UnresolvedError:
        """What to raise for an id that names nothing."""
        return UnresolvedError("node", f"the global id of '{node}'")
