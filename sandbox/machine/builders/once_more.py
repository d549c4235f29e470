"""A build that failed because its builder went away is tried once more."""

import time

from sandbox.machine.builders.builder import ImageBuilder
from sandbox.machine.contract import BuildRequest, Check, LogSink, MachineUnavailableError

_REST_SECONDS = 3.0  # a builder that is started again answers after one
_CHECK_SECONDS = 0.1


class OnceMore:
    """An `ImageBuilder` that gives another one a second chance, where no Dockerfile is at fault."""

    def __init__(self, builder: ImageBuilder, *, seconds: float = _REST_SECONDS) -> None:
        """Takes the builder, and how long it is left alone before it is asked again."""
        self._builder = builder
        self._seconds = seconds

    def build(self, request: BuildRequest, log: LogSink, check: Check) -> None:
        """Builds; see ImageBuilder."""
        try:
            self._builder.build(request, log, check)
        except MachineUnavailableError as error:
            check()
            log(f"slipway: {error}")
            log("slipway: that is no fault of the Dockerfile's; the build is tried once more")
            self._rest(check)
            self._builder.build(request, log, check)

    def forget(self, name: str) -> None:
        """Drops what the builder itself keeps of an image."""
        self._builder.forget(name)

    def _rest(self, check: Check) -> None:
        until = time.monotonic() + self._seconds
        while time.monotonic() < until:
            time.sleep(_CHECK_SECONDS)
            check()
