"""Runs the shell of one step as GitHub's runner does: no terminal, and what it starts may stay.

act gives each step a terminal of its own. A program then prints for a person at a terminal, and
the kernel hangs up on whatever the step left in the background, so that a server started in one
step is gone in the next. Here the shell gets a session of its own and a pipe, and the pipe is read
on after its end for those who stayed.

Started as `python -I -S step_shell.py NAME ARGUMENTS…` by a program NAME that lies first on PATH;
SLIPWAY_SHELLS names that folder, which the shell itself does not see.
"""

import os
import select
import shutil
import signal
import sys
import time
from contextlib import suppress

_CHUNK = 65536
_LAST_WORDS_SECONDS = 0.05
_GRACE_SECONDS = (1.5, 1.5)  # after SIGINT, after SIGTERM
_NOT_FOUND = 127
_DONE = b"."


def main() -> int:
    """Runs the shell; its exit code, 128 and more if a signal ended it."""
    name, arguments = sys.argv[1], sys.argv[2:]
    environment = dict(os.environ)
    shells = environment.pop("SLIPWAY_SHELLS", "")
    folders = environment.get("PATH", "").split(os.pathsep)
    environment["PATH"] = os.pathsep.join(folder for folder in folders if folder != shells)
    program = shutil.which(name, path=environment["PATH"])
    if program is None and name == "python":  # a Debian without python-is-python3
        program = shutil.which("python3", path=environment["PATH"])
    if program is None:
        sys.stdout.write(f"{name}: command not found on this machine\n")
        return _NOT_FOUND
    output, inner = os.pipe()
    shell = os.fork()
    if shell == 0:
        _become([program, *arguments], environment, inner)
    os.close(inner)
    lifeline = _start_guardian(shell, output)
    code = _relay(shell, output)
    os.write(lifeline, _DONE)
    return code


def _become(command: list[str], environment: dict[str, str], output: int) -> None:
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.closerange(3, 256)
        for each in (signal.SIGPIPE, signal.SIGINT, signal.SIGHUP):
            signal.signal(each, signal.SIG_DFL)
        os.execve(command[0], command, environment)  # noqa: S606 - it becomes the shell
    finally:
        os._exit(126)


def _start_guardian(shell: int, output: int) -> int:
    """A process that ends the step if this one is killed, and else reads on for who stayed.

    Returns:
        The descriptor to write to when the step ended by itself.
    """
    reader, writer = os.pipe()
    if os.fork() != 0:
        os.close(reader)
        return writer
    os.setsid()
    os.close(writer)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    try:
        if os.read(reader, 1) == _DONE:
            while os.read(output, _CHUNK):
                pass
        else:
            _end_group(shell)
    finally:
        os._exit(0)


def _end_group(group: int) -> None:
    """What GitHub's runner does to a step that is cancelled or takes too long."""
    with suppress(ProcessLookupError, PermissionError):
        for sent, seconds in zip((signal.SIGINT, signal.SIGTERM), _GRACE_SECONDS, strict=True):
            os.killpg(group, sent)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                os.killpg(group, 0)  # raises when nobody is left
                time.sleep(0.05)
        os.killpg(group, signal.SIGKILL)


def _relay(shell: int, output: int) -> int:
    """Passes on what the shell prints until it ends."""
    status = None
    last = 0.0
    while status is None or time.monotonic() < last:
        ready, _, _ = select.select([output], [], [], _LAST_WORDS_SECONDS)
        if ready:
            chunk = os.read(output, _CHUNK)
            if chunk:
                _write(chunk)
            else:  # nobody holds it any more
                break
        if status is None:
            ended, code = os.waitpid(shell, os.WNOHANG)
            if ended:
                status, last = code, time.monotonic() + _LAST_WORDS_SECONDS
    if status is None:
        _, status = os.waitpid(shell, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _write(chunk: bytes) -> None:
    while chunk:
        chunk = chunk[os.write(1, chunk) :]


if __name__ == "__main__":
    sys.exit(main())
