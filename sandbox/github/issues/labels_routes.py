"""Labels of repositories, and of issues and pull requests."""

import re

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.access import Access
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError, UnprocessableError, there
from sandbox.github.http.requests import REPOSITORY, answer, listed, nothing, urls
from sandbox.github.issues.addressed_issues import ISSUE, AddressedIssues
from sandbox.github.issues.labels import Label
from sandbox.github.issues.records import Issue
from sandbox.github.issues.routes import label_names
from sandbox.github.issues.service import IssueService
from sandbox.github.issues.views import label_view
from sandbox.github.repositories.registry import Repository
from sandbox.http.handlers import at

_ONE = f"{REPOSITORY}/labels/{{name}}"
_OF_ISSUE = f"{ISSUE}/labels"
_COLOR = re.compile(r"[0-9a-fA-F]{6}")


class LabelRoutes(AddressedIssues):
    """Endpoints of labels."""

    def __init__(self, access: Access, issues: IssueService) -> None:
        super().__init__(access, issues)
        self._labels = issues.labels

    @at("GET", f"{REPOSITORY}/labels")
    def _list(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        here = urls(request)
        return listed(
            request,
            self._labels.list(repository.id),
            lambda each: label_view(each, repository, here),
        )

    @at("GET", _ONE)
    def _get(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        return self._shown(request, repository, self._label(repository, request))

    @at("POST", f"{REPOSITORY}/labels")
    def _add(self, request: Request, body: Body) -> Response:
        repository, _ = self._access.writable(request)
        name = body.text("name")
        if not name.strip():
            raise UnprocessableError("Validation Failed", "name can't be blank")
        color = _color(body, "ededed")
        made = self._labels.add(repository.id, name, color, body.optional_text("description"))
        return self._shown(request, repository, made, 201)

    @at("PATCH", _ONE)
    def _change(self, request: Request, body: Body) -> Response:
        repository, _ = self._access.writable(request)
        label = self._label(repository, request)
        described = "description" in body
        changed = self._labels.change(
            label,
            body.optional_text("new_name") or label.name,
            _color(body, label.color),
            body.optional_text("description") if described else label.description,
        )
        return self._shown(request, repository, changed)

    @at("DELETE", _ONE)
    def _remove(self, request: Request, _body: Body) -> Response:
        repository, _ = self._access.writable(request)
        self._labels.remove(self._label(repository, request))
        return nothing()

    @at("GET", _OF_ISSUE)
    def _of_issue(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        return self._borne(request, repository, self._issue(repository, request))

    @at("POST", _OF_ISSUE, array="labels")
    def _put_on(self, request: Request, body: Body) -> Response:
        """Added to those that are there."""
        repository, caller = self._access.writable(request)
        issue = self._issue(repository, request)
        self._issues.put_labels(repository, issue, caller.login, label_names(body))
        return self._borne(request, repository, issue)

    @at("PUT", _OF_ISSUE, array="labels")
    def _replace(self, request: Request, body: Body) -> Response:
        """These and no others."""
        repository, caller = self._access.writable(request)
        issue = self._issue(repository, request)
        self._issues.set_labels(repository, issue, caller.login, label_names(body))
        return self._borne(request, repository, issue)

    @at("DELETE", _OF_ISSUE)
    def _take_all(self, request: Request, _body: Body) -> Response:
        repository, caller = self._access.writable(request)
        issue = self._issue(repository, request)
        self._issues.set_labels(repository, issue, caller.login, ())
        return nothing()

    @at("DELETE", f"{_OF_ISSUE}/{{name}}")
    def _take(self, request: Request, _body: Body) -> Response:
        repository, caller = self._access.writable(request)
        issue, label = self._issue(repository, request), self._label(repository, request)
        if label.id not in {each.id for each in self._labels.of(issue.id)}:
            raise NotFoundError("Label does not exist")
        self._issues.take_labels(repository, issue, caller.login, [label])
        return self._borne(request, repository, issue)

    def _borne(self, request: Request, repository: Repository, issue: Issue) -> Response:
        here = urls(request)
        return listed(
            request, self._labels.of(issue.id), lambda each: label_view(each, repository, here)
        )

    def _shown(
        self, request: Request, repository: Repository, label: Label, status: int = 200
    ) -> Response:
        return answer(request, label_view(label, repository, urls(request)), status)

    def _label(self, repository: Repository, request: Request) -> Label:
        return there(self._labels.find(repository.id, request.path_params["name"]))


def _color(body: Body, default: str) -> str:
    color = (body.optional_text("color") or default).removeprefix("#")
    if not _COLOR.fullmatch(color):
        error = {"resource": "Label", "code": "invalid", "field": "color"}
        raise UnprocessableError("Validation Failed", [error])
    return color.lower()
