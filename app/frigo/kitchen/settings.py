"""What the environment decides, read once at the start; a wrong value names itself and its rule."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

Environment = Mapping[str, str]
_TRUE, _FALSE = {"true", "1", "yes"}, {"false", "0", "no"}


class SettingsError(ValueError):
    """A variable is missing or malformed; the message names it and the remedy."""


def whole(environment: Environment, key: str, default: int, largest: int, smallest: int = 1) -> int:
    """A whole number within bounds."""
    text = environment.get(key) or str(default)
    if not text.isascii() or not text.isdigit() or not smallest <= int(text) <= largest:
        raise SettingsError(f"{key}={text!r} must be a whole number from {smallest} to {largest}")
    return int(text)


def flag(environment: Environment, key: str, *, default: bool) -> bool:
    """True or false; an empty variable counts as unset, as compose files leave it."""
    text = environment.get(key, "").strip().lower()
    if not text:
        return default
    if text not in _TRUE | _FALSE:
        raise SettingsError(f"{key}={text!r} must be 'true' or 'false'")
    return text in _TRUE


def http_url(key: str, text: str) -> str:
    """An http(s) address without its last slash."""
    url = text.strip().rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(f"{key}={url!r} must be a full address, such as https://name.example")
    if parts.username or parts.password:
        raise SettingsError(f"{key} must not hold a password: it appears in answers and logs")
    return url


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """What every one of the three services is told."""

    port: int  # the platform's PORT, else the service's own
    host: str = "0.0.0.0"  # noqa: S104 - inside a container, the platform decides who gets in
    threads: int = 8  # requests answered at the same time
    production: bool = True  # only FLASK_ENV=development turns it off; Flask itself ignores it
    debug: bool = False  # the text of an unexpected error is shown to the caller
    auth_required: bool = True  # false opens everything, and no key is looked at
    admin_key: str = ""  # for what costs processor time; without it those routes are closed
    service_key: str = ""  # by which the services know each other; the same value in all three
    upstream_timeout_seconds: int = 60

    @classmethod
    def load(cls, port: int, environment: Environment = os.environ) -> "ServerSettings":
        """Reads the variables all services share.

        Raises:
            SettingsError: one of them is wrong.
        """
        mode = (environment.get("FLASK_ENV") or "production").strip().lower()
        if mode not in {"production", "development"}:
            raise SettingsError(f"FLASK_ENV={mode!r} must be 'production' or 'development'")
        production = mode == "production"
        debug = flag(environment, "FLASK_DEBUG", default=not production)
        if production and debug:
            raise SettingsError(
                "FLASK_DEBUG is on while FLASK_ENV is production: error texts would be public."
                " Remove one of the two."
            )
        return cls(
            port=whole(environment, "PORT", port, 65535),
            host=environment.get("HOST") or cls.host,
            threads=whole(environment, "SERVER_THREADS", cls.threads, 64, smallest=4),
            production=production,
            debug=debug,
            auth_required=flag(environment, "AUTH_REQUIRED", default=production),
            admin_key=environment.get("ADMIN_KEY", "").strip(),
            service_key=environment.get("SERVICE_KEY", "").strip(),
            upstream_timeout_seconds=whole(environment, "UPSTREAM_TIMEOUT_SECONDS", 60, 3600),
        )
