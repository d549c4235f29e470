"""Runs a program of the set-up: with its whole output in a log file, or for what it answers."""

import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from toolchain.deciding_line import deciding_line
from toolchain.progress import SetupError

_running: set["subprocess.Popen[bytes]"] = set()
_guard = threading.Lock()
_ANSWER_SECONDS = 30.0  # a busy machine starts a large program slowly


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
            process = subprocess.Popen(
                words,
                cwd=cwd,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,  # a program that asks a question must fail, not wait
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            raise SetupError(f"{words[0]} could not be started: {error}. {remedy}") from error
        with _registered(process):
            code = process.wait()
    if code != 0:
        how = f"exit code {code}" if code > 0 else f"signal {signal.Signals(-code).name}"
        why = deciding_line(log)
        said = f":\n  {why}\n" if why else ". "
        raise SetupError(f"`{Path(words[0]).name}` ended with {how}{said}{remedy} Log: {log}")


def end_running_commands() -> None:
    """Asks every program that `run_logged` runs in another thread to end; their callers raise.

    For a set-up of which one step failed: what runs beside it would go on for minutes.
    """
    with _guard:
        for process in _running:
            with suppress(ProcessLookupError):
                process.terminate()


@contextmanager
def _registered(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    with _guard:
        _running.add(process)
    try:
        yield
    finally:
        with _guard:
            _running.discard(process)
        if process.poll() is None:  # we were interrupted: nobody would wait for it any more
            process.terminate()
            process.wait()


def said(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> str | None:
    """What a program prints to such a question; None if it is not there or does not answer.

    Args:
        command: the program and its arguments.
        environment: beside this process's own.
    """
    try:
        return subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, **(environment or {})},
            timeout=_ANSWER_SECONDS,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
