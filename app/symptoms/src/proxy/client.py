"""Calls the API; every method returns `(response, status)`, also when nobody answers.

The response is the API's own JSON. Where there is none it is `{"detail": …}`, and the status says
what happened: 503 nobody answers, 504 not in time, 502 an answer that is not the API's.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any

import requests

from ..config import KEY_HEADER

Response = dict[str, Any]
Answer = tuple[Response, int]

API_URL = "http://localhost:8000"  # inside the container
TIMEOUT_SECONDS = 10.0
UNREADABLE, UNREACHABLE, TOO_LATE = 502, 503, 504
_SERVER_ERROR = 500

log = logging.getLogger("symptoms.proxy")


class APIProxyClient:
    """One API. Safe to share between threads: a request takes no connection of another one's."""

    def __init__(
        self,
        api_url: str = API_URL,
        *,
        api_key: str = "",
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        """Connects to nothing yet.

        Args:
            api_url: such as "http://localhost:8000".
            api_key: sent with every request, unless the call gives another one.
            timeout_seconds: until the connection stands, and between two bytes of the answer.
        """
        self.api_url = api_url.rstrip("/")
        self.timeout_seconds = timeout_seconds
        self._api_key = api_key

    def __repr__(self) -> str:
        return f"APIProxyClient({self.api_url!r})"  # without the key

    def get_info(self) -> Answer:
        """What the API is: its routes, the symptoms it knows, the conditions it names."""
        return self._call("GET", "/")

    def get_health(self) -> Answer:
        """Whether it can predict, with which model, and where it keeps its log."""
        return self._call("GET", "/health")

    def post_predict(self, patient: Mapping[str, Any]) -> Answer:
        """The likeliest condition of a patient: `age`, `temperature_c`, `symptoms`."""
        return self._call("POST", "/predict", body=patient)

    def post_predict_proba(self, patient: Mapping[str, Any]) -> Answer:
        """The probability of every condition."""
        return self._call("POST", "/predict_proba", body=patient)

    def get_logs(self, limit: int = 50, *, api_key: str | None = None) -> Answer:
        """The newest entries of the log.

        Args:
            limit: at most so many.
            api_key: of whoever asks, instead of the client's own.
        """
        return self._call("GET", "/logs", query={"limit": limit}, api_key=api_key)

    def delete_logs(self, *, api_key: str | None = None) -> Answer:
        """Forgets the log; `api_key` as in `get_logs`."""
        return self._call("DELETE", "/logs", api_key=api_key)

    def check_connection(self) -> bool:
        """Whether the API answers and can predict."""
        response, status = self.get_health()
        return status == requests.codes.ok and response.get("model_loaded") is True

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, int] | None = None,
        api_key: str | None = None,
    ) -> Answer:
        key = self._api_key if api_key is None else api_key
        started = time.perf_counter()
        try:
            answer = requests.request(
                method,
                self.api_url + path,
                json=body,
                params=query,
                headers={KEY_HEADER: key} if key else {},
                timeout=self.timeout_seconds,
                allow_redirects=False,  # the key is for this address
            )
            response, status = _read(answer)
        except requests.Timeout:
            response = {"detail": f"{self.api_url}: no answer within {self.timeout_seconds:g} s"}
            status = TOO_LATE
        except (requests.RequestException, ValueError) as error:
            # The kind only: the library's texts quote headers and memory addresses.
            response = {"detail": f"{self.api_url}: no answer ({type(error).__name__})"}
            status = UNREACHABLE
        fields = {
            "method": method,
            "path": path,
            "status_code": status,
            "duration_ms": round((time.perf_counter() - started) * 1e3, 1),
        }
        level = logging.WARNING if status >= _SERVER_ERROR else logging.INFO
        log.log(level, "API %s %s: %d", method, path, status, extra={"fields": fields})
        return response, status


def _read(answer: requests.Response) -> Answer:
    """The API's JSON and status; what is no JSON object does not come from the API."""
    try:
        response = answer.json()
    except ValueError:
        response = None
    if isinstance(response, dict):
        return response, answer.status_code
    said = f"{answer.url.partition('?')[0]}: HTTP {answer.status_code} that is no JSON object"
    failed = answer.status_code if answer.status_code >= requests.codes.bad_request else UNREADABLE
    return {"detail": said}, failed
