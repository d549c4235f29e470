"""Programs in the foreground: their output is the person's, and they end in their own order."""

import os
import stat
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

_STDOUT, _STDERR = 1, 2
_PIECE = 1 << 16
_LAST_WORDS_SECONDS = 2.0  # a program's own children may hold its output open after its end


def run_to_its_end(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Runs a command at the person's terminal and returns its exit code.

    A Ctrl-C reaches the command itself, which then ends in its own order. `subprocess.run` would
    kill it after 0.25 s: an engine that leaves its lock, tests that leave their sandboxes.
    """
    with subprocess.Popen(command, cwd=folder, env=environment) as process:
        return _waited_for(process)


def run_whoever_reads(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """The same, to its end even if nobody reads its output any more, as with `make up | head -1`.

    A program that writes into a pipe without a reader is killed by it, which an engine must not be
    between two writes of its state. So a pipe of ours is read for it to the end.
    """
    piped = {each: subprocess.PIPE if _is_pipe(each) else None for each in (_STDOUT, _STDERR)}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=piped[_STDOUT], stderr=piped[_STDERR]
    )
    pumps = [
        threading.Thread(target=_pump, args=(stream, target), daemon=True)
        for stream, target in ((process.stdout, _STDOUT), (process.stderr, _STDERR))
        if stream is not None
    ]
    for pump in pumps:
        pump.start()
    code = _waited_for(process)
    for pump in pumps:
        pump.join(_LAST_WORDS_SECONDS)
    return code


def run_with_excerpt(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    is_news: Callable[[bytes], bool],
) -> int:
    """The same, but of its output only the lines that are news are passed on; all are in a log.

    Args:
        command: what to run.
        folder: its working folder.
        environment: all of its variables.
        log: written anew; what stderr carries is passed on and not in it.
        is_news: told each line, its end included.
    """
    with (
        log.open("wb") as kept,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE) as process,
    ):

        def read(source: IO[bytes]) -> None:
            reader = True
            for line in source:
                kept.write(line)
                if reader and is_news(line):
                    reader = _written(line, _STDOUT)

        if process.stdout is None:
            raise ValueError("a pipe was asked for")
        pump = threading.Thread(target=read, args=(process.stdout,), daemon=True)
        pump.start()
        code = _waited_for(process)
        pump.join(_LAST_WORDS_SECONDS)
    return code


def _waited_for(process: "subprocess.Popen[bytes]") -> int:
    while True:
        with suppress(KeyboardInterrupt):
            return process.wait()


def _is_pipe(descriptor: int) -> bool:
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:  # closed, as by `>&-`
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _pump(source: IO[bytes], target: int) -> None:
    read = True
    while piece := os.read(source.fileno(), _PIECE):
        read = read and _written(piece, target)


def _written(piece: bytes, target: int) -> bool:
    """Writes all of it; False if nobody reads there any more."""
    while piece:
        try:
            piece = piece[os.write(target, piece) :]
        except BrokenPipeError:
            return False
    return True
