"""What the environment decides about the backend, checked once at its start."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_LAST_PORT = 65535
_COMMIT = re.compile(r"[0-9a-f]{40}")
_TRUE, _FALSE = {"true", "1", "yes", ""}, {"false", "0", "no"}


class SettingsError(ValueError):
    """A variable is missing or malformed; the message names it and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Closed by default: without AUTH_REQUIRED=false callers need the key."""

    model_repo: str  # HF_MODEL_REPO, "namespace/name": the only one whose files are loaded
    model_revision: str = ""  # MODEL_REVISION, a commit; empty is the latest at the start
    hub_token: str = field(default="", repr=False)  # may read, for a private repository
    api_key: str = field(default="", repr=False)  # empty: open to everybody
    host: str = "0.0.0.0"  # noqa: S104 - inside a container, the platform decides who gets in
    port: int = 8000

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Reads the variables.

        Raises:
            SettingsError: one of them is wrong.
        """
        repo = environment.get("HF_MODEL_REPO", "").strip()
        if repo.count("/") != 1:
            raise SettingsError(f"HF_MODEL_REPO={repo!r} must look like 'namespace/name'")
        revision = environment.get("MODEL_REVISION", "").strip()
        if revision and not _COMMIT.fullmatch(revision):
            raise SettingsError(
                f"MODEL_REVISION={revision!r} must be a commit of 40 hex digits, or empty for the "
                "latest"
            )
        port = environment.get("PORT") or str(cls.port)
        if not port.isascii() or not port.isdigit() or not 0 < int(port) <= _LAST_PORT:
            raise SettingsError(f"PORT={port!r} must be a whole number from 1 to {_LAST_PORT}")
        return cls(
            model_repo=repo,
            model_revision=revision,
            hub_token=environment.get("HF_TOKEN", "").strip(),
            api_key=_key(environment),
            host=environment.get("HOST") or cls.host,
            port=int(port),
        )


def _key(environment: Mapping[str, str]) -> str:
    required = environment.get("AUTH_REQUIRED", "").strip().lower()
    if required not in _TRUE | _FALSE:
        raise SettingsError(f"AUTH_REQUIRED={required!r} must be 'true' or 'false'")
    key = environment.get("API_KEY", "").strip()
    if required in _TRUE and not key:
        raise SettingsError(
            "API_KEY is empty and callers need one: set it, or AUTH_REQUIRED=false for an API that "
            "is open to everybody"
        )
    return key if required in _TRUE else ""
