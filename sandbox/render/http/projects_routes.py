"""Projects and their environments, of which this sandbox has none: none can be made.

Tools ask for them after every service. Writing to one is not imitated, nor is `environmentId`.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.render.http.errors import BadRequestError, NotFoundError
from sandbox.render.http.requests import Door, listed, page, time_parameter

_TIMES = ("createdBefore", "createdAfter", "updatedBefore", "updatedAfter")


class ProjectRoutes:
    """Endpoints about projects and environments."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[BaseRoute]:
        """The addresses served here."""
        keyed = self._door.keyed
        return [
            Route("/v1/projects", keyed(self.projects), methods=["GET"]),
            Route("/v1/projects/{id}", keyed(self.none), methods=["GET"]),
            Route("/v1/environments", keyed(self.environments), methods=["GET"]),
            Route("/v1/environments/{id}", keyed(self.none), methods=["GET"]),
        ]

    def projects(self, request: Request, _body: bytes) -> Response:
        """`GET /projects`."""
        return self._door.answer(_empty(request, "project"))

    def environments(self, request: Request, _body: bytes) -> Response:
        """`GET /environments`, of the projects that are named."""
        if not listed(request, "projectId"):
            raise BadRequestError("projectId is required")
        return self._door.answer(_empty(request, "environment"))

    @staticmethod
    def none(request: Request, _body: bytes) -> Response:
        """`GET …/{id}`."""
        raise NotFoundError(request.path_params["id"])


def _empty(request: Request, name: str) -> list[dict[str, Any]]:
    """A page of nothing; what a real list would refuse in a request is refused here too."""
    for each in _TIMES:
        time_parameter(request, each)
    return page(request, [], str, dict, name)
