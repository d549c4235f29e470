"""What GitHub refuses, and with which status."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sandbox.http.errors import Refusal

DOCUMENTATION = "https://docs.github.com/rest"
Found = TypeVar("Found")


class GitHubError(Refusal):
    """A refusal. `message` is for people; `errors` go into the body's list of that name."""

    def __init__(
        self,
        message: str | None = None,
        errors: Sequence[Mapping[str, Any]] | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.errors = errors
        self.headers = dict(headers or {})


class BadRequestError(GitHubError):
    """The body is no JSON, or no JSON object."""

    status = 400


class BadCredentialsError(GitHubError):
    """A token was sent that belongs to nobody."""

    status = 401
    message = "Bad credentials"


class AuthenticationRequiredError(GitHubError):
    """An anonymous caller asks for something that only a signed-in user may do."""

    status = 401
    message = "Requires authentication"


class ForbiddenError(GitHubError):
    """The caller is known, sees the object and may not do this."""

    status = 403


class NotFoundError(GitHubError):
    """No such object, or none that this caller may know of."""

    status = 404
    message = "Not Found"


def there(found: Found | None) -> Found:
    """What was looked for; raises NotFoundError if it was not found."""
    if found is None:
        raise NotFoundError
    return found


class ConflictError(GitHubError):
    """The object is there already, or has moved on since the caller looked."""

    status = 409


class UnprocessableError(GitHubError):
    """The request is well-formed and breaks a rule of the platform."""

    status = 422


def invalid(resource: str, field: str, message: str) -> UnprocessableError:
    """A field of an object breaks a rule that GitHub words itself."""
    error = {"resource": resource, "code": "custom", "field": field, "message": message}
    return UnprocessableError("Validation Failed", [error])
