"""What Render refuses, and the status and body with which it says so.

Bodies are `{"id": …, "message": …}` as in Render's own schema; `id` is that of the request.
"""

from typing import TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from sandbox.http.errors import Refusal, UnavailableError
from sandbox.http.request_id import request_id
from sandbox.machine.contract import MachineUnavailableError

Found = TypeVar("Found")


class Utf8Json(JSONResponse):
    """JSON as Render sends it."""

    media_type = "application/json; charset=utf-8"


class RenderError(Refusal):
    """A refusal of Render's; the message is for people."""


class BadRequestError(RenderError):
    """The request cannot be understood or breaks a rule of the platform."""

    status = 400


class UnauthorizedError(RenderError):
    """No key, a key of nobody, or a deploy hook's key that is not the service's."""

    status = 401
    message = "Unauthorized"


class PaymentRequiredError(RenderError):
    """Creating needs a card on file, also for the free plan."""

    status = 402
    message = (
        "Payment information is required to complete this request. To add a card, visit"
        " https://dashboard.render.com/billing"
    )


class NotFoundError(RenderError):
    """No such thing, or one in a workspace the key does not reach."""

    status = 404

    def __init__(self, identifier: str) -> None:
        super().__init__(f"not found: {identifier}")


def there(found: Found | None, identifier: str) -> Found:
    """What was looked for; raises NotFoundError if it was not found."""
    if found is None:
        raise NotFoundError(identifier)
    return found


class ConflictError(RenderError):
    """Something that must be unique exists already."""

    status = 409


def render_error(request: Request, error: Exception) -> Response:
    """Starlette's handler for refusals."""
    if isinstance(error, MachineUnavailableError):
        error = UnavailableError(str(error))
    if not isinstance(error, Refusal):  # registered for those two alone
        raise error
    return refused(request.scope, error.message, error.status)


def refused(scope: Scope, message: str, status: int) -> Response:
    """A refusal with the request's id."""
    return Utf8Json({"id": request_id(scope), "message": message}, status)
