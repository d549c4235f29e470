"""What builds images, and how both kinds of builder run their client program."""

import os
import re
import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sandbox.machine.contract import BuildRequest, LogSink

_SECRET_VARIABLE = "SLIPWAY_BUILD_SECRET_{number}"  # noqa: S105 - the name of a variable
_SECRET_ID = re.compile(r"[A-Za-z0-9._-]+")
_KEPT_LINES = 50
_ERROR_LINE = re.compile(r"^(?:error|ERROR): (?P<text>.+)")


class ImageBuilder(Protocol):
    """Builds a Dockerfile and gives the result to the engine."""

    def build(
        self, request: BuildRequest, name: str, labels: Mapping[str, str], log: LogSink
    ) -> None:
        """Builds `request` and leaves it in the engine as `name`.

        Raises:
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


@dataclass(frozen=True)
class ClientResult:
    """How a client program ended."""

    exit_code: int
    last_lines: tuple[str, ...]

    def error(self) -> str:
        """The line with which it says what was wrong."""
        for line in reversed(self.last_lines):
            found = _ERROR_LINE.match(line)
            if found is not None:
                return found["text"]
        return self.last_lines[-1] if self.last_lines else f"exit code {self.exit_code}"


def run_client(
    command: Sequence[str | Path], environment: Mapping[str, str], log: LogSink
) -> ClientResult:
    """Runs a build client to its end; what it prints goes to `log` line by line as it comes.

    Args:
        command: the argument list, readable by other users of the host.
        environment: variables set on top of this process's own.
        log: receives stdout and stderr.
    """
    last: deque[str] = deque(maxlen=_KEPT_LINES)
    with subprocess.Popen(
        [str(word) for word in command],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as client:
        try:
            for line in client.stdout or ():
                text = line.rstrip("\n")
                last.append(text)
                log(text)
        except BaseException:
            client.kill()  # a sink that raises means that nobody wants this build any more
            raise
    return ClientResult(client.returncode, tuple(last))
