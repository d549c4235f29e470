"""The image of a job's machine: one for all sandboxes of an engine, made when a job needs it."""

import time
from collections.abc import Callable
from contextlib import suppress

import docker
from docker.errors import APIError, ImageNotFound

from sandbox.machine.builders.builder import ImageBuilder
from sandbox.machine.contract import BuildRequest, Check, LogSink
from sandbox.machine.engine_errors import engine_errors
from toolchain.cache import cache_folder, locked_if_free
from toolchain.images.runner_image import runner_ingredients

_REPOSITORY = "slipway-runner"
_LABEL = "slipway.shared"  # on what belongs to no single sandbox
_KEPT = 2  # versions: another clone may be of another one
_LOOK_SECONDS = 0.2
_SAID_EVERY = 100  # lines of the build's log
_ANNOUNCED = (
    "The machine that jobs run on is made now, of {base} and its packages: once on a computer, in"
    " some two minutes."
)


class RunnerImage:
    """Makes the image, once of the same ingredients, whoever asks for it. Thread-safe."""

    def __init__(self, client: docker.DockerClient, builder: ImageBuilder, *, closed: bool) -> None:
        """Takes what it is made with; `closed` as in `runner_ingredients`."""
        self._client = client
        self._builder = builder
        self._closed = closed

    def ensure(self, log: LogSink, check: Check) -> str:
        """Its name in the engine; `log` hears of it where it has to be made first.

        Raises:
            Whatever `check` raises.
            BuildFailedError: a package can't be had, or the like; the message says what.
            MachineUnavailableError: engine or builder do not answer.
            SetupError: none is made of this host's release.
        """
        made_of = runner_ingredients(closed=self._closed)
        name = f"{_REPOSITORY}:{made_of.key}"
        if self._has(name):
            return name
        log(_ANNOUNCED.format(base=made_of.base))
        while True:
            check()
            with locked_if_free(cache_folder() / ".locks" / "runner-image.lock") as ours:
                if ours:
                    if not self._has(name):
                        request = BuildRequest(
                            context=made_of.context,
                            tag=name,
                            build_args={"BASE": made_of.base},
                            labels={_LABEL: _REPOSITORY},
                        )
                        self._builder.build(request, _now_and_then(log), check)
                        self._builder.forget(name)  # the engine has it
                        self._drop_older()
                    return name
            time.sleep(_LOOK_SECONDS)  # another job, or another sandbox, makes it

    def _has(self, name: str) -> bool:
        with engine_errors():
            try:
                self._client.images.get(name)
            except ImageNotFound:
                return False
        return True

    def _drop_older(self) -> None:
        with engine_errors():
            images = self._client.images.list(_REPOSITORY)
            images.sort(key=lambda each: str(each.attrs["Created"]), reverse=True)
            for old in images[_KEPT:]:
                with suppress(APIError):  # a job of another clone runs in it
                    self._client.images.remove(str(old.tags[0]))


def _now_and_then(log: LogSink) -> Callable[[str], None]:
    """Passes on what tells how far a build is, and what went wrong."""
    seen = 0

    def passed(line: str) -> None:
        nonlocal seen
        seen += 1
        if seen % _SAID_EVERY == 0 or "ERROR" in line or "E: " in line:
            log(line)

    return passed
