"""Turns what the Docker SDK raises into what the machine's contract promises."""

from collections.abc import Iterator
from contextlib import contextmanager

from docker.errors import APIError, DockerException

from sandbox.machine.contract import MachineUnavailableError


@contextmanager
def engine_errors() -> Iterator[None]:
    """Around calls to the engine: one that is gone or refuses raises MachineUnavailableError."""
    try:
        yield
    except APIError as error:
        raise MachineUnavailableError(
            f"The container engine refused: {error.explanation}"
        ) from error
    except (DockerException, OSError) as error:
        raise MachineUnavailableError(
            f"The container engine does not answer ({error}); start the sandbox again."
        ) from error
