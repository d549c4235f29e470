"""The status, headers and body with which the Hub says what it refuses.

The client maps errors by `X-Error-Code` and `X-Error-Message` first (contract: huggingface_hub
2.4.0, `hf_raise_for_status`); over plain http it has nothing else to go by, so the codes are sent
where the Hub itself relies on the status and an https URL.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.http.errors import Refusal, UnavailableError
from sandbox.hub.http.errors import (
    ConflictError,
    EntryNotFoundError,
    HubError,
    MovedError,
    RangeNotSatisfiableError,
)
from sandbox.machine.contract import MachineUnavailableError


def response_of(error: Refusal) -> Response:
    """The HTTP form of a refusal."""
    headers = {
        "X-Error-Message": " ".join(error.message.split()).encode("ascii", "replace").decode()
    }
    extra = error.extra if isinstance(error, HubError) else {}
    if isinstance(error, HubError) and error.code is not None:
        headers["X-Error-Code"] = error.code
    if isinstance(error, EntryNotFoundError) and error.commit is not None:
        headers["X-Repo-Commit"] = error.commit
    if isinstance(error, RangeNotSatisfiableError):
        headers["Content-Range"] = f"bytes */{error.size}"
    if isinstance(error, ConflictError):
        headers = {}
    if isinstance(error, MovedError):
        headers = {"Location": error.location}
    return JSONResponse({"error": error.message, **extra}, error.status, headers)


def render_error(_request: Request, error: Exception) -> Response:
    """Starlette's handler for refusals."""
    if isinstance(error, MachineUnavailableError):
        error = UnavailableError(str(error))
    if not isinstance(error, Refusal):  # registered for those two alone
        raise error
    return response_of(error)
