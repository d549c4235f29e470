"""Requests to another service; every failure is reported as that service's, nothing is made up."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

from .web import ADMIN, SERVICE_KEY, TRACE, Json, ServiceError

_BAD_GATEWAY = 502
_LARGEST_ANSWER = 1 << 20  # bytes
# What the caller can act upon: its own fault, a job under way, still loading, a circle.
_PASSED_ON = {401, 403, 409, 413, 422, 503, 508}


@dataclass(frozen=True)
class Upstream:
    """One service with a JSON interface."""

    name: str
    url: Callable[[], str]  # asked anew each time: the service may appear later
    timeout_seconds: float
    service_key: str = field(default="", repr=False)  # what makes us known there

    def get(self, path: str) -> tuple[int, Json]:
        """Status and body of a GET."""
        return self._send(path, None, {})

    def post(self, path: str, body: Json, trace: str, admin_key: str = "") -> tuple[int, Json]:
        """Status and body of a POST.

        Raises:
            ServiceError: 502 with the service's name, or what the service itself refused.
        """
        headers = {"Content-Type": "application/json", TRACE: trace, ADMIN: admin_key}
        return self._send(path, json.dumps(body).encode(), headers)

    def _send(self, path: str, data: bytes | None, headers: dict[str, str]) -> tuple[int, Json]:
        url = self.url()
        headers = {**headers, SERVICE_KEY: self.service_key}
        call = urllib.request.Request(  # noqa: S310 - the settings allow http and https only
            url + path, data, {key: value for key, value in headers.items() if value}
        )
        try:
            with urllib.request.urlopen(call, timeout=self.timeout_seconds) as reply:  # noqa: S310
                status, answer = reply.status, json.loads(reply.read(_LARGEST_ANSWER))
        except urllib.error.HTTPError as error:
            detail = _detail(error)
            if error.code in _PASSED_ON:
                raise ServiceError(error.code, detail, upstream=self.name) from error
            raise self._failed(url, f"HTTP {error.code}: {detail}") from error
        except ValueError as error:
            raise self._failed(url, "its answer is not JSON") from error
        except (OSError, http.client.HTTPException) as error:
            raise self._failed(url, str(getattr(error, "reason", error)) or "no answer") from error
        if not isinstance(answer, dict):
            raise self._failed(url, "its answer is not a JSON object")
        return status, answer

    def _failed(self, url: str, reason: str) -> ServiceError:
        return ServiceError(_BAD_GATEWAY, f"{self.name} {url}: {reason}", upstream=self.name)


def _detail(error: urllib.error.HTTPError) -> str:
    """The upstream's own explanation, shortened."""
    try:
        return str(json.loads(error.read(_LARGEST_ANSWER))["detail"])[:400]
    except (ValueError, KeyError, TypeError, OSError):
        return str(error.reason)
