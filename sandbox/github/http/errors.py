"""What GitHub refuses, and the status and body with which it says so."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

DOCUMENTATION = "https://docs.github.com/rest"


class GitHubError(Exception):
    """A refusal. `message` is for people; `errors` go into the body's list of that name."""

    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str,
        errors: Sequence[Mapping[str, Any]] | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})


class BadRequestError(GitHubError):
    """The body is no JSON, or no JSON object."""

    status = 400


class BadCredentialsError(GitHubError):
    """A token was sent that belongs to nobody."""

    status = 401

    def __init__(self) -> None:
        super().__init__("Bad credentials")


class AuthenticationRequiredError(GitHubError):
    """An anonymous caller asks for something that only a signed-in user may do."""

    status = 401

    def __init__(self) -> None:
        super().__init__("Requires authentication")


class ForbiddenError(GitHubError):
    """The caller is known, sees the object and may not do this."""

    status = 403


class NotFoundError(GitHubError):
    """No such object, or none that this caller may know of."""

    status = 404

    def __init__(self, message: str = "Not Found") -> None:
        super().__init__(message)


class ConflictError(GitHubError):
    """The object is there already, or has moved on since the caller looked."""

    status = 409


class UnprocessableError(GitHubError):
    """The request is well-formed and breaks a rule of the platform."""

    status = 422


class NotImitatedError(GitHubError):
    """GitHub can do this, the sandbox cannot: said aloud, never a silent 200."""

    status = 501

    def __init__(self, what: str) -> None:
        super().__init__(f"The sandbox does not imitate {what}")


def invalid(resource: str, field: str, message: str) -> UnprocessableError:
    """A field of an object breaks a rule that GitHub words itself."""
    error = {"resource": resource, "code": "custom", "field": field, "message": message}
    return UnprocessableError("Validation Failed", [error])


def response_of(error: GitHubError) -> Response:
    """The HTTP form of a refusal."""
    body: dict[str, Any] = {"message": error.message}
    if error.errors is not None:
        body["errors"] = error.errors if isinstance(error.errors, str) else list(error.errors)
    body |= {"documentation_url": DOCUMENTATION, "status": str(error.status)}
    return JSONResponse(body, error.status, error.headers)


def render_error(_request: Request, error: Exception) -> Response:
    """Starlette's handler for GitHubError."""
    if not isinstance(error, GitHubError):  # registered for GitHubError alone; else it is a bug
        raise error
    return response_of(error)
