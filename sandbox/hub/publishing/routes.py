"""Where a workflow's job exchanges its identity for a token (contract: the Hub's documentation)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.http.bodies import with_body
from sandbox.http.errors import NotImitatedError
from sandbox.hub.http.errors import BadRequestError
from sandbox.hub.http.requests import json_object
from sandbox.hub.publishing.exchange import Exchange, InvalidGrantError, InvalidRequestError
from sandbox.hub.publishing.tokens import LIFETIME

_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
_IDENTITY = "urn:ietf:params:oauth:token-type:id_token"
_ACCESS = "urn:ietf:params:oauth:token-type:access_token"
# What people and their browsers are for.
_OTHER_GRANTS = frozenset(
    {"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"}
)
_LIMIT = 64 << 10  # bytes
_NO_STORE = {"Cache-Control": "no-store"}


def exchange_routes(exchange: Exchange) -> list[Route]:
    """The addresses served here."""

    def token(_request: Request, body: bytes) -> Response:
        """`POST /oauth/token`; needs no token, and knows no other way than JSON."""
        try:
            value = exchange.exchange(*_asked(body))
        except InvalidRequestError as error:
            return _refused("invalid_request", str(error))
        except InvalidGrantError as error:
            return _refused("invalid_grant", str(error))
        said = {
            "access_token": value,
            "token_type": "bearer",
            "expires_in": LIFETIME,
            "issued_token_type": _ACCESS,
        }
        return JSONResponse(said, headers=_NO_STORE)

    return [Route("/oauth/token", with_body(token, _LIMIT), methods=["POST"])]


def _asked(body: bytes) -> tuple[str, str]:
    """The identity and the resource."""
    try:
        parsed = json_object(body)
    except BadRequestError as error:
        raise InvalidRequestError(error.message) from None
    grant = parsed.get("grant_type")
    if grant in _OTHER_GRANTS:
        raise NotImitatedError(f"the grant {grant}")
    if grant != _GRANT:
        raise InvalidRequestError(f"grant_type has to be {_GRANT}")
    if parsed.get("subject_token_type") != _IDENTITY:
        raise InvalidRequestError(f"subject_token_type has to be {_IDENTITY}")
    identity, resource = parsed.get("subject_token"), parsed.get("resource")
    if not isinstance(identity, str) or not identity:
        raise InvalidRequestError("subject_token is missing")
    if not isinstance(resource, str) or not resource:
        raise InvalidRequestError("resource is missing")
    return identity, resource


def _refused(error: str, why: str) -> Response:
    return JSONResponse({"error": error, "error_description": why}, 400, headers=_NO_STORE)
