"""Starting and stopping the sandbox's server, one detached process per home."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from sandbox.home import HOME_VARIABLE, Home
from sandbox.toolchain.cache import locked, locked_if_free
from sandbox.toolchain.progress import Progress, SetupError

START_SECONDS = 180.0  # includes starting the container engine
STOP_SECONDS = 40.0  # a container gets 10 s to end by itself
_POLL_SECONDS = 0.1
_TAIL_LINES = 15


def ensure_server(home: Home, progress: Progress) -> None:
    """Starts the server unless one of this code runs already; returns when it answers.

    Raises:
        SetupError: it did not come up; the text holds the end of its log.
    """
    with locked(home.folder / "start.lock"):
        running = running_server(home)
        if running and running["code"] == code_digest(home.checkout):
            return
        if running:
            progress.note("The sandbox's own code changed: starting it again")
            stop_server(home)
        with progress.step("Sandbox: starting", usually_seconds=5, log=home.server_log):
            _start(home)


def running_server(home: Home) -> dict[str, str] | None:
    """What the running server said of itself, or None if none runs or it is still starting."""
    if not is_running(home) or not home.server_file.exists():
        return None
    said: dict[str, str] = json.loads(home.server_file.read_text(encoding="utf-8"))
    return said


def is_running(home: Home) -> bool:
    """Whether a server process is alive: it holds the lock, which the kernel drops at its death."""
    if not home.server_lock.exists():
        return False
    with locked_if_free(home.server_lock) as free:
        return not free


def stop_server(home: Home) -> bool:
    """Stops the server and what it runs; False if none ran.

    What exists stays on disk, and the next start brings the same apps back.
    """
    running = running_server(home)
    if running is None:
        return False
    pid = int(running["pid"])
    for sent in (signal.SIGTERM, signal.SIGKILL):
        os.kill(pid, sent)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not is_running(home):
                home.server_file.unlink(missing_ok=True)
                return True
            time.sleep(_POLL_SECONDS)
    raise SetupError(f"The sandbox's server (process {pid}) does not end; see {home.server_log}.")


def code_digest(checkout: Path) -> str:
    """Changes when the sandbox's code or its requirements do."""
    digest = hashlib.sha256((checkout / "requirements-dev.txt").read_bytes())
    for path in sorted((checkout / "sandbox").rglob("*.py")):
        digest.update(path.relative_to(checkout).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _start(home: Home) -> None:
    home.server_file.unlink(missing_ok=True)
    with home.server_log.open("ab") as log:
        # Its own session and no inherited streams: `make up | tail` ends when make does, and a
        # Ctrl-C at the terminal does not reach it.
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "serve"],
            cwd=home.checkout,
            env={**os.environ, HOME_VARIABLE: str(home.folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            close_fds=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if running_server(home):
            return
        if process.poll() is not None:
            break
        time.sleep(_POLL_SECONDS)
    else:
        process.kill()
    tail = home.server_log.read_text(encoding="utf-8", errors="replace").splitlines()
    raise SetupError(
        f"The sandbox did not start; the end of {home.server_log}:\n"
        + "\n".join(f"  | {line}" for line in tail[-_TAIL_LINES:])
    )
