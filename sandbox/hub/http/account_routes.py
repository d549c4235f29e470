"""Who am I, and what the client asks of every Hub before it does anything."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from sandbox.http.handlers import Handlers, at
from sandbox.http.request_log import reads_only
from sandbox.hub.http.access import Access
from sandbox.hub.http.errors import BadRequestError
from sandbox.hub.http.requests import json_object
from sandbox.hub.repositories.card import validate
from sandbox.hub.repositories.names import parse_kind

_LARGEST_CARD = 256 << 10  # bytes; reading YAML takes its time, and this needs no token


class AccountRoutes(Handlers):
    """Endpoints that name no repository."""

    def __init__(self, access: Access) -> None:
        self._access = access

    @at("GET", "/api/whoami-v2")
    def _whoami(self, request: Request) -> Response:
        identity = self._access.require_user(request)
        return JSONResponse(self._access.accounts.whoami(identity))

    @staticmethod
    @at("GET", "/api/agent-harnesses")
    def _agent_harnesses(_request: Request) -> Response:
        """Telemetry hints of the client; the sandbox has none."""
        return JSONResponse({"standardEnvVars": [], "harnesses": {}})

    @at("POST", "/api/validate-yaml", limit=_LARGEST_CARD)
    @reads_only
    def _validate_yaml(self, request: Request, body: bytes) -> Response:
        """400 for errors, in JSON or, where that is asked for, text."""
        self._access.caller(request)
        parsed = json_object(body)
        content = parsed.get("content")
        if not isinstance(content, str):
            raise BadRequestError('"content" must be a string')
        report = validate(content, parse_kind(parsed.get("repoType")))
        status = 400 if report.errors else 200
        if request.headers.get("accept", "").startswith("text/plain"):
            lines = [f"- Error: {message}" for message in report.errors]
            lines += [f"- Warning: {message}" for message in report.warnings]
            return PlainTextResponse("\n".join(lines), status)
        answer = {
            "errors": [{"message": message} for message in report.errors],
            "warnings": [{"message": message} for message in report.warnings],
        }
        return JSONResponse(answer, status)
