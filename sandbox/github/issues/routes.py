"""Issues: opening, listing and changing them."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.access import ISSUES, require_own
from sandbox.github.http.accounts import Caller
from sandbox.github.http.body import Body
from sandbox.github.http.errors import UnprocessableError
from sandbox.github.http.requests import REPOSITORY, answer, listed, urls
from sandbox.github.issues.addressed_issues import ISSUE, AddressedIssues
from sandbox.github.issues.records import CLOSED, OPEN, Issue
from sandbox.github.repositories.registry import Repository
from sandbox.http.errors import NotImitatedError
from sandbox.http.handlers import at

_REASONS = ("completed", "not_planned", "reopened", "duplicate")


class IssueRoutes(AddressedIssues):
    """Endpoints of issues; pull requests answer here too, as on the platform."""

    @at("GET", f"{REPOSITORY}/issues")
    def _list(self, request: Request, _body: Body) -> Response:
        """Pull requests included; open ones unless `state` says otherwise."""
        repository = self._access.readable(request)
        asked = request.query_params
        state = asked.get("state", OPEN)
        kept = None if state == "all" else state
        found = [*self._issues.records.list(repository.id, state=kept)]
        wanted = {name.lower() for name in asked.get("labels", "").split(",") if name}
        if wanted:
            found = [each for each in found if wanted <= self._names(each)]
        for key, of in (("creator", lambda each: (each.author,)), ("assignee", _assignees)):
            if key in asked and asked[key] != "*":
                login = asked[key].lower()
                found = [e for e in found if login in [name.lower() for name in of(e)]]
        if "since" in asked:
            found = [each for each in found if each.updated_at >= asked["since"]]
        if asked.get("sort") == "updated":
            found.sort(key=lambda each: each.updated_at, reverse=True)
        if asked.get("direction") == "asc":
            found.reverse()
        here = urls(request)
        return listed(request, found, lambda each: self._issues.view(each, repository, here))

    @at("POST", f"{REPOSITORY}/issues")
    def _add(self, request: Request, body: Body) -> Response:
        """By anybody who sees the repository."""
        repository, caller = self._seen(request)
        if body.fields.get("milestone") is not None:
            raise NotImitatedError("milestones of issues")
        issue = self._issues.open(
            repository,
            caller,
            _title(body),
            body.optional_text("body"),
            labels=label_names(body),
            assignees=_logins(body),
        )
        view = self._issues.view(issue, repository, urls(request))
        return answer(request, view, 201, {"Location": view["url"]})

    @at("GET", ISSUE)
    def _get(self, request: Request, _body: Body) -> Response:
        repository, issue = self._addressed(request)
        return answer(request, self._issues.view(issue, repository, urls(request)))

    @at("PATCH", ISSUE)
    def _change(self, request: Request, body: Body) -> Response:
        """By its author or who may write."""
        repository, issue, caller = self._own(request)
        if body.fields.get("milestone") is not None:
            raise NotImitatedError("milestones of issues")
        words: dict[str, str | None] = {}
        if "title" in body:
            words["title"] = _title(body)
        if "body" in body:
            words["body"] = body.optional_text("body")
        state, reason = _wanted_state(body, issue)
        issue = self._issues.change(
            repository,
            issue,
            caller,
            words=words,
            labels=label_names(body) if "labels" in body else None,
            assignees=_logins(body) if "assignees" in body else None,
            state=state,
            reason=reason,
        )
        return answer(request, self._issues.view(issue, repository, urls(request)))

    @at("POST", f"{ISSUE}/assignees")
    def _assign(self, request: Request, body: Body) -> Response:
        repository, issue, _ = self._sorted(request)
        issue = self._issues.assign(repository, issue, _logins(body))
        return answer(request, self._issues.view(issue, repository, urls(request)), 201)

    @at("DELETE", f"{ISSUE}/assignees")
    def _unassign(self, request: Request, body: Body) -> Response:
        repository, issue, _ = self._sorted(request)
        issue = self._issues.unassign(issue, _logins(body))
        return answer(request, self._issues.view(issue, repository, urls(request)))

    # --- inside

    def _names(self, issue: Issue) -> set[str]:
        return {each.name.lower() for each in self._issues.labels.of(issue.id)}

    def _own(self, request: Request) -> tuple[Repository, Issue, Caller]:
        repository, caller = self._seen(request)
        issue = self._issue(repository, request)
        require_own(caller, issue.author, repository, ISSUES)
        return repository, issue, caller

    def _sorted(self, request: Request) -> tuple[Repository, Issue, Caller]:
        repository, caller = self._access.writable(request)
        return repository, self._issue(repository, request), caller


def label_names(body: Body) -> list[str]:
    """Labels of a body: names, or objects that have one."""
    named = [e.get("name") if isinstance(e, dict) else e for e in body.sequence("labels")]
    for each in named:
        if not isinstance(each, str) or not each.strip():
            raise UnprocessableError("Validation Failed", "a label is a name")
    return [str(each) for each in named]


def _wanted_state(body: Body, issue: Issue) -> tuple[str, str | None]:
    state = body.choice("state", (OPEN, CLOSED), issue.state)
    if state == OPEN and issue.state == CLOSED and issue.pull:
        raise NotImitatedError("reopening a pull request as an issue; use /pulls/{number}")
    reason = body.optional_text("state_reason")
    if reason is not None and reason not in _REASONS:
        raise UnprocessableError(f"state_reason can't be {reason}")
    return state, reason


def _assignees(issue: Issue) -> Sequence[str]:
    return issue.assignees


def _title(body: Body) -> str | None:
    return None if body.fields.get("title") is None else str(body.fields["title"])


def _logins(body: Body) -> list[str]:
    return [str(each) for each in body.sequence("assignees")]
