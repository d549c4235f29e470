"""What the Hub refuses, and with which status and code."""

from collections.abc import Mapping
from typing import ClassVar

from sandbox.http.errors import Refusal


class HubError(Refusal):
    """A refusal. `message` is for people; `extra` joins the JSON body beside `error`."""

    code: ClassVar[str | None] = None

    def __init__(
        self, message: str | None = None, extra: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.extra = dict(extra or {})


class BadRequestError(HubError):
    """The request cannot be understood or breaks a rule of the platform."""

    status = 400


class InvalidCardError(BadRequestError):
    """The front matter of a root README.md breaks the card rules."""


class SignInRequiredError(HubError):
    """An anonymous caller asks for something that only a signed-in user may do."""

    status = 401
    message = "Invalid username or password."


class InvalidTokenError(HubError):
    """A token was sent that belongs to nobody; the client tells this text from all other 401s."""

    status = 401
    message = "Invalid credentials in Authorization header"


class PaymentRequiredError(HubError):
    """The namespace's plan does not include what was asked for."""

    status = 402


class ForbiddenError(HubError):
    """The caller is known and may not do this."""

    status = 403


class RepositoryNotFoundError(HubError):
    """No such repository, or a private one the caller may not know of."""

    status = 404
    code = "RepoNotFound"
    message = "Repository not found"


class WebhookNotFoundError(HubError):
    """No such webhook, or somebody else's."""

    status = 404
    message = "Webhook not found"


class MovedError(HubError):
    """The repository has another name now; `location` is the same address under that name."""

    status = 307

    def __init__(self, location: str) -> None:
        super().__init__(f"Temporary Redirect. Redirecting to {location}")
        self.location = location


class GatedError(ForbiddenError):
    """Everybody sees the repository, and its files are for those alone who were let in."""

    code = "GatedRepo"

    def __init__(self, kind: str, repo_id: str, url: str) -> None:
        super().__init__(
            f"Access to {kind} {repo_id} is restricted and you are not in the authorized list. "
            f"Visit {url} to ask for access."
        )


class GatedAnonymousError(HubError):
    """The same, to somebody who has not said who they are."""

    status = 401
    code = "GatedRepo"

    def __init__(self, kind: str, repo_id: str) -> None:
        super().__init__(
            f"Access to {kind} {repo_id} is restricted. You must have access to it and be "
            "authenticated to access it. Please log in."
        )


class RevisionNotFoundError(HubError):
    """The repository has no such branch, tag or commit."""

    status = 404
    code = "RevisionNotFound"

    def __init__(self, revision: str) -> None:
        super().__init__(f"Invalid rev id: {revision}")


class EntryNotFoundError(HubError):
    """The revision has no such file. `commit` lets a client remember the absence."""

    status = 404
    code = "EntryNotFound"

    def __init__(self, path: str, commit: str | None = None) -> None:
        super().__init__(f"Entry not found: {path}")
        self.commit = commit


class ConflictError(HubError):
    """The thing to be created is already there. The Hub says so in the body alone, no code."""

    status = 409


class StaleParentError(HubError):
    """The branch no longer points at the commit the caller started from."""

    status = 412
    message = "The branch was updated since you opened this page. Please refresh and try again."


class RangeNotSatisfiableError(HubError):
    """The requested byte range lies behind the end of the file. `size` is the file's, in bytes."""

    status = 416

    def __init__(self, size: int) -> None:
        super().__init__("Range not satisfiable")
        self.size = size


class UnprocessableError(HubError):
    """An uploaded object is not what was announced."""

    status = 422
