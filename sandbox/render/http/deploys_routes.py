"""Deploys, rollbacks, and the deploy hook, which stands outside `/v1` and takes no bearer key."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sandbox.http.errors import NotImitatedError
from sandbox.http.handlers import at
from sandbox.http.request_log import changes
from sandbox.render.deploys.records import Deploy, Status
from sandbox.render.http import body as read
from sandbox.render.http.errors import UnauthorizedError
from sandbox.render.http.requests import Door, Routes, listed, page, unkeyed, within
from sandbox.render.services.service import RenderService

_DEPLOYS = "/v1/services/{id}/deploys"
_ACCEPTED = 202


class DeployRoutes(Routes):
    """Endpoints about deploys."""

    def __init__(self, service: RenderService, door: Door) -> None:
        self._service = service
        self._door = door

    @at("GET", _DEPLOYS)
    def _listing(self, request: Request, _body: bytes) -> Response:
        """Newest first."""
        service = self._service.find(request.path_params["id"])
        statuses = listed(request, "status")
        found = [
            each
            for each in self._service.parts.deploys.of(service.number)
            if (not statuses or each.status in statuses) and _in_times(request, each)
        ]
        describe = self._service.describe.deploy
        return self._door.answer(page(request, found, lambda each: each.id, describe, "deploy"))

    @at("POST", _DEPLOYS)
    def _create(self, request: Request, body: bytes) -> Response:
        """201 with the deploy, or 202 without a body when it has to wait."""
        deploy = self._service.deploy(request.path_params["id"], read.json_object(body))
        if deploy.status is Status.QUEUED:
            return Response(status_code=_ACCEPTED)
        return self._door.answer(self._service.describe.deploy(deploy), 201)

    @at("GET", f"{_DEPLOYS}/{{deploy}}")
    def _get(self, request: Request, _body: bytes) -> Response:
        service = self._service.find(request.path_params["id"])
        found = self._service.parts.deploys.find(service.number, request.path_params["deploy"])
        return self._door.answer(self._service.describe.deploy(found))

    @at("POST", f"{_DEPLOYS}/{{deploy}}/cancel")
    def _cancel(self, request: Request, _body: bytes) -> Response:
        parameters = request.path_params
        canceled = self._service.cancel(parameters["id"], parameters["deploy"])
        return self._door.answer(self._service.describe.deploy(canceled))

    @at("POST", "/v1/services/{id}/rollback")
    def _rollback(self, request: Request, body: bytes) -> Response:
        """`POST …/rollback {deployId}`."""
        deploy = self._service.rollback(request.path_params["id"], read.json_object(body))
        return self._door.answer(self._service.describe.deploy(deploy), 201)

    @at("GET", "/deploy/{id}")
    @at("POST", "/deploy/{id}")
    @changes
    @unkeyed
    async def _hook(self, request: Request) -> Response:
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


def _in_times(request: Request, deploy: Deploy) -> bool:
    times = {
        "created": deploy.created_at,
        "updated": deploy.updated_at,
        "finished": deploy.finished_at,
    }
    return within(request, times)
