"""Deploys, rollbacks, and the deploy hook, which stands outside `/v1` and takes no bearer key."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.http.bodies import Endpoint
from sandbox.http.errors import NotImitatedError
from sandbox.render.deploys.records import Deploy, Status
from sandbox.render.http import body as read
from sandbox.render.http.errors import UnauthorizedError
from sandbox.render.http.requests import Door, listed, page, within
from sandbox.render.services.service import RenderService

_DEPLOYS = "/v1/services/{id}/deploys"
_ACCEPTED = 202


class DeployRoutes:
    """Endpoints about deploys."""

    def __init__(self, service: RenderService, door: Door) -> None:
        self._service = service
        self._door = door

    def routes(self) -> list[BaseRoute]:
        """The addresses served here."""
        keyed = self._door.keyed
        return [
            Route(_DEPLOYS, keyed(self.listing), methods=["GET"]),
            Route(_DEPLOYS, keyed(self.create), methods=["POST"]),
            Route(f"{_DEPLOYS}/{{deploy}}", keyed(self.get), methods=["GET"]),
            Route(f"{_DEPLOYS}/{{deploy}}/cancel", keyed(self.cancel), methods=["POST"]),
            Route("/v1/services/{id}/rollback", keyed(self.rollback), methods=["POST"]),
            Route("/deploy/{id}", _changing(self.hook), methods=["GET", "POST"]),
        ]

    def listing(self, request: Request, _body: bytes) -> Response:
        """`GET …/deploys`, newest first."""
        service = self._service.find(request.path_params["id"])
        statuses = listed(request, "status")
        found = [
            each
            for each in self._service.parts.deploys.of(service.number)
            if (not statuses or each.status in statuses) and _in_times(request, each)
        ]
        describe = self._service.describe.deploy
        return self._door.answer(page(request, found, lambda each: each.id, describe, "deploy"))

    def create(self, request: Request, body: bytes) -> Response:
        """`POST …/deploys`: 201 with the deploy, or 202 without a body when it has to wait."""
        deploy = self._service.deploy(request.path_params["id"], read.json_object(body))
        if deploy.status is Status.QUEUED:
            return Response(status_code=_ACCEPTED)
        return self._door.answer(self._service.describe.deploy(deploy), 201)

    def get(self, request: Request, _body: bytes) -> Response:
        """`GET …/deploys/{deploy}`."""
        service = self._service.find(request.path_params["id"])
        found = self._service.parts.deploys.find(service.number, request.path_params["deploy"])
        return self._door.answer(self._service.describe.deploy(found))

    def cancel(self, request: Request, _body: bytes) -> Response:
        """`POST …/cancel`."""
        parameters = request.path_params
        canceled = self._service.cancel(parameters["id"], parameters["deploy"])
        return self._door.answer(self._service.describe.deploy(canceled))

    def rollback(self, request: Request, body: bytes) -> Response:
        """`POST …/rollback {deployId}`."""
        deploy = self._service.rollback(request.path_params["id"], read.json_object(body))
        return self._door.answer(self._service.describe.deploy(deploy), 201)

    async def hook(self, request: Request) -> Response:
        """`GET|POST /deploy/{id}?key=…[&ref=…][&imgURL=…]`."""
        query = request.query_params
        if request.method == "HEAD":  # Starlette adds it to GET; a look must not deploy
            raise NotImitatedError("HEAD of deploy hooks")
        if not self._service.account.has_hook_key(query.get("key", "")):
            raise UnauthorizedError
        deploy = await run_in_threadpool(
            self._service.hook, request.path_params["id"], query.get("ref"), query.get("imgURL")
        )
        return self._door.answer({"deploy": {"id": deploy.id}})


def _changing(endpoint: Endpoint) -> Endpoint:
    """Tells the request log that this changes something, whatever its method suggests."""

    async def declared(request: Request) -> Response:
        return await endpoint(request)

    vars(declared)["mutates"] = True
    return declared


def _in_times(request: Request, deploy: Deploy) -> bool:
    times = {
        "created": deploy.created_at,
        "updated": deploy.updated_at,
        "finished": deploy.finished_at,
    }
    return within(request, times)
