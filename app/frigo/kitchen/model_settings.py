"""Which model is served, and how its file gets into the container."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from .settings import Environment, SettingsError, whole

Delivery = Literal["baked", "download", "lfs"]
_DELIVERIES = ("baked", "download", "lfs")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,40}")


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """Defaults fit the image, which is built with the same variables as build arguments."""

    name: str  # IA_MODEL: a folder below `folder`
    delivery: Delivery = "baked"
    folder: Path = Path("models")
    repo: str = ""  # MODEL_REPO, MODEL_REVISION: if set, what the file must come from
    revision: str = ""
    sha256: str = ""  # MODEL_SHA256: if set, what the file must have been when published
    fallback_revision: str = "unknown"  # of a file without description: the commit it came with
    context_tokens: int = 1024  # upper limit per request; phi-2 costs 0.33 MB of memory per token
    slots: int = 2  # requests generated at the same time, each with a context of its own
    threads: int | None = None  # None: as many as the container may use processors
    retry_seconds: int = 5  # before a failed download is tried again; doubled up to a minute

    @property
    def model_folder(self) -> Path:
        """Where this model's file lies, or will."""
        return self.folder / self.name

    @classmethod
    def load(cls, environment: Environment = os.environ) -> "ModelSettings":
        """Reads the variables.

        Raises:
            SettingsError: one of them is wrong, or there is no such model.
        """
        delivery = (environment.get("MODEL_DELIVERY") or "baked").strip()
        if delivery not in _DELIVERIES:
            raise SettingsError(f"MODEL_DELIVERY={delivery!r}: known are {', '.join(_DELIVERIES)}")
        folder = Path(environment.get("MODELS_FOLDER") or "models")
        name = (environment.get("IA_MODEL") or "phi").strip()
        present = sorted(path.parent.name for path in folder.glob("*/*.gguf"))
        # What can be downloaded is known to the downloader, which refuses another name itself.
        if delivery != "download" and name not in present:
            raise SettingsError(
                f"IA_MODEL={name!r}: {folder.absolute()} holds {', '.join(present) or 'no model'}."
                " Choose one of them, or build the image with this value."
            )
        if not _NAME.fullmatch(name):
            raise SettingsError(f"IA_MODEL={name!r} is not the name of a model")
        return cls(
            name=name,
            delivery=cast("Delivery", delivery),
            folder=folder,
            repo=environment.get("MODEL_REPO", "").strip(),
            revision=environment.get("MODEL_REVISION", "").strip(),
            sha256=environment.get("MODEL_SHA256", "").strip(),
            fallback_revision=environment.get("RENDER_GIT_COMMIT") or "unknown",
            context_tokens=whole(environment, "CONTEXT_TOKENS", cls.context_tokens, 32768),
            slots=whole(environment, "ENGINE_SLOTS", cls.slots, 16),
            threads=whole(environment, "ENGINE_THREADS", 0, 256, smallest=0) or None,
            retry_seconds=whole(environment, "DOWNLOAD_RETRY_SECONDS", cls.retry_seconds, 600),
        )
