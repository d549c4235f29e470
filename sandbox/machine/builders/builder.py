"""What builds images, and how both kinds of builder hand a build its secrets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sandbox.machine.contract import BuildRequest, Check, LogSink

_SECRET_VARIABLE = "SLIPWAY_BUILD_SECRET_{number}"  # noqa: S105 - the name of a variable
_SECRET_ID = re.compile(r"[A-Za-z0-9._-]+")


class ImageBuilder(Protocol):
    """Builds a Dockerfile and gives the result to the engine."""

    def build(self, request: BuildRequest, log: LogSink, check: Check) -> None:
        """Builds and leaves the image in the engine, under its tag.

        Raises:
            Whatever `check` raises: the build is ended first.
            BuildFailedError: the Dockerfile or its context is at fault.
            MachineUnavailableError: the builder does not answer.
        """
        ...

    def forget(self, name: str) -> None:
        """Drops what the builder itself keeps of an image; absent is success."""
        ...


@dataclass(frozen=True)
class SecretOptions:
    """A build's secrets as a client program takes them: by its environment.

    Unlike a file that can't be left behind by a killed process, and unlike an argument it can't be
    read by other users of the host.
    """

    arguments: tuple[str, ...]  # "--secret", "id=X,env=Y", …
    environment: Mapping[str, str]


def secret_options(secrets: Mapping[str, str]) -> SecretOptions:
    """Names the variables that carry the secrets.

    Raises:
        ValueError: an id holds characters that would change the option's meaning.
    """
    arguments: list[str] = []
    environment: dict[str, str] = {}
    for number, (identifier, value) in enumerate(sorted(secrets.items())):
        if not _SECRET_ID.fullmatch(identifier):
            raise ValueError(f"build secret id {identifier!r}: letters, digits and ._- only")
        variable = _SECRET_VARIABLE.format(number=number)
        arguments += ["--secret", f"id={identifier},env={variable}"]
        environment[variable] = value
    return SecretOptions(tuple(arguments), environment)
