"""The one model a process serves: loaded in the background, and replaced after a fine-tune."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from . import weights
from .generation import Completion, GenerateRequest, GenerationError
from .local_engine import LocalEngine  # type: ignore[import-not-found]  # see repository.py
from .model_file import ModelFile, ModelFileError  # type: ignore[import-not-found]  # likewise
from .model_settings import ModelSettings
from .web import Json

_NOT_READY = 503
_LONGEST_WAIT_SECONDS = 60.0

log = logging.getLogger("kitchen")


class Engine(Protocol):
    """What is needed of an engine."""

    def generate(self, request: GenerateRequest) -> Completion:
        """Continues the prompt."""


@dataclass(frozen=True)
class Loaded:
    """Weights in memory, and the file they came from."""

    file: ModelFile
    engine: Engine


class ServedModel:
    """Safe to use from several threads."""

    def __init__(self, settings: ModelSettings) -> None:
        self.settings = settings
        self._loaded: Loaded | None = None
        self._base_sha256: str | None = None  # of the weights before any fine-tune
        self._problem: str | None = None  # why it is still not loaded

    def load_in_background(self, on_failure: Callable[[Exception], None]) -> None:
        """Returns at once; `on_failure` hears of what waiting will not mend."""

        def load() -> None:
            try:
                self._load()
            except Exception as error:  # noqa: BLE001 - whatever it is, the process ends with it
                on_failure(error)

        threading.Thread(target=load, name="load", daemon=True).start()

    def _load(self) -> None:
        file = self._fetched() if self.settings.delivery == "download" else None
        self._loaded = self.load_file(file or weights.find(self.settings))
        self._base_sha256, self._problem = self._loaded.file.sha256, None

    def _fetched(self) -> ModelFile:
        """Keeps trying while the Hub fails; a file left by an earlier start is used as it is."""
        wait = float(self.settings.retry_seconds)
        while True:
            try:
                return weights.find(self.settings)
            except ModelFileError:
                pass  # not there, or another one than asked for
            try:
                weights.download(self.settings)
                return weights.find(self.settings)
            except weights.DownloadFailedError as error:
                self._problem = str(error)
                log.warning("model not downloaded, next try in %.0f s: %s", wait, error)
                time.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT_SECONDS)

    def load_file(self, file: ModelFile) -> Loaded:
        """Verifies a file and takes it into memory, next to what is served now."""
        started = time.perf_counter()
        file.verify()
        try:
            engine = LocalEngine(
                file,
                context_tokens=self.settings.context_tokens,
                slots=self.settings.slots,
                threads=self.settings.threads,
            )
        except RuntimeError as error:
            raise ModelFileError(f"the engine cannot load {file.path}: {error}") from error
        duration = round((time.perf_counter() - started) * 1e3)
        fields = {"model": file.repo, "sha256": file.sha256, "duration_ms": duration}
        log.info("model loaded", extra={"fields": fields})
        return Loaded(file, engine)

    def replace(self, loaded: Loaded) -> None:
        """Serves these weights from now on; requests under way end on the ones they began with."""
        self._loaded = loaded

    def current(self) -> Loaded:
        """What is served now.

        Raises:
            GenerationError: 503, nothing yet.
        """
        if self._loaded is None:
            reason = f": {self._problem}" if self._problem else ""
            raise GenerationError(_NOT_READY, f"the model is still loading{reason}")
        return self._loaded

    def generate(self, request: GenerateRequest) -> Json:
        """The continuation and exactly which weights wrote it."""
        loaded = self.current()
        started = time.perf_counter()
        completion = loaded.engine.generate(request)
        return {
            "text": completion.text,
            **self._identity(loaded),
            "tokens": completion.tokens,
            "duration_ms": round((time.perf_counter() - started) * 1e3, 1),
        }

    def health(self) -> tuple[int, Json]:
        """Status code and body of `/health`."""
        loaded = self._loaded
        if loaded is None:
            waiting = {"status": "loading", "model_loaded": False, "model": self.settings.name}
            return _NOT_READY, waiting | ({"problem": self._problem} if self._problem else {})
        return 200, {"status": "ok", "model_loaded": True, **self._identity(loaded)}

    def _identity(self, loaded: Loaded) -> Json:
        file = loaded.file
        return {
            "model": file.repo,
            "revision": file.revision,
            "sha256": file.sha256,
            "fine_tuned": file.sha256 != (self._base_sha256 or file.sha256),
        }
