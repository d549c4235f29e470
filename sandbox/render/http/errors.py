"""What Render refuses, and the status and body with which it says so.

Bodies are `{"id": …, "message": …}` as in Render's own schema; `id` is that of the request.
"""

from typing import ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

REQUEST_ID_STATE = "render_request_id"


class RenderError(Exception):
    """A refusal; the message is for people."""

    status: ClassVar[int] = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadRequestError(RenderError):
    """The request cannot be understood or breaks a rule of the platform."""

    status = 400


class UnauthorizedError(RenderError):
    """No key, a key of nobody, or a deploy hook's key that is not the service's."""

    status = 401

    def __init__(self) -> None:
        super().__init__("Unauthorized")


class PaymentRequiredError(RenderError):
    """Creating needs a card on file, also for the free plan."""

    status = 402

    def __init__(self) -> None:
        super().__init__(
            "Payment information is required to complete this request. To add a card, visit"
            " https://dashboard.render.com/billing"
        )


class NotFoundError(RenderError):
    """No such thing, or one in a workspace the key does not reach."""

    status = 404

    def __init__(self, identifier: str) -> None:
        super().__init__(f"not found: {identifier}")


class ConflictError(RenderError):
    """Something that must be unique exists already."""

    status = 409


class NotImitatedError(RenderError):
    """Render can do this, the sandbox cannot: said aloud, never a silent 200."""

    status = 501

    def __init__(self, what: str) -> None:
        super().__init__(f"The sandbox does not imitate {what}")


def render_error(request: Request, error: Exception) -> Response:
    """Starlette's handler for RenderError."""
    if not isinstance(error, RenderError):  # registered for RenderError alone; else it is a bug
        raise error
    identifier = request.scope.get(REQUEST_ID_STATE, "")
    return JSONResponse({"id": identifier, "message": error.message}, error.status)
