"""How GitHub speaks HTTP around all endpoints: prefix of the API, headers of every answer."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.github.http.accounts import Accounts
from sandbox.github.http.errors import DOCUMENTATION, BadCredentialsError, GitHubError
from sandbox.http.errors import Refusal
from sandbox.http.headers import with_headers

API_PREFIX = "/api/v3"  # where a GitHub of one's own serves the API; github.com has a host for it
SERVICES = "/_services"  # what is neither API nor pages, as on a GitHub of one's own
_VERSION = "2022-11-28"
# First words of the API's addresses without that prefix, as `gh` asks for them.
API_WORDS = (
    *("repos", "repositories", "user", "users", "orgs", "rate_limit", "meta", "api", "graphql"),
    *("search", "gists", "notifications"),  # not imitated, and no owners either
)


def is_api(path: str) -> bool:
    """Whether an address is of the API; others are git's and those of pages."""
    return path.startswith(f"{API_PREFIX}/") or path.split("/")[1] in {"", *API_WORDS}


class AddressesAsSent:
    """ASGI middleware: paths keep their escapes; whole addresses, as proxies get, lose the host.

    Belongs outside of everything that looks at paths.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "http":
            raw = scope.get("raw_path") or scope["path"].encode()
            sent = raw.decode("latin-1").partition("?")[0]
            path = urlsplit(sent).path if "://" in sent.partition("?")[0][:8] else sent
            scope = {**scope, "path": path or "/", "raw_path": path.encode("latin-1")}
        await self._app(scope, receive, send)


class Wire:
    """ASGI middleware: strips the API's prefix, refuses foreign tokens, adds GitHub's headers."""

    def __init__(self, app: ASGIApp, accounts: Accounts) -> None:
        self._app = app
        self._accounts = accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"].startswith(f"{API_PREFIX}/"):
            scope = {**scope, "root_path": API_PREFIX}
        headers = {
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-GitHub-Api-Version-Selected": _VERSION,
            "Vary": "Accept, Authorization, Accept-Encoding",
        }
        refusal = None
        try:
            caller = self._accounts.caller(Headers(scope=scope))
            if caller is not None and caller.token.scopes is not None:
                headers["X-OAuth-Scopes"] = ", ".join(caller.token.scopes)
                headers["X-Accepted-OAuth-Scopes"] = "repo"
        except BadCredentialsError as error:
            if not _says_it_itself(scope["path"]):
                refusal = response_of(error)
        await (refusal or self._app)(scope, receive, with_headers(send, headers))


def _says_it_itself(path: str) -> bool:
    """Whether an address has its own word for tokens that are nobody's.

    git asks for another password after a 401 that says how. The bearers that jobs prove themselves
    with are no accounts' tokens.
    """
    return path.startswith(f"{SERVICES}/") or path.endswith(
        ("/info/refs", "/git-upload-pack", "/git-receive-pack")
    )


def request_id_of(_headers: Headers) -> str:
    """A new one in GitHub's form."""
    drawn = secrets.token_hex(16).upper()
    return ":".join((drawn[:4], drawn[4:9], drawn[9:16], drawn[16:23], drawn[23:31]))


def response_of(error: Refusal) -> Response:
    """The HTTP form of a refusal."""
    body: dict[str, Any] = {"message": error.message}
    errors = error.errors if isinstance(error, GitHubError) else None
    if errors is not None:
        body["errors"] = errors if isinstance(errors, str) else list(errors)
    body |= {"documentation_url": DOCUMENTATION, "status": str(error.status)}
    headers = error.headers if isinstance(error, GitHubError) else None
    return JSONResponse(body, error.status, headers)


def render_error(_request: Request, error: Exception) -> Response:
    """Starlette's handler for refusals."""
    if not isinstance(error, Refusal):  # registered for those alone; else it is a bug
        raise error
    return response_of(error)
