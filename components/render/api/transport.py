"""How a call to Render is made: with deadlines, within its limits, retried where that is safe.

Render has no idempotency key, so a POST is made again only if it surely had no effect: refused for
its rate, or never sent. Whoever creates something handles `UnclearError` by looking first.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from slipway.core import cancelling
from slipway.core.secrecy.masking import masked
from slipway.core.transport.backoff import (
    CONNECT_SECONDS,
    READ_SECONDS,
    RETRIED_STATUSES,
    tell_pause,
)
from slipway.core.transport.calls import Bearer, Connections, Failure, lost, tried
from slipway.errors import ApiError
from slipway.render.api.rate_limits import Budget, bucket_of, seconds_asked

LONGEST_WAIT_SECONDS = 90.0  # the limits by the minute; the hourly ones are for people to decide
TOO_MANY = 429
SERVER_ERROR = 500  # and above: it may have been carried out
NOT_FOUND, GONE = 404, 410
_SAID_LENGTH = 300
_NOT_FOUND_WORD = "not found"  # begins the message of every real 404

_HINTS = {
    400: "Render refuses the request as it stands: see its reason.",
    401: "The API key is missing, wrong or revoked: check RENDER_API_KEY.",
    402: "The workspace has no card on file, which Render asks for even for the free plan. Add one "
    "at https://dashboard.render.com/billing and run the same command again.",
    403: "The API key's user may not do this in this workspace.",
    404: "It does not exist, or the API key's user may not see it.",
    409: "It clashes with something that exists: names are unique within a workspace.",
    410: "It was deleted outside of this stack. Run `pulumi refresh`.",
    429: "Render's rate limit is used up. Wait as long as it says and run the same command again.",
}


Json: TypeAlias = Any  # whatever the platform answers; `client` gives it its shape


class UnclearError(ApiError):
    """No usable answer came to a request that may have been carried out."""


_BUDGETS: dict[tuple[str, str], Budget] = {}
_BUDGETS_LOCK = threading.Lock()


def shared_budget(endpoint: str, key: str) -> Budget:
    """The one budget of an account in this process."""
    with _BUDGETS_LOCK:
        return _BUDGETS.setdefault((endpoint, key), Budget())


@dataclass
class Calls:
    """Calls with one key; `sleep` is replaced by tests. Thread-safe."""

    endpoint: str  # with the version: "https://api.render.com/v1"
    key: str = field(repr=False)
    sleep: Callable[[float], None] = cancelling.pause
    budget: Budget | None = None
    _connections: Connections = field(default_factory=Connections, repr=False)
    _written: threading.local = field(default_factory=threading.local, repr=False)

    def __post_init__(self) -> None:
        if self.budget is None:
            self.budget = shared_budget(self.endpoint, self.key)

    @property
    def writes(self) -> int:
        """How many calls of this thread changed something, or may have."""
        return getattr(self._written, "calls", 0)

    def request(
        self,
        what: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Json = None,
        hidden: tuple[str, ...] = (),
    ) -> Json:
        """Makes one call, again where that is safe and may help, and returns the JSON it answers.

        Args:
            what: the call for people, such as "Render service shop: set env var MODE".
            method: in capitals.
            path: below the API's version.
            params: query.
            body: sent as JSON.
            hidden: values masked in whatever the platform answers.

        Raises:
            UnclearError: a POST may have been carried out; nobody knows.
            ApiError: refused, or no answer after all tries; the status is None without an answer.
        """

        def once() -> Json | Failure:
            self._keep_to_budget(what, method, path)
            return self._once(what, method, path, params, body, hidden)

        try:
            answer = tried(what, once, self.sleep)
        except ApiError as error:
            refused = error.status is not None and error.status < SERVER_ERROR
            self._note(method, wrote=not refused)
            raise
        self._note(method, wrote=True)
        return answer

    def _note(self, method: str, *, wrote: bool) -> None:
        if wrote and method != "GET":
            self._written.calls = self.writes + 1

    def _once(
        self,
        what: str,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None,
        body: Json,
        hidden: tuple[str, ...],
    ) -> Json:
        """The JSON that is answered, or a `Failure`."""
        try:
            response = self._connections.session.request(
                method,
                self.endpoint + path,
                params=params,
                json=body,
                auth=Bearer(self.key),
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,  # a redirected POST would arrive as a GET
            )
        except requests.RequestException as error:
            failure = lost(what, self.endpoint, error, "RENDER_API_URL")
            if method == "POST" and not _was_never_sent(error):
                return Failure(UnclearError(str(failure)), again=False)
            return Failure(failure, again=True)
        return self._outcome(what, method, path, response, hidden)

    def _outcome(
        self,
        what: str,
        method: str,
        path: str,
        response: requests.Response,
        hidden: tuple[str, ...],
    ) -> Json:
        status = response.status_code
        posts = method == "POST"
        if self.budget is not None:
            bucket = bucket_of(method, path)
            self.budget.learn(bucket, response.headers, refused=status == TOO_MANY)
        if response.ok and not response.is_redirect:
            try:
                return response.json() if response.content.strip() else None
            except requests.JSONDecodeError:
                text = f"{what}: Render answered {status} with something that is not JSON."
                kind = UnclearError if posts else ApiError
                return Failure(kind(text, status), again=not posts)
        refusal = self._refusal(what, response, hidden)
        if status == TOO_MANY:
            asked = seconds_asked(response.headers)
            return Failure(refusal, again=asked <= LONGEST_WAIT_SECONDS, asked=asked or None)
        if posts and status in RETRIED_STATUSES:
            return Failure(UnclearError(str(refusal), status), again=False)
        return Failure(refusal, again=status in RETRIED_STATUSES)

    def _keep_to_budget(self, what: str, method: str, path: str) -> None:
        if self.budget is None:
            return
        wait = self.budget.wait_seconds(bucket_of(method, path))
        if wait > LONGEST_WAIT_SECONDS:
            raise ApiError(
                f"{what}: Render's rate limit is used up for another {wait:.0f} s. Run the same "
                "command again then.",
                TOO_MANY,
            )
        if wait:
            tell_pause(what, wait)
            self.sleep(wait)

    def _refusal(self, what: str, response: requests.Response, hidden: tuple[str, ...]) -> ApiError:
        status = response.status_code
        said = masked(_said(response), (*hidden, self.key), _SAID_LENGTH)
        hint = _HINTS.get(
            status, "Run the same command again; if it persists, see status.render.com."
        )
        wait = seconds_asked(response.headers) if status == TOO_MANY else 0.0
        request_id = masked(
            response.headers.get("Render-Request-Id", ""), (self.key,), _SAID_LENGTH
        )
        return ApiError(
            f"{what}: Render answered {status}{f' ({said})' if said else ''}. {hint}"
            + (f" It asks to wait {wait:.0f} s." if wait else "")
            + (f" Render-Request-Id: {request_id}" if request_id else ""),
            status,
            _NOT_FOUND_WORD if said.lower().startswith(_NOT_FOUND_WORD) else None,
        )


def is_gone(error: ApiError) -> bool:
    """Whether Render itself says that the object is not there; a proxy's 404 is no such word."""
    return error.status == GONE or (error.status == NOT_FOUND and error.code == _NOT_FOUND_WORD)


def _said(response: requests.Response) -> str:
    """The platform's own words, whole; a 401 is plain text there, a gateway answers with HTML."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        html = (
            "html" in response.headers.get("Content-Type", "") or "<html" in response.text.lower()
        )
        return "a page of HTML" if html else response.text
    message = body.get("message") if isinstance(body, dict) else None
    return str(message) if message else ""


def _was_never_sent(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
