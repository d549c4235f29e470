"""Projects and their environments, of which this sandbox has none: none can be made.

Tools ask for them after every service. Writing to one is not imitated, nor is `environmentId`.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.http.handlers import at
from sandbox.render.http.errors import BadRequestError, NotFoundError
from sandbox.render.http.requests import Door, Routes, listed, page, time_parameter

_TIMES = ("createdBefore", "createdAfter", "updatedBefore", "updatedAfter")


class ProjectRoutes(Routes):
    """Endpoints about projects and environments."""

    def __init__(self, door: Door) -> None:
        self._door = door

    @at("GET", "/v1/projects")
    def _projects(self, request: Request, _body: bytes) -> Response:
        return self._door.answer(_empty(request, "project"))

    @at("GET", "/v1/environments")
    def _environments(self, request: Request, _body: bytes) -> Response:
        """Of the projects that are named."""
        if not listed(request, "projectId"):
            raise BadRequestError("projectId is required")
        return self._door.answer(_empty(request, "environment"))

    @staticmethod
    @at("GET", "/v1/projects/{id}", "/v1/environments/{id}")
    def _none(request: Request, _body: bytes) -> Response:
        raise NotFoundError(request.path_params["id"])


def _empty(request: Request, name: str) -> list[dict[str, Any]]:
    """A page of nothing; what a real list would refuse in a request is refused here too."""
    for each in _TIMES:
        time_parameter(request, each)
    return page(request, [], str, dict, name)
