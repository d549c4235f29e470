"""Issues, what is written below them, and their labels."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sandbox.github.graphql.connections import Argument, Connection, nothing
from sandbox.github.graphql.inquiry import Inquiry, Part
from sandbox.github.graphql.objects.remarks import WrittenPart
from sandbox.github.http.describe import node_id
from sandbox.github.issues.labels import Label
from sandbox.github.issues.records import CLOSED, Comment, Issue
from sandbox.github.repositories.registry import Repository


class LabelPart(Part):
    """A label."""

    typename = "Label"
    created_at = updated_at = None  # the sandbox does not date them

    def __init__(self, label: Label, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self._repository = repository
        self.id = node_id("Label", label.id)
        self.name, self.color = label.name, label.color
        self.description, self.is_default = label.description, label.is_default
        self.resource_path = f"/{repository.full_name}/labels/{quote(label.name)}"
        self.url = f"{inquiry.here.web}{self.resource_path}"

    @property
    def repository(self) -> Part:
        """Whose it is."""
        return self.inquiry.make.repository(self._repository)


class ThreadPart(WrittenPart):
    """What issues and pull requests have in common."""

    active_lock_reason = None
    milestone = None  # the sandbox has none, nor boards of projects
    section: str  # of the address for people

    def __init__(self, issue: Issue, repository: Repository, inquiry: Inquiry) -> None:
        moments = (issue.created_at, issue.updated_at)
        super().__init__(issue.author, issue.body or "", moments, repository, inquiry)
        self._issue = issue
        self.id = node_id(self.typename, issue.id)
        self.database_id, self.full_database_id = issue.id, str(issue.id)
        self.number, self.title, self.locked = issue.number, issue.title, issue.locked
        self.closed, self.closed_at = issue.state == CLOSED, issue.closed_at
        self.resource_path = f"/{repository.full_name}/{self.section}/{issue.number}"
        self.url = f"{inquiry.here.web}{self.resource_path}"

    def assignees(self, **page: Argument) -> Connection[str]:
        """Who is to see to it."""
        return Connection(self._issue.assignees, self.inquiry.make.account, page)

    assigned_actors = assignees

    def suggested_actors(self, **asked: Argument) -> Connection[str]:
        """Who may be asked to see to it."""
        repository: Any = self.repository
        found: Connection[str] = repository.assignable_users(**asked)
        return found

    def labels(
        self, *, order_by: dict[str, str] | None = None, **page: Argument
    ) -> Connection[Label]:
        """What it bears, by name."""
        found = [*self.inquiry.service.issues.labels.of(self._issue.id)]
        return labels(found, self._repository, self.inquiry, order_by, page)

    def comments(
        self, *, order_by: dict[str, str] | None = None, **page: Argument
    ) -> Connection[Comment]:
        """What is written below it, oldest first."""
        found = [*self.inquiry.service.issues.records.comments(self._issue)]
        if order_by is not None:
            descending = order_by["direction"] == "DESC"
            found.sort(key=lambda each: each.updated_at, reverse=descending)
        return Connection(found, self._comment, page)

    def project_cards(self, **page: Argument) -> Connection[Part]:
        """None: there are no projects."""
        return nothing(page)

    def project_items(self, **page: Argument) -> Connection[Part]:
        """None."""
        return nothing(page)

    def _comment(self, comment: Comment) -> Part:
        return self.inquiry.make.comment(comment, self._issue, self._repository)


class IssuePart(ThreadPart):
    """An issue."""

    typename, section = "Issue", "issues"
    is_pinned = False
    issue_type = parent = None

    @property
    def state(self) -> str:
        """OPEN or CLOSED."""
        return self._issue.state.upper()

    @property
    def state_reason(self) -> str | None:
        """Why it is in that state."""
        return self._issue.state_reason and self._issue.state_reason.upper()

    def sub_issues(self, **page: Argument) -> Connection[Any]:
        """None: issues stand beside each other here."""
        return nothing(page)

    blocked_by = blocking = sub_issues

    @property
    def sub_issues_summary(self) -> Mapping[str, int]:
        """The same in figures."""
        return {"total": 0, "completed": 0, "percent_completed": 0}


class CommentPart(WrittenPart):
    """What somebody wrote below an issue or a pull request."""

    typename = "IssueComment"
    is_minimized, minimized_reason = False, None

    def __init__(
        self, comment: Comment, issue: Issue, repository: Repository, inquiry: Inquiry
    ) -> None:
        moments = (comment.created_at, comment.updated_at)
        super().__init__(comment.author, comment.body, moments, repository, inquiry)
        self._below = issue
        self.id = node_id("IssueComment", comment.id)
        self.database_id, self.full_database_id = comment.id, str(comment.id)
        kind = "pull" if issue.pull else "issues"
        place = f"/{repository.full_name}/{kind}/{issue.number}"
        self.resource_path = f"{place}#issuecomment-{comment.id}"
        self.url = f"{inquiry.here.web}{self.resource_path}"
        self.viewer_can_delete = self.viewer_can_update
        self.includes_created_edit = comment.updated_at != comment.created_at
        self.last_edited_at = comment.updated_at if self.includes_created_edit else None

    @property
    def issue(self) -> Part:
        """Below which it stands; of a pull request too, as the issue that it is."""
        return IssuePart(self._below, self._repository, self.inquiry)

    @property
    def pull_request(self) -> Part | None:
        """The same as a pull request, if it is one."""
        if not self._below.pull:
            return None
        return self.inquiry.make.issue(self._below, self._repository)


def labels(
    found: list[Label],
    repository: Repository,
    inquiry: Inquiry,
    order: dict[str, str] | None,
    page: dict[str, Any],
) -> Connection[Label]:
    """A list of labels, ordered as a query asks; unless it does, by name."""
    if order is not None:
        if order["field"] == "CREATED_AT":
            found.sort(key=lambda each: each.id)
        if order["direction"] == "DESC":
            found.reverse()
    return Connection(found, lambda each: inquiry.make.label(each, repository), page)
