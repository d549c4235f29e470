"""Runs a program of the set-up with its whole output in a log file."""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolchain.progress import SetupError


def run_logged(
    command: Sequence[str | Path],
    log: Path,
    *,
    remedy: str,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Runs a program to its end; stdout and stderr are appended to `log`.

    Args:
        command: the argument list; it is written to the log, so it must carry no secret.
        log: the file, created with its folder if absent.
        remedy: what a person can do when it fails; becomes part of the error's message.
        cwd: the working folder, by default the caller's.
        environment: variables set on top of this process's own.

    Raises:
        SetupError: the program could not be started or ended with an exit code other than 0.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    with log.open("ab") as output:
        output.write(f"$ {shlex.join(words)}\n".encode())
        output.flush()
        try:
            ended = subprocess.run(
                words,
                check=False,
                cwd=cwd,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,  # a program that asks a question must fail, not wait
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            raise SetupError(f"{words[0]} could not be started: {error}. {remedy}") from error
    if ended.returncode != 0:
        name = Path(words[0]).name
        raise SetupError(f"`{name}` ended with exit code {ended.returncode}. {remedy} Log: {log}")
