"""The one model a process serves: loaded in the background, so that the port opens at once."""

import logging
import threading
import time
from collections.abc import Callable

from .model_file import Model, ModelUnavailableError, fetch
from .settings import Settings

_FIRST_PAUSE_SECONDS, _LAST_PAUSE_SECONDS = 2.0, 60.0

log = logging.getLogger("turnover")


class ModelNotLoadedError(Exception):
    """Nothing answers yet; the message says why."""


class ServedModel:
    """Safe to use from several threads."""

    def __init__(
        self,
        settings: Settings,
        fetch_model: Callable[[Settings], Model] = fetch,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._fetch, self._sleep = fetch_model, sleep
        self._model: Model | None = None
        self._problem = ""

    def load_in_background(self, on_failure: Callable[[Exception], None]) -> None:
        """Returns at once; `on_failure` hears of what waiting will not mend."""

        def load() -> None:
            try:
                self.load()
            except Exception as error:  # noqa: BLE001 - whatever it is, the process ends with it
                on_failure(error)

        threading.Thread(target=load, name="load", daemon=True).start()

    def load(self) -> None:
        """Fetches the model, again and again while the Hub fails.

        A repository that is still empty, or a token that is mended, needs no restart.

        Raises:
            ModelRefusedError: it is there and must not be used.
        """
        pause = _FIRST_PAUSE_SECONDS
        while True:
            started = time.perf_counter()
            try:
                model = self._fetch(self._settings)
            except ModelUnavailableError as error:
                self._problem = str(error)
                log.error("Model not loaded, next try in %.0f s: %s", pause, error)  # noqa: TRY400
                self._sleep(pause)
                pause = min(2 * pause, _LAST_PAUSE_SECONDS)
                continue
            self._model, self._problem = model, ""
            duration = round((time.perf_counter() - started) * 1e3, 1)
            fields = {"model": model.repo, "revision": model.revision, "duration_ms": duration}
            log.info("Model loaded", extra={"fields": fields})
            return

    @property
    def loaded(self) -> Model | None:
        """What is served now."""
        return self._model

    def require(self) -> Model:
        """What is served now.

        Raises:
            ModelNotLoadedError: nothing yet.
        """
        if self._model is None:
            raise ModelNotLoadedError(f"Model not loaded: {self._problem or 'it is being fetched'}")
        return self._model
