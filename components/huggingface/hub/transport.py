"""How a call to the Hub is made: with deadlines, with retries that are safe, and errors for people.

huggingface_hub gives its HTTP session no time-out and retries almost no management call, so both
are added here, once, around all of them.
"""

import functools
import json
from collections.abc import Callable
from typing import Any, TypeVar

import httpx2
from huggingface_hub import constants, set_client_factory
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils._http import hf_request_event_hook, parse_ratelimit_headers

from slipway.core import cancelling
from slipway.core.secrecy.masking import masked
from slipway.core.transport.backoff import (
    CONNECT_SECONDS,
    READ_SECONDS,
    RETRIED_STATUSES,
    RETRIES,
    asked_seconds,
    pause_seconds,
    tell_pause,
)
from slipway.errors import ApiError, ConfigError, DeployError

Result = TypeVar("Result")

LONGEST_WAIT_SECONDS = 310.0  # of all pauses of a call; the Hub's rate windows are 300 s
# Some calls of huggingface_hub read the body before the status, so a gateway's page of HTML shows
# as a JSON error there.
_BUSY = "another conflicting operation is in progress"
_LOST = (httpx2.TransportError, ConnectionError, TimeoutError, json.JSONDecodeError)

_HINTS = {
    401: "The token is missing, wrong or expired: check HF_TOKEN.",
    402: "This needs a paid plan: Docker and Gradio Spaces need PRO, Team or Enterprise "
    "(static Spaces are free).",
    403: "The token may not do this: it needs write access to the namespace. If the namespace is "
    "not yours, set it with `pulumi config set hfNamespace YOUR-NAME`.",
    404: "It does not exist, or the token may not see it.",
    412: "Its main branch was changed by somebody else meanwhile. Run `pulumi refresh`, "
    "look at the difference, and try again.",
    429: "The Hub's rate limit is used up. Wait a few minutes and run the same command again.",
}


def prepare_session() -> None:
    """Gives huggingface_hub's shared HTTP session time-outs, and refuses unsafe settings.

    Raises:
        ConfigError: settings under which request bodies, and so secrets, would be printed, or under
            which uploads would use a protocol that the endpoint does not speak.
    """
    if constants.HF_DEBUG:
        raise ConfigError("HF_DEBUG is set: it prints request bodies, secrets included. Unset it.")
    custom = constants.ENDPOINT != "https://huggingface.co"
    if custom and not constants.HF_HUB_DISABLE_XET:
        raise ConfigError(
            f"huggingface_hub was imported before HF_HUB_DISABLE_XET could be set for "
            f"{constants.ENDPOINT}. Export HF_HUB_DISABLE_XET=1."
        )
    _set_timeouts()


@functools.cache
def _set_timeouts() -> None:
    # Once per process: this closes the shared session, under the calls that other threads have
    # in flight if a second client is made while the first one works.
    set_client_factory(
        lambda: _BoundedClient(
            event_hooks={"request": [hf_request_event_hook]},
            follow_redirects=True,
            timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        )
    )


class _NamespaceBusyError(httpx2.TransportError):
    """The Hub makes one repository of a namespace at a time, and makes another one just now."""


class _BoundedClient(httpx2.Client):
    """One under whose time-outs every request is, whatever its caller says, and every retry.

    Many calls of huggingface_hub have an optional time-out, and hand None on where none is given:
    to this library that is a wait without an end. And while the Hub makes another repository of the
    same namespace, its `create_repo` asks again without a pause and without an end.
    """

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:  # noqa: ANN401
        """Sends a request."""
        if (request.extensions.get("timeout") or {}).get("read") is None:
            request.extensions = {**request.extensions, "timeout": self.timeout.as_dict()}
        response = super().send(request, **options)
        if response.status_code == httpx2.codes.CONFLICT and _BUSY in response.read().decode():
            raise _NamespaceBusyError(_BUSY, request=request)
        return response


def call(
    what: str,
    action: Callable[[], Result],
    *,
    retry: bool = True,
    hidden: tuple[str, ...] = (),
    sleep: Callable[[float], None] = cancelling.pause,
) -> Result:
    """Makes one call, again where that is safe and may help.

    Args:
        what: the call for people, such as "Space acme/demo: set secret API_KEY".
        action: the call itself; it must bear being made twice if `retry`.
        retry: whether to try again after a time-out, a lost connection, 429 or 5xx.
        hidden: values masked in whatever the platform answers.
        sleep: replaced by tests.

    Raises:
        ApiError: refused, or no answer after all tries; the status is None without an answer.
    """
    waited = 0.0
    for attempt in range(RETRIES + 1):
        last = not retry or attempt == RETRIES
        try:
            return action()
        except HfHubHTTPError as error:
            status = error.response.status_code
            pause = _wait_seconds(attempt, error.response)
            waited += pause
            if last or status not in RETRIED_STATUSES or waited > LONGEST_WAIT_SECONDS:
                said = masked((error.server_message or "").strip(), hidden)
                code = error.response.headers.get("X-Error-Code")
                text = _explain(what, status, said)
                if waited > LONGEST_WAIT_SECONDS:
                    text += f" It asks to wait {pause:.0f} s."
                raise ApiError(text, status, code) from None
            tell_pause(what, pause)
            sleep(pause)
        except _LOST as error:
            if last and isinstance(error, _NamespaceBusyError):
                raise ApiError(
                    f"{what}: the Hub is at work on another repository of the same namespace, and "
                    "does one at a time. Run the same command again."
                ) from None
            if last:
                raise ApiError(
                    f"{what}: no usable answer from {constants.ENDPOINT} ({type(error).__name__}). "
                    "Check the network and HF_ENDPOINT, then run the same command again."
                ) from None
            sleep(_wait_seconds(attempt, None))
    raise AssertionError("the loop above returns or raises")


def upload_failure(what: str, error: RuntimeError) -> Exception:
    """What lies behind a failed upload of large files: as any other call's failure where it is one.

    The client hides it in a RuntimeError, under which nobody would try again.
    """
    cause = error.__cause__
    if isinstance(cause, HfHubHTTPError | httpx2.TransportError | OSError):
        return cause
    return DeployError(
        f"{what}: the upload of its large files failed: {error} Run the same command again: what "
        "has arrived is not sent twice."
    )


def _explain(what: str, status: int, said: str) -> str:
    hint = _HINTS.get(
        status, "Run the same command again; if it persists, see status.huggingface.co."
    )
    return f"{what}: the Hub answered {status}{f' ({said})' if said else ''}. {hint}"


def _wait_seconds(attempt: int, response: httpx2.Response | None) -> float:
    """What the platform asks for, however long that is, else 1, 2, 4, 8, 8 s with jitter."""
    asked: float | None = None
    if response is not None:
        limit = parse_ratelimit_headers(response.headers)
        if response.status_code == httpx2.codes.TOO_MANY_REQUESTS and limit and not limit.remaining:
            asked = limit.reset_in_seconds
        else:
            asked = asked_seconds(response.headers.get("Retry-After", ""))
    return pause_seconds(attempt, asked)
