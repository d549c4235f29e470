"""What the environment decides about the server, checked once at its start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_TRUE, _FALSE = {"true", "1", "yes"}, {"false", "0", "no", ""}


class SettingsError(ValueError):
    """A variable is missing or malformed; the message names it and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Defaults fit a Space; a platform that assigns the port sets `PORT`."""

    base_model: str
    model_sha256: str = ""  # of the file as it was published; empty asks for nothing
    models_folder: Path = Path("models")
    host: str = "0.0.0.0"  # noqa: S104 - inside a container, the platform decides who gets in
    port: int = 7860
    context_tokens: int = 1024  # upper limit per request; phi-2 costs 0.33 MB of memory per token
    slots: int = 2  # requests generated at the same time, each with a context of its own
    threads: int | None = None  # None: as many as the container may use processors
    remote_engine_url: str | None = None  # set: every generation is done there, never here
    remote_timeout_seconds: float = 60.0

    @property
    def model_folder(self) -> Path:
        """Where the image build put this model."""
        return self.models_folder / self.base_model.rsplit("/", maxsplit=1)[-1]

    @classmethod
    def load(cls, base_model: str, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Reads the variables of the Space.

        Raises:
            SettingsError: one of them is wrong.
        """
        return cls(
            base_model=base_model,
            model_sha256=environment.get("BASE_MODEL_SHA256", "").strip(),
            models_folder=Path(environment.get("MODELS_FOLDER") or "models"),
            host=environment.get("HOST") or cls.host,
            port=_whole(environment, "PORT", cls.port, 65535),
            context_tokens=_whole(environment, "CONTEXT_TOKENS", cls.context_tokens, 32768),
            slots=_whole(environment, "ENGINE_SLOTS", cls.slots, 16),
            threads=_whole(environment, "ENGINE_THREADS", 0, 256, smallest=0) or None,
            remote_engine_url=_remote_engine(environment),
            remote_timeout_seconds=float(_whole(environment, "REMOTE_TIMEOUT_SECONDS", 60, 3600)),
        )


def _whole(
    environment: Mapping[str, str], key: str, default: int, largest: int, *, smallest: int = 1
) -> int:
    text = environment.get(key) or str(default)
    if not text.isascii() or not text.isdigit() or not smallest <= int(text) <= largest:
        raise SettingsError(f"{key}={text!r} must be a whole number from {smallest} to {largest}")
    return int(text)


def _remote_engine(environment: Mapping[str, str]) -> str | None:
    """The engine's address in hybrid mode, else None; one variable makes no sense alone."""
    switch = environment.get("HYBRID_REMOTE_GENERATION", "").strip().lower()
    if switch in _FALSE:
        return None
    if switch not in _TRUE:
        raise SettingsError(f"HYBRID_REMOTE_GENERATION={switch!r} must be 'true' or 'false'")
    url = environment.get("REMOTE_ENGINE_URL", "").strip().rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(
            "HYBRID_REMOTE_GENERATION is true, so REMOTE_ENGINE_URL must be the http(s) URL of an"
            f" engine with POST /generate; it is {url!r}"
        )
    if parts.username or parts.password:
        raise SettingsError("REMOTE_ENGINE_URL must not hold a password: variables are public")
    return url
