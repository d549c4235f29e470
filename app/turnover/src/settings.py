"""What the environment decides about the API, checked once at its start."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MODEL_FILE = "model/model.pkl"
_REPO = re.compile(r"[\w.-]+/[\w.-]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_TRUE, _FALSE = {"true", "1", "yes"}, {"false", "0", "no"}
_SECRETS_PAGE = "Space Settings -> Variables and secrets -> Secrets, or .env"


class SettingsError(ValueError):
    """A variable is missing or malformed; the message names it and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Closed by default: who sets nothing gets an API that asks for a key."""

    model_repo: str  # HF_MODEL_REPO, "namespace/name" on the Hub; nothing else is ever loaded
    model_file: str = MODEL_FILE  # HF_MODEL_FILE, path in it
    model_revision: str = "main"  # HF_MODEL_REVISION; a commit of 40 hex digits pins the bytes
    model_sha256: str = ""  # HF_MODEL_SHA256 of the file as it was reviewed; empty: as the Hub says
    hub_token: str = field(default="", repr=False)  # HF_TOKEN, for a private repository only
    auth_required: bool = True  # AUTH_REQUIRED
    api_key: str = field(default="", repr=False)  # API_KEY that callers send as X-API-Key
    debug: bool = False  # DEBUG: the interactive documentation under /docs
    log_level: str = "INFO"  # LOG_LEVEL
    database_url: str = field(default="", repr=False)  # DATABASE_URL of the predictions' history

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Reads the variables.

        Raises:
            SettingsError: one of them is wrong.
        """

        def given(name: str, default: str = "") -> str:
            return environment.get(name, "").strip() or default

        settings = cls(
            model_repo=given("HF_MODEL_REPO"),
            model_file=given("HF_MODEL_FILE", MODEL_FILE),
            model_revision=given("HF_MODEL_REVISION", "main"),
            model_sha256=given("HF_MODEL_SHA256"),
            hub_token=given("HF_TOKEN"),
            auth_required=_switch("AUTH_REQUIRED", given("AUTH_REQUIRED", "true")),
            api_key=given("API_KEY"),
            debug=_switch("DEBUG", given("DEBUG", "false")),
            log_level=given("LOG_LEVEL", "INFO").upper(),
            database_url=given("DATABASE_URL"),
        )
        settings.check()
        return settings

    def check(self) -> None:
        """Refuses what could not work, or would be open by mistake.

        Raises:
            SettingsError: names the variable.
        """
        if not _REPO.fullmatch(self.model_repo):
            raise SettingsError(
                f"HF_MODEL_REPO is {self.model_repo!r}; it must name the model's repository on the "
                "Hub as namespace/name. Set it in Space Settings -> Variables and secrets -> "
                "Variables, or in .env."
            )
        if self.model_sha256 and not _SHA256.fullmatch(self.model_sha256):
            raise SettingsError("HF_MODEL_SHA256 must be 64 hex digits, as the file's page shows.")
        if self.auth_required and not self.api_key:
            raise SettingsError(
                f"API_KEY is missing, and AUTH_REQUIRED is not false. Set it in {_SECRETS_PAGE}; "
                'python -c "import secrets; print(secrets.token_urlsafe(32))" draws one.'
            )
        if self.log_level not in _LEVELS:
            raise SettingsError(
                f"LOG_LEVEL is {self.log_level!r}; use one of {', '.join(_LEVELS)}."
            )
        if self.database_url and not self.database_url.startswith(("postgresql://", "postgres://")):
            raise SettingsError("DATABASE_URL must begin with postgresql://")


def _switch(name: str, text: str) -> bool:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    raise SettingsError(f"{name} is {text!r}; it must be true or false.")
