"""What happened, `/v1/logs` and events, and who is told of it."""

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from sandbox.http.handlers import at
from sandbox.render.http import body as read
from sandbox.render.http.errors import BadRequestError, NotFoundError
from sandbox.render.http.ids import now, written
from sandbox.render.http.requests import Door, Routes, limit_of, listed, page, time_parameter
from sandbox.render.services.logs import LogQuery
from sandbox.render.services.service import RenderService

_WINDOW = timedelta(hours=1)  # of logs, unless told
_OVERRIDES = "/v1/notification-settings/overrides/services/{id}"
_BEGINNING = "0001"  # before every time, as text


class ObserveRoutes(Routes):
    """Endpoints about logs and events."""

    def __init__(self, service: RenderService, door: Door) -> None:
        self._service = service
        self._door = door

    @at("GET", "/v1/logs")
    def _logs(self, request: Request, _body: bytes) -> Response:
        """By owner, services and times; there is no filter by deploy."""
        owner = self._service.account.owner_of_new(request.query_params.get("ownerId"))
        resources = listed(request, "resource")
        if not resources:
            raise BadRequestError("resource is required")
        services = {each.number: each.id for each in map(self._service.find, resources)
                    if each.owner == owner}  # fmt: skip
        direction = request.query_params.get("direction", "backward")
        if direction not in {"backward", "forward"}:
            raise BadRequestError("direction must be backward or forward")
        start, end = self._window(request)
        query = LogQuery(
            services=list(services),
            start=start,
            end=end,
            backward=direction == "backward",
            limit=limit_of(request),
            types=listed(request, "type"),
            levels=listed(request, "level"),
            instances=listed(request, "instance"),
            texts=request.query_params.getlist("text"),
        )
        lines, more = self._service.parts.logs.find(query)
        if lines and query.backward:
            end = _moved(lines[-1].at, -1)
        elif lines:
            start = _moved(lines[-1].at, 1)
        described = [self._service.describe.log(each, services[each.service]) for each in lines]
        return self._door.answer(
            {"logs": described, "hasMore": more, "nextStartTime": start, "nextEndTime": end}
        )

    @at("GET", "/v1/services/{id}/events")
    def _events(self, request: Request, _body: bytes) -> Response:
        """Newest first."""
        service = self._service.find(request.path_params["id"])
        found = self._service.parts.events.of(
            service.number,
            listed(request, "type"),
            time_parameter(request, "startTime") or _BEGINNING,
            time_parameter(request, "endTime") or now(),
        )
        return self._door.answer(
            page(
                request,
                found,
                lambda each: each.id,
                lambda each: self._service.describe.event(each, service.id),
                "event",
            )
        )

    @at("GET", "/v1/events/{id}")
    def _event(self, request: Request, _body: bytes) -> Response:
        found = self._service.parts.events.find(request.path_params["id"])
        service = self._service.parts.services.get(found.service)
        if service is None or service.deleted:
            raise NotFoundError(found.id)
        return self._door.answer(self._service.describe.event(found, service.id))

    @at("GET", _OVERRIDES)
    def _override(self, request: Request, _body: bytes) -> Response:
        service = self._service.find(request.path_params["id"])
        found = self._service.notifications.of(service.number)
        return self._door.answer(found.description(service.id))

    @at("PATCH", _OVERRIDES)
    def _change_override(self, request: Request, body: bytes) -> Response:
        """What is not sent stays."""
        service = self._service.find(request.path_params["id"])
        given = read.json_object(body)
        changed = self._service.notifications.change(service.number, given)
        return self._door.answer(changed.description(service.id))

    @staticmethod
    @at("GET", "/v1/logs/streams/resource/{id}")
    def _log_stream(request: Request, _body: bytes) -> Response:
        """None is sent anywhere, and nobody can say so here."""
        raise NotFoundError(request.path_params["id"])

    @at("GET", "/v1/services/{id}/custom-domains")
    def _domains(self, request: Request, _body: bytes) -> Response:
        """None can be added here."""
        self._service.find(request.path_params["id"])
        limit_of(request)
        return self._door.answer([])

    @staticmethod
    def _window(request: Request) -> tuple[str, str]:
        end = time_parameter(request, "endTime") or now()
        default = written(datetime.fromisoformat(end) - _WINDOW)
        return time_parameter(request, "startTime") or default, end


def _moved(moment: str, microseconds: int) -> str:
    return written(datetime.fromisoformat(moment) + timedelta(microseconds=microseconds))
