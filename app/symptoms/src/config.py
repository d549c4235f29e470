"""What the environment decides, read and checked once at a program's start.

A file `.env` beside `src/` gives what the environment does not; in the image it is a copy of
`.env.example`, which holds no value at all.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
VERSION = "1.0.0"
KEY_HEADER = "X-API-Key"
_TRUE, _FALSE = {"true", "1", "yes"}, {"false", "0", "no"}
_LARGEST_PORT = 65535
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(ValueError):
    """A variable is missing or malformed; the message names it and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Defaults fit a Space: everything but the page is reachable from inside only."""

    api_url: str = "http://localhost:8000"  # where page and proxy client find the API
    api_host: str = "127.0.0.1"
    api_port: int = 8000
    ui_host: str = "0.0.0.0"  # noqa: S104 - inside a container, the platform decides who gets in
    ui_port: int = 7860
    redis_url: str = ""  # of the log store; empty keeps logs in the API's own memory
    log_capacity: int = 1000  # entries kept; the oldest makes room
    api_key: str = field(default="", repr=False)
    auth_required: bool = True  # predictions and logs only for who knows the key
    api_timeout_seconds: float = 10.0  # of one request to the API
    log_level: str = "INFO"
    model_folder: Path = ROOT / "model"

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Reads the variables; without any given, those of this process and of `.env`.

        Raises:
            SettingsError: one of them is wrong.
        """
        given = _environment() if environment is None else environment
        return cls(
            api_url=_url(given, "API_URL", cls.api_url, ("http", "https")),
            api_host=given.get("API_HOST") or cls.api_host,
            api_port=_whole(given, "API_PORT", cls.api_port, _LARGEST_PORT),
            ui_host=given.get("UI_HOST") or cls.ui_host,
            ui_port=_whole(given, "UI_PORT", cls.ui_port, _LARGEST_PORT),
            redis_url=_url(given, "REDIS_URL", cls.redis_url, ("redis", "rediss")),
            log_capacity=_whole(given, "LOG_CAPACITY", cls.log_capacity, 100_000),
            api_key=given.get("API_KEY", "").strip(),
            auth_required=_switch(given, "AUTH_REQUIRED", default=cls.auth_required),
            api_timeout_seconds=float(_whole(given, "API_TIMEOUT_SECONDS", 10, 600)),
            log_level=_level(given),
            model_folder=Path(given.get("MODEL_FOLDER") or cls.model_folder),
        )

    def required_key(self) -> str:
        """The key callers must know; empty lets everybody in.

        Raises:
            SettingsError: a key is required and there is none.
        """
        if not self.auth_required:
            return ""
        if not self.api_key:
            raise SettingsError(
                "AUTH_REQUIRED is true and API_KEY is empty: give the Space the secret API_KEY, or"
                " set AUTH_REQUIRED=false where everybody may predict and read the logs"
            )
        return self.api_key


def _environment() -> Mapping[str, str]:
    from dotenv import dotenv_values  # noqa: PLC0415 - what is given all its values needs no file

    file = {key: value or "" for key, value in dotenv_values(ROOT / ".env").items()}
    return {**file, **os.environ}


def _whole(environment: Mapping[str, str], key: str, default: int, largest: int) -> int:
    text = environment.get(key) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= largest:
        raise SettingsError(f"{key}={text!r} must be a whole number from 1 to {largest}")
    return int(text)


def _switch(environment: Mapping[str, str], key: str, *, default: bool) -> bool:
    text = environment.get(key, "").strip().lower()
    if not text:
        return default
    if text not in _TRUE | _FALSE:
        raise SettingsError(f"{key}={text!r} must be 'true' or 'false'")
    return text in _TRUE


def _url(environment: Mapping[str, str], key: str, default: str, schemes: tuple[str, ...]) -> str:
    url = (environment.get(key) or default).strip().rstrip("/")
    if not url:
        return url
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.hostname:
        # Not the value itself: an address of Redis may hold a password.
        raise SettingsError(f"{key} must be an address that begins with {schemes[0]}://")
    return url


def _level(environment: Mapping[str, str]) -> str:
    level = (environment.get("LOG_LEVEL") or "INFO").strip().upper()
    if level not in _LEVELS:
        raise SettingsError(f"LOG_LEVEL={level!r} must be one of {', '.join(_LEVELS)}")
    return level
