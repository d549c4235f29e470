"""Dispatches: events that callers send so that workflows run."""

import json

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.contract import NoSuchWorkflowError, RunHost, Trigger
from sandbox.github.http.access import Access
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError, UnprocessableError, invalid
from sandbox.github.http.requests import REPOSITORY, Routes, answer, nothing, urls
from sandbox.github.repositories.registry import Repository
from sandbox.http.handlers import at

_MOST_KEYS = 10
_LARGEST_PAYLOAD = 64 << 10  # bytes
_MOST_INPUTS = 25
_LONGEST_TYPE = 100  # characters
_WORKFLOW = f"{REPOSITORY}/actions/workflows/{{workflow}}/dispatches"


class DispatchRoutes(Routes):
    """Endpoints of dispatches."""

    def __init__(self, access: Access, run_host: RunHost) -> None:
        self._access = access
        self._run_host = run_host

    @at("POST", f"{REPOSITORY}/dispatches")
    def _repository(self, request: Request, body: Body) -> Response:
        """To the workflows of the default branch."""
        repository, caller = self._access.writable(request)
        kind = body.text("event_type")
        if not 0 < len(kind) <= _LONGEST_TYPE:
            raise invalid("Dispatch", "event_type", f"has 1 to {_LONGEST_TYPE} characters")
        payload = body.mapping("client_payload") or {}
        if len(payload) > _MOST_KEYS:
            raise UnprocessableError(
                f"Invalid request.\n\nNo more than {_MOST_KEYS} properties are allowed; "
                f"{len(payload)} were supplied."
            )
        if len(json.dumps(payload).encode()) >= _LARGEST_PAYLOAD:
            raise UnprocessableError("client_payload is too large: it may have 64 KB.")
        commit = repository.git.resolve("HEAD")
        if commit is not None:
            self._run_host.triggered(
                Trigger(
                    repository=repository.full_name,
                    event="repository_dispatch",
                    ref=f"refs/heads/{repository.git.default_branch()}",
                    commit=commit,
                    actor=caller.login,
                    payload={"action": kind, "client_payload": payload},
                )
            )
        return nothing()

    @at("POST", _WORKFLOW)
    def _workflow(self, request: Request, body: Body) -> Response:
        """One workflow, at a branch or tag."""
        repository, caller = self._access.writable(request)
        inputs = body.mapping("inputs") or {}
        if len(inputs) > _MOST_INPUTS:
            raise UnprocessableError(f"you may only define up to {_MOST_INPUTS} inputs")
        ref, commit = _reference(repository, body.text("ref"))
        trigger = Trigger(
            repository=repository.full_name,
            event="workflow_dispatch",
            ref=ref,
            commit=commit,
            actor=caller.login,
            workflow=request.path_params["workflow"],
            payload=inputs,
        )
        try:
            runs = self._run_host.triggered(trigger)
        except NoSuchWorkflowError as error:
            if str(error) == "Not Found":
                raise NotFoundError from None
            raise UnprocessableError(str(error)) from None
        if not runs or not body.flag("return_run_details", default=False):
            return nothing()
        here, name = urls(request), repository.full_name
        details = {
            "workflow_run_id": runs[0],
            "run_url": f"{here.api}/repos/{name}/actions/runs/{runs[0]}",
            "html_url": f"{here.web}/{name}/actions/runs/{runs[0]}",
        }
        return answer(request, details)


def _reference(repository: Repository, wanted: str) -> tuple[str, str]:
    known = repository.git.references()
    for name in (f"refs/heads/{wanted}", f"refs/tags/{wanted}", wanted):
        commit = repository.git.resolve(name) if name in known else None
        if commit is not None:
            return name, commit
    raise UnprocessableError(f"No ref found for: {wanted}")
