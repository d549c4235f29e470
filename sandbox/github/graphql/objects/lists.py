"""Which issues and pull requests of a repository a query asks for, and in which order."""

from typing import Any

from sandbox.github.graphql.inquiry import Inquiry
from sandbox.github.issues.records import Issue
from sandbox.github.pulls.records import Pull
from sandbox.github.repositories.registry import Repository
from sandbox.http.errors import NotImitatedError


def chosen_issues(repository: Repository, inquiry: Inquiry, asked: dict[str, Any]) -> list[Issue]:
    """Issues, by state, labels and people."""
    service = inquiry.service.issues
    filters = {k: v for k, v in (asked.get("filter_by") or {}).items() if v is not None}
    states = {each.lower() for each in filters.get("states") or asked.get("states") or ()}
    names = {e.lower() for e in (*(asked.get("labels") or ()), *(filters.get("labels") or ()))}

    def fits(issue: Issue) -> bool:
        borne = {each.name.lower() for each in service.labels.of(issue.id)} if names else set()
        return (
            not issue.pull
            and (not states or issue.state in states)
            and (not names or bool(names & borne))
            and issue.updated_at >= filters.get("since", "")
            and _among(filters.get("created_by"), (issue.author,), inquiry)
            and _among(filters.get("assignee"), issue.assignees, inquiry)
            and ("mentioned" not in filters or mentions(issue, filters["mentioned"], inquiry))
        )

    found = [each for each in service.records.list(repository.id) if fits(each)]
    return _ordered(found, asked.get("order_by"), inquiry)


def chosen_pulls(repository: Repository, inquiry: Inquiry, asked: dict[str, Any]) -> list[Pull]:
    """Pull requests, by state, branches and labels."""
    service = inquiry.service
    states, base, head = asked.get("states"), asked.get("base_ref_name"), asked.get("head_ref_name")
    names = {each.lower() for each in asked.get("labels") or ()}

    def fits(pull: Pull) -> bool:
        bears = service.issues.labels.of(pull.issue.id) if names else ()
        return (
            (states is None or state_of(pull) in states)
            and base in (None, pull.base)
            and head in (None, pull.head)
            and (not names or bool(names & {each.name.lower() for each in bears}))
        )

    found = [each for each in service.pulls.records.list(repository.id) if fits(each)]
    by_issue = {each.issue.id: each for each in found}
    ordered = _ordered([each.issue for each in found], asked.get("order_by"), inquiry)
    return [by_issue[each.id] for each in ordered]


def state_of(pull: Pull) -> str:
    """OPEN, CLOSED or MERGED."""
    return "MERGED" if pull.merged else pull.issue.state.upper()


def mentions(issue: Issue, login: str, inquiry: Inquiry) -> bool:
    """Whether somebody is named in an issue or below it."""
    comments = inquiry.service.issues.records.comments(issue)
    texts = [issue.body or "", *(each.body for each in comments)]
    return any(f"@{login}".lower() in text.lower() for text in texts)


def _among(login: str | None, logins: tuple[str, ...], inquiry: Inquiry) -> bool:
    if login is None:
        return True
    wanted = (inquiry.caller.login if login == "@me" else login).lower()
    return wanted == "*" or wanted in {each.lower() for each in logins}


def _ordered(found: list[Issue], order: dict[str, str] | None, inquiry: Inquiry) -> list[Issue]:
    field = order["field"] if order else "CREATED_AT"
    found.sort(key=lambda each: each.number)
    if field == "UPDATED_AT":
        found.sort(key=lambda each: each.updated_at)
    elif field == "COMMENTS":
        found.sort(key=lambda each: len(inquiry.service.issues.records.comments(each)))
    elif field != "CREATED_AT":
        raise NotImitatedError(f"lists in the order of {field}")
    if order and order["direction"] == "DESC":
        found.reverse()
    return found
