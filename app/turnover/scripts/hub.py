"""What a deployment asks the Hub, and the app that it deployed."""

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

_SECONDS = 20.0
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY, _SERVER_ERROR = 401, 403, 404, 429, 500


class HubError(Exception):
    """The Hub refused or does not answer."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.passing = status is None or status == _TOO_MANY or status >= _SERVER_ERROR


@dataclass(frozen=True)
class Space:
    """What the Hub says of a Space."""

    head: str  # of its main branch
    stage: str
    serving: str  # commit; empty while there is none
    host: str  # where the app answers


def hub_endpoint() -> str:
    """The Hub's address, HF_ENDPOINT."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


class Hub:
    """One token at one Hub."""

    def __init__(self, token: str) -> None:
        self.endpoint, self.token = hub_endpoint(), token

    def writing_user(self) -> str:
        """Whose token it is.

        Raises:
            HubError: it is not valid, or may only read.
        """
        said = self._ask("/api/whoami-v2")
        role = said.get("auth", {}).get("accessToken", {}).get("role", "")
        if role == "read":
            raise HubError(
                f"HF_TOKEN of {said['name']} may only read; a push needs one that may write.",
                _FORBIDDEN,
            )
        return str(said["name"])

    def space(self, repo_id: str) -> Space:
        """One Space."""
        said = self._ask(f"/api/spaces/{repo_id}")
        runtime = said.get("runtime") or {}
        return Space(
            head=said.get("sha") or "",
            stage=str(runtime.get("stage", "")),
            serving=runtime.get("sha") or "",
            host=str(said.get("host", "")).rstrip("/"),
        )

    def health(self, host: str) -> tuple[int, dict[str, Any]]:
        """Status and body of an app's `/health`; it gets no token."""
        try:
            with urllib.request.urlopen(f"{host}/health", timeout=_SECONDS) as response:  # noqa: S310 - the Hub's word
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, {}

    def _ask(self, path: str) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - the configured endpoint
            self.endpoint + path, headers={"Authorization": f"Bearer {self.token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
                said: dict[str, Any] = json.load(response)
                return said
        except urllib.error.HTTPError as error:
            raise HubError(f"{path}: {_reason(error.code)}", error.code) from None
        except (OSError, ValueError) as error:
            raise HubError(f"{self.endpoint} does not answer ({type(error).__name__})") from None


def _reason(status: int) -> str:
    known = {
        _UNAUTHORIZED: "401: the token is not valid there.",
        _FORBIDDEN: "403: the token has no access to it.",
        _NOT_FOUND: "404: there is none, or the token can't see it. Check HF_SPACE.",
    }
    return known.get(status, f"the Hub answered {status}")
