"""Pull requests, reviews and comments on lines as the API shows them."""

from dataclasses import dataclass
from typing import Any

from sandbox.github.http.accounts import Accounts
from sandbox.github.http.describe import full_repository, node_id
from sandbox.github.http.requests import Urls
from sandbox.github.issues.labels import Label
from sandbox.github.issues.views import association, label_view, person
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.reviews import Review, ReviewComment
from sandbox.github.repositories.registry import Repository


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much a pull request is, which lists leave out."""

    commits: int
    additions: int  # lines
    deletions: int
    changed_files: int
    comments: int
    review_comments: int
    state: str  # clean, dirty, blocked, unstable, draft, behind or unknown


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A pull request with what its view is made of."""

    pull: Pull
    repository: Repository
    head_repository: Repository | None  # None if it is gone
    labels: tuple[Label, ...]
    asked: tuple[str, ...]  # logins


def simple_pull(shown: Shown, accounts: Accounts, here: Urls) -> dict[str, Any]:
    """A pull request as lists have it."""
    pull, issue, repository = shown.pull, shown.pull.issue, shown.repository
    place = f"{here.api}/repos/{repository.full_name}"
    api, web = f"{place}/pulls/{issue.number}", page_of(pull, repository, here)
    assignees = [person(accounts, login, here) for login in issue.assignees]
    return {
        "id": issue.id,
        "node_id": node_id("PullRequest", issue.id),
        "url": api,
        "html_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "issue_url": f"{place}/issues/{issue.number}",
        "commits_url": f"{api}/commits",
        "review_comments_url": f"{api}/comments",
        "review_comment_url": f"{place}/pulls/comments{{/number}}",
        "comments_url": f"{place}/issues/{issue.number}/comments",
        "statuses_url": f"{place}/statuses/{pull.head_sha}",
        "number": issue.number,
        "state": issue.state,
        "locked": issue.locked,
        "active_lock_reason": None,
        "title": issue.title,
        "user": person(accounts, issue.author, here),
        "body": issue.body,
        "labels": [label_view(each, repository, here) for each in shown.labels],
        "milestone": None,
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "closed_at": issue.closed_at,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_sha,
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "requested_reviewers": [person(accounts, login, here) for login in shown.asked],
        "requested_teams": [],
        "head": _side(
            shown.head_repository, pull.head_owner, pull.head, pull.head_sha, accounts, here
        ),
        "base": _side(repository, repository.owner, pull.base, pull.base_sha, accounts, here),
        "author_association": association(accounts, issue.author, repository),
        "auto_merge": None,
        "draft": pull.draft,
        "_links": {
            "self": {"href": api},
            "html": {"href": web},
            "issue": {"href": f"{place}/issues/{issue.number}"},
            "comments": {"href": f"{place}/issues/{issue.number}/comments"},
            "review_comments": {"href": f"{api}/comments"},
            "review_comment": {"href": f"{place}/pulls/comments{{/number}}"},
            "commits": {"href": f"{api}/commits"},
            "statuses": {"href": f"{place}/statuses/{pull.head_sha}"},
        },
    }


def full_pull(shown: Shown, size: Size, accounts: Accounts, here: Urls) -> dict[str, Any]:
    """A pull request as such."""
    pull = shown.pull
    return {
        **simple_pull(shown, accounts, here),
        "merged": pull.merged,
        "mergeable": None if pull.merged else pull.mergeable,
        "rebaseable": None if pull.merged else pull.mergeable,
        "mergeable_state": size.state,
        "merged_by": pull.merged_by and person(accounts, pull.merged_by, here),
        "comments": size.comments,
        "review_comments": size.review_comments,
        "maintainer_can_modify": pull.maintainer_can_modify,
        "commits": size.commits,
        "additions": size.additions,
        "deletions": size.deletions,
        "changed_files": size.changed_files,
    }


def page_of(pull: Pull, repository: Repository, here: Urls) -> str:
    """The address for people."""
    return f"{here.web}/{repository.full_name}/pull/{pull.number}"


def review_view(
    review: Review, pull: Pull, repository: Repository, accounts: Accounts, here: Urls
) -> dict[str, Any]:
    """A review."""
    web = f"{page_of(pull, repository, here)}#pullrequestreview-{review.id}"
    api = f"{here.api}/repos/{repository.full_name}/pulls/{pull.number}"
    shown = {
        "id": review.id,
        "node_id": node_id("PullRequestReview", review.id),
        "user": person(accounts, review.author, here),
        "body": review.body,
        "state": review.state,
        "html_url": web,
        "pull_request_url": api,
        "author_association": association(accounts, review.author, repository),
        "_links": {"html": {"href": web}, "pull_request": {"href": api}},
        "commit_id": review.commit_id,
    }
    if review.submitted_at is not None:
        shown["submitted_at"] = review.submitted_at
    return shown


def review_comment_view(
    comment: ReviewComment, pull: Pull, repository: Repository, accounts: Accounts, here: Urls
) -> dict[str, Any]:
    """What somebody said of a line."""
    place = f"{here.api}/repos/{repository.full_name}/pulls"
    api, pull_api = f"{place}/comments/{comment.id}", f"{place}/{pull.number}"
    web = f"{page_of(pull, repository, here)}#discussion_r{comment.id}"
    # A comment on a line that a later push changed is about none of today's lines.
    line = comment.line if comment.commit_id == pull.head_sha else None
    shown: dict[str, Any] = {
        "id": comment.id,
        "node_id": node_id("PullRequestReviewComment", comment.id),
        "url": api,
        "html_url": web,
        "pull_request_url": pull_api,
        "pull_request_review_id": comment.review,
        "diff_hunk": comment.hunk,
        "path": comment.path,
        "commit_id": comment.commit_id,
        "original_commit_id": comment.commit_id,
        "position": line,
        "original_position": comment.line or 1,
        "line": line,
        "original_line": comment.line,
        "start_line": comment.start_line,
        "original_start_line": comment.start_line,
        "side": comment.side,
        "start_side": comment.side if comment.start_line else None,
        "subject_type": "file" if comment.line is None else "line",
        "user": person(accounts, comment.author, here),
        "body": comment.body,
        "created_at": comment.created_at,
        "updated_at": comment.updated_at,
        "author_association": association(accounts, comment.author, repository),
        "_links": {
            "self": {"href": api},
            "html": {"href": web},
            "pull_request": {"href": pull_api},
        },
    }
    if comment.in_reply_to is not None:
        shown["in_reply_to_id"] = comment.in_reply_to
    return shown


def _side(
    repository: Repository | None,
    owner: str,
    branch: str,
    sha: str,
    accounts: Accounts,
    here: Urls,
) -> dict[str, Any]:
    return {
        "label": f"{owner}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": person(accounts, owner, here),
        "repo": repository and full_repository(repository, accounts, None, here),
    }
