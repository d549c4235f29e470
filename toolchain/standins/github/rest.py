"""How the stand-in calls GitHub's REST API: writes one at a time, again only where that is safe."""

import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from toolchain.standins.protocol import PluginError

RETRIES = 3
LONGEST_WAIT_SECONDS = 90.0  # for a limit by the minute; hourly ones are for people to decide
_TIMEOUT_SECONDS = (5.0, 30.0)  # to connect, and between two pieces of an answer
_FIRST_PAUSE_SECONDS = 0.5
_SECONDARY_SECONDS = 60.0  # what GitHub asks for where it names no time
_SAID_LENGTH = 300
_PASSING = {500, 502, 503, 504}
_LIMITING = {403, 429}
_GONE = {404, 410}
_HIDING = {403, 404}  # what GitHub answers where a token lacks a scope

_HINTS = {
    401: "The token is missing, wrong, expired or revoked: check GITHUB_TOKEN, or this stack's "
    "githubToken.",
    403: "The token may not do this. A classic token needs the scope `repo`; a fine-grained one "
    "needs write access to Administration, Secrets, Variables and Environments of the repository.",
    404: "It is not there, or the token may not see it: check owner and repository. Where the "
    "token lacks a permission GitHub says 404, too.",
    409: "It exists already. Take it over with `pulumi import`, or delete it on GitHub.",
    422: "GitHub does not take the values as they stand: see its reason.",
}


class ApiError(PluginError):
    """GitHub refused a call, or gave no usable answer.

    Attributes:
        status: HTTP status, None without an answer.
        is_gone: the object surely is not there: a 404 to a token that would be shown it.
    """

    def __init__(self, text: str, status: int | None, *, is_gone: bool = False) -> None:
        super().__init__(text)
        self.status, self.is_gone = status, is_gone


class UnclearError(ApiError):
    """A POST that may or may not have been carried out."""


@dataclass
class Rest:
    """One account at one GitHub; safe to share between threads.

    Args:
        root: of the API, without a slash at the end.
        token: never part of any text.
        cancelled: ends every wait when set.
    """

    root: str
    token: str = field(repr=False)
    cancelled: threading.Event
    first_pause_seconds: float = _FIRST_PAUSE_SECONDS
    _writing: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _sessions: threading.local = field(default_factory=threading.local, repr=False)

    def get(self, *path: str) -> Any:  # noqa: ANN401 - whatever JSON GitHub answers
        """What is there, None if GitHub says that there is nothing."""
        try:
            return self.call("GET", *path)
        except ApiError as error:
            if error.is_gone:
                return None
            raise

    def delete(self, *path: str) -> None:
        """Deletes; absent is success."""
        try:
            self.call("DELETE", *path)
        except ApiError as error:
            if not error.is_gone:
                raise

    def call(self, method: str, *path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401
        """Makes a call, again where that is safe and may help, and returns the JSON it answers.

        Args:
            method: in capitals.
            path: parts of the path below the API's version; each is encoded here and nowhere else.
            body: sent as JSON.

        Raises:
            UnclearError: a POST may have been carried out; nobody knows.
            ApiError: refused, or no answer after all tries.
        """
        where = "".join(f"/{quote(part, safe='')}" for part in path)
        for attempt in range(RETRIES + 1):
            pause = self.first_pause_seconds * 2**attempt
            try:
                response = self._send(method, where, body)
            except requests.RequestException as error:
                unclear = method == "POST" and not _was_never_sent(error)
                failure = _lost(method, where, error, unclear=unclear)
                again, wait = not unclear, pause
            else:
                if response.ok and not response.is_redirect:
                    return _json(response)
                failure = self._refusal(method, where, response)
                asked = _asked_seconds(response)
                again = asked is not None or not isinstance(failure, UnclearError)
                again = again and (asked is not None or response.status_code in _PASSING)
                wait = pause if asked is None else asked
            if not again or attempt == RETRIES or wait > LONGEST_WAIT_SECONDS:
                raise failure
            if self.cancelled.wait(wait + random.uniform(0, 0.1)):  # noqa: S311 - jitter
                raise failure
        raise AssertionError("the loop above returns or raises")

    def _send(self, method: str, where: str, body: dict[str, Any] | None) -> requests.Response:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token}",
            "X-GitHub-Api-Version": "2022-11-28",
            "User-Agent": "slipway-github-stand-in",
        }
        if method == "GET":
            return self._request(method, where, headers, None)
        with self._writing:  # GitHub asks for it: concurrent writes run into its secondary limits
            return self._request(method, where, headers, body)

    def _request(
        self, method: str, where: str, headers: dict[str, str], body: dict[str, Any] | None
    ) -> requests.Response:
        return self._session().request(
            method,
            self.root + where,
            headers=headers,
            json=body,
            timeout=_TIMEOUT_SECONDS,
            # What is renamed answers with a redirect: followed, a DELETE would hit the new object.
            allow_redirects=False,
        )

    def _session(self) -> requests.Session:
        # One for each thread: a session shared by threads mixes up its connections.
        if not hasattr(self._sessions, "session"):
            session = self._sessions.session = requests.Session()
            session.trust_env = False  # no proxy, no ~/.netrc in place of the token
        return cast("requests.Session", self._sessions.session)

    def _refusal(self, method: str, where: str, response: requests.Response) -> ApiError:
        status = response.status_code
        said = _said(response).replace(self.token, "[secret]")
        hint = _HINTS.get(status, "Run the same command again.")
        asked, scopes, gone = _asked_seconds(response), _scopes(response), status in _GONE
        if asked is not None:
            hint = f"Its rate limit is used up; run the same command again in {asked:.0f} s."
        elif response.is_redirect:
            hint = "It was renamed or moved: say its present name."
        elif scopes is not None and "repo" not in scopes and status in _HIDING:
            hint = f"The token has the scopes {', '.join(scopes) or 'none'}; it needs `repo`."
            gone = False
        elif "upgrade to github" in said.lower():
            hint = "The account's plan has no such rules for private repositories."
        text = f"{method} {where}: GitHub answered {status}{f' ({said})' if said else ''}. {hint}"
        kind = UnclearError if method == "POST" and status in _PASSING else ApiError
        return kind(text, status, is_gone=gone)


def _lost(method: str, where: str, error: requests.RequestException, *, unclear: bool) -> ApiError:
    # Not the exception's own text, which may repeat what was sent.
    text = f"{method} {where}: no usable answer from GitHub ({type(error).__name__}). "
    kind = UnclearError if unclear else ApiError
    return kind(f"{text}Check that it runs and GITHUB_BASE_URL, then run the command again.", None)


def _was_never_sent(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _scopes(response: requests.Response) -> list[str] | None:
    """What a classic token may do; None for a fine-grained one, which has permissions instead."""
    listed = response.headers.get("X-OAuth-Scopes")
    return None if listed is None else [each.strip() for each in listed.split(",") if each.strip()]


def _json(response: requests.Response) -> Any:  # noqa: ANN401 - whatever JSON GitHub answers
    return response.json() if response.content.strip() else None


def _asked_seconds(response: requests.Response) -> float | None:
    """How long GitHub wants to be left alone; None if the refusal is not about its limits."""
    if response.status_code not in _LIMITING:
        return None
    headers = response.headers
    if (after := headers.get("Retry-After", "")).isdigit():
        return float(after)
    if headers.get("X-RateLimit-Remaining") == "0":
        return max(0.0, float(headers.get("X-RateLimit-Reset", "0")) - time.time())
    return _SECONDARY_SECONDS if "secondary rate limit" in _said(response).lower() else None


def _said(response: requests.Response) -> str:
    """GitHub's own words: its message, and those of the errors it lists."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return ""
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    listed = errors if isinstance(errors, list) else [errors]
    words = [body.get("message"), *(_words(each) for each in listed)]
    return "; ".join(str(word) for word in words if word)[:_SAID_LENGTH]


def _words(error: object) -> object:
    return error.get("message") or error.get("code") if isinstance(error, dict) else error
