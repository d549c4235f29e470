"""Runs a program and, whatever happens, ends every process that came out of it.

Started as `python -I -S supervise.py PROGRAM ARGUMENTS…` with a pipe as its input. A line "cancel"
there asks the program to end (SIGINT); the end of the pipe, which comes also when the sandbox is
killed, ends everything at once. So does the program's own end: what a job or a build left behind
is no concern of the next one. Standard library only: it starts in 20 ms and needs nothing
installed.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_PROC = Path("/proc")
_ROUNDS = 200  # of killing; each leaves fewer, unless something forks as fast as it dies
_PAUSE_SECONDS = 0.02


def supervised(command: Sequence[str]) -> list[str]:
    """The command that runs `command` under this file; its stdin has to be a pipe."""
    return [sys.executable, "-I", "-S", __file__, *command]


def main() -> int:
    """Runs the program; its exit code."""
    # Processes whose parent died become ours instead of init's, so that none is lost sight of.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # A Ctrl-C in the terminal of the sandbox is the sandbox's to handle. Not SIG_IGN: the program
    # would inherit that, and not hear of a cancellation before it has a handler of its own.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: _end())
    # act asks for a process group of its own: SIGINT is for it alone.
    program = subprocess.Popen(
        sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True, restore_signals=True
    )
    threading.Thread(target=_listen, args=(program.pid,), daemon=True).start()
    code = _wait(program.pid)
    kill_descendants()
    return code


def _wait(program: int) -> int:
    """The program's exit code; whoever else ends meanwhile is reaped, or its number stays taken."""
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == program:
            return os.waitstatus_to_exitcode(status)


def _listen(program: int) -> None:
    for line in sys.stdin:
        if line.strip() == "cancel":
            try:
                os.kill(program, signal.SIGINT)
            except ProcessLookupError:
                continue  # it ended meanwhile
    _end()


def _end() -> None:
    kill_descendants()
    os._exit(130)


def kill_descendants() -> None:
    """Kills every process below this one until none is left."""
    for _ in range(_ROUNDS):
        below = list(_below(os.getpid()))
        if not below:
            return
        for process in below:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        _reap()
        time.sleep(_PAUSE_SECONDS)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return


def _below(top: int) -> Iterator[int]:
    """Every living process that descends from `top`."""
    children: dict[int, list[int]] = {}
    for process, parent in _parents():
        children.setdefault(parent, []).append(process)
    waiting = [top]
    while waiting:
        for child in children.get(waiting.pop(), []):
            yield child
            waiting.append(child)


def _parents() -> Iterator[tuple[int, int]]:
    """(process, its parent) of everything that runs and is not a zombie."""
    if not _PROC.is_dir():
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,stat="], check=False, capture_output=True, text=True
        )
        for line in listed.stdout.splitlines():
            process, parent, state = line.split()[:3]
            if not state.startswith("Z"):
                yield int(process), int(parent)
        return
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                # After the name, which may hold anything: state, then the parent.
                after = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue  # it ended meanwhile
            if after[0] != "Z":
                yield int(folder.name), int(after[1])


if __name__ == "__main__":
    sys.exit(main())
