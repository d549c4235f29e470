"""Who am I, and what the client asks of every Hub before it does anything."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.http.bodies import with_body
from sandbox.http.request_log import reads_only
from sandbox.hub.http.access import Access
from sandbox.hub.http.errors import BadRequestError
from sandbox.hub.http.requests import json_object
from sandbox.hub.repositories.card import validate
from sandbox.hub.repositories.names import parse_kind

_LARGEST_CARD = 256 << 10  # bytes; reading YAML takes its time, and this needs no token


class AccountRoutes:
    """Endpoints that name no repository."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def routes(self) -> list[Route]:
        """The addresses served here."""
        validate_yaml = reads_only(with_body(self.validate_yaml, _LARGEST_CARD))
        return [
            Route("/api/whoami-v2", self.whoami),
            Route("/api/agent-harnesses", self.agent_harnesses),
            Route("/api/validate-yaml", validate_yaml, methods=["POST"]),
        ]

    def whoami(self, request: Request) -> Response:
        """`GET /api/whoami-v2`."""
        identity = self._access.require_user(request)
        return JSONResponse(self._access.accounts.whoami(identity))

    @staticmethod
    def agent_harnesses(_request: Request) -> Response:
        """`GET /api/agent-harnesses`: telemetry hints of the client; the sandbox has none."""
        return JSONResponse({"standardEnvVars": [], "harnesses": {}})

    def validate_yaml(self, request: Request, body: bytes) -> Response:
        """`POST /api/validate-yaml`: 400 for errors, in JSON or, where that is asked for, text."""
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
