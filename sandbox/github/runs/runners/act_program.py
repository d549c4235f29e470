"""Finds or builds `act`, with a word for whoever waits for it."""

import threading
from collections.abc import Callable
from pathlib import Path

from sandbox.github.runs.runners.runner import Say, UnavailableRunnerError
from toolchain.progress import SetupError

_PATIENCE_SECONDS = 1.0
_BUILDING = (
    "Waiting for act, which runs the steps: the first job on a machine builds it from source, which"
    " takes about a minute."
)


class ActProgram:
    """The one `act` of a sandbox. Thread-safe."""

    def __init__(self, ensure: Callable[[], Path]) -> None:
        """Takes what finds or builds it; that is asked by one thread at a time."""
        self._ensure = ensure
        self._asking = threading.Lock()

    def get(self, say: Say) -> Path:
        """Where it lies.

        Raises:
            UnavailableRunnerError: it could not be built.
        """
        patience = threading.Timer(_PATIENCE_SECONDS, say, [_BUILDING])
        patience.daemon = True
        patience.start()
        try:
            with self._asking:
                return self._ensure()
        except SetupError as error:
            raise UnavailableRunnerError(
                f"act, which runs the steps, could not be had: {error}"
            ) from None
        finally:
            patience.cancel()
