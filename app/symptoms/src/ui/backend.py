"""The page's five calls of the API.

On a Space, told by `SPACE_ID`, the proxy client makes them. Elsewhere a plain request does, and the
client is not even imported.
"""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import requests

from ..config import KEY_HEADER, Settings

if TYPE_CHECKING:
    from ..proxy.client import APIProxyClient

Answer = tuple[dict[str, Any], int]
_NO_ANSWER = 503


def api_health_proxy() -> Answer:
    """Whether the API can predict."""
    client = proxy_client()
    return client.get_health() if client else _request("GET", "/health")


def api_predict_proxy(patient: Mapping[str, Any]) -> Answer:
    """The likeliest condition."""
    client = proxy_client()
    return client.post_predict(patient) if client else _request("POST", "/predict", patient)


def api_predict_proba_proxy(patient: Mapping[str, Any]) -> Answer:
    """The probability of every condition."""
    client = proxy_client()
    if client:
        return client.post_predict_proba(patient)
    return _request("POST", "/predict_proba", patient)


def api_logs_proxy(limit: int, api_key: str) -> Answer:
    """The newest entries of the log, for who knows the key: the visitor's, never the page's own."""
    client = proxy_client()
    if client:
        return client.get_logs(limit, api_key=api_key)
    return _request("GET", f"/logs?limit={limit}", key=api_key)


def api_clear_logs_proxy(api_key: str) -> Answer:
    """Forgets the log, for who knows the key."""
    client = proxy_client()
    return (
        client.delete_logs(api_key=api_key) if client else _request("DELETE", "/logs", key=api_key)
    )


def on_space() -> bool:
    """Whether this runs on a Space: only there is `SPACE_ID` set."""
    return bool(os.environ.get("SPACE_ID"))


@lru_cache(maxsize=1)
def settings() -> Settings:
    """What the environment says, read once."""
    return Settings.load()


@lru_cache(maxsize=1)
def proxy_client() -> "APIProxyClient | None":
    """The proxy client on a Space, else None."""
    if not on_space():
        return None
    from ..proxy.client import APIProxyClient  # noqa: PLC0415 - needed on a Space only

    return APIProxyClient(
        settings().api_url,
        api_key=settings().api_key,
        timeout_seconds=settings().api_timeout_seconds,
    )


def _request(
    method: str, path: str, body: Mapping[str, Any] | None = None, key: str | None = None
) -> Answer:
    sent = settings().api_key if key is None else key
    try:
        answer = requests.request(
            method,
            settings().api_url + path,
            json=body,
            headers={KEY_HEADER: sent} if sent else {},
            timeout=settings().api_timeout_seconds,
        )
        return answer.json(), answer.status_code
    except (requests.RequestException, ValueError) as error:
        return {"detail": f"the API does not answer ({type(error).__name__})"}, _NO_ANSWER
