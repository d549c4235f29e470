"""Issues, labels and comments as the API shows them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sandbox.github.http.access import Right, right_of_account
from sandbox.github.http.accounts import ACTIONS, Accounts
from sandbox.github.http.describe import node_id, simple_user
from sandbox.github.http.requests import Urls
from sandbox.github.issues.labels import Label
from sandbox.github.issues.records import Comment, Issue
from sandbox.github.repositories.registry import Repository

_REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def person(accounts: Accounts, login: str, here: Urls) -> dict[str, Any]:
    """Somebody by their login, who may have left the sandbox's stack files since."""
    return simple_user(accounts.account(login), here)


def association(accounts: Accounts, login: str, repository: Repository) -> str:
    """How somebody stands to a repository."""
    if login.lower() == repository.owner.lower():
        return "OWNER"
    if login != ACTIONS and right_of_account(accounts, login, repository) >= Right.WRITE:
        return "MEMBER"
    return "NONE"


def label_view(label: Label, repository: Repository, here: Urls) -> dict[str, Any]:
    """A label."""
    return {
        "id": label.id,
        "node_id": node_id("Label", label.id),
        "url": f"{here.api}/repos/{repository.full_name}/labels/{quote(label.name)}",
        "name": label.name,
        "color": label.color,
        "default": label.is_default,
        "description": label.description,
    }


def issue_view(
    issue: Issue,
    labels: Sequence[Label],
    comments: int,
    repository: Repository,
    accounts: Accounts,
    here: Urls,
) -> dict[str, Any]:
    """An issue, or the pull request as the issue that it is too."""
    place = f"{here.api}/repos/{repository.full_name}"
    api = f"{place}/issues/{issue.number}"
    kind = "pull" if issue.pull else "issues"
    web = f"{here.web}/{repository.full_name}/{kind}/{issue.number}"
    assignees = [person(accounts, login, here) for login in issue.assignees]
    shown: dict[str, Any] = {
        "id": issue.id,
        "node_id": node_id("PullRequest" if issue.pull else "Issue", issue.id),
        "url": api,
        "repository_url": place,
        "labels_url": f"{api}/labels{{/name}}",
        "comments_url": f"{api}/comments",
        "events_url": f"{api}/events",
        "timeline_url": f"{api}/timeline",
        "html_url": web,
        "number": issue.number,
        "state": issue.state,
        "state_reason": issue.state_reason,
        "title": issue.title,
        "body": issue.body,
        "user": person(accounts, issue.author, here),
        "labels": [label_view(each, repository, here) for each in labels],
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": None,
        "locked": issue.locked,
        "active_lock_reason": None,
        "comments": comments,
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "closed_at": issue.closed_at,
        "closed_by": issue.closed_by and person(accounts, issue.closed_by, here),
        "author_association": association(accounts, issue.author, repository),
        "reactions": _reactions(api),
        "performed_via_github_app": None,
    }
    if issue.pull:
        shown["draft"] = False
        shown["pull_request"] = {
            "url": f"{place}/pulls/{issue.number}",
            "html_url": web,
            "diff_url": f"{web}.diff",
            "patch_url": f"{web}.patch",
            "merged_at": None,
        }
    return shown


def comment_view(
    comment: Comment, issue: Issue, repository: Repository, accounts: Accounts, here: Urls
) -> dict[str, Any]:
    """What somebody wrote below an issue."""
    place = f"{here.api}/repos/{repository.full_name}/issues"
    kind = "pull" if issue.pull else "issues"
    web = f"{here.web}/{repository.full_name}/{kind}/{issue.number}"
    api = f"{place}/comments/{comment.id}"
    return {
        "id": comment.id,
        "node_id": node_id("IssueComment", comment.id),
        "url": api,
        "html_url": f"{web}#issuecomment-{comment.id}",
        "issue_url": f"{place}/{issue.number}",
        "body": comment.body,
        "user": person(accounts, comment.author, here),
        "created_at": comment.created_at,
        "updated_at": comment.updated_at,
        "author_association": association(accounts, comment.author, repository),
        "reactions": _reactions(api),
        "performed_via_github_app": None,
    }


def _reactions(api: str) -> dict[str, Any]:
    return {"url": f"{api}/reactions", "total_count": 0, **dict.fromkeys(_REACTIONS, 0)}
