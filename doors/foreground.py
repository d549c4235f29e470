"""Programs in the foreground: their output is the person's, and they end in their own order."""

import os
import stat
import subprocess
import threading
from collections.abc import Mapping, Sequence
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
        while read and piece:
            try:
                piece = piece[os.write(target, piece) :]
            except BrokenPipeError:
                read = False
