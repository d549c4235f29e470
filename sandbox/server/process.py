"""Starting and stopping the sandbox's server, one detached process per home."""

import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sandbox.server.home import HOME_VARIABLE, Home
from toolchain.cache import locked
from toolchain.progress import Progress, SetupError

START_SECONDS = 180.0  # includes starting the container engine
STOP_SECONDS = 40.0  # a container gets 10 s to end by itself
_POLL_SECONDS = 0.1
CONTAINERS = "containers"  # what a running server says of them: `some` or `none`
LEASE = "lease"  # the file by which it holds the container engine
_TAIL_LINES = 15
_CODE = Path(__file__).resolve().parents[2]  # where the packages `sandbox` and `toolchain` lie
_LOG_LIMIT = 5_000_000  # bytes, beyond which a start begins a new log and keeps the last one


def ensure_server(
    home: Home, progress: Progress, flags: Sequence[str] = (), depends_on: Sequence[Path] = ()
) -> None:
    """Starts the server unless one of this code runs already; returns when it answers.

    Args:
        home: whose server.
        progress: told what happens.
        flags: of `serve`; with others, another server is started.
        depends_on: files, a change of which wants another server too.

    Raises:
        SetupError: it did not come up; the text holds the end of its log.
    """
    home.make_folder()
    with locked(home.start_lock, on_wait=lambda: progress.note("Sandbox: another start goes on")):
        running = _settled_server(home)
        wanted = code_digest(home, flags, depends_on)
        if running and running["code"] == wanted and not _engine_is_lost(home, running):
            return
        if running:
            progress.note("The sandbox's own code changed: starting it again")
            _stop(home, int(running["pid"]))
        with progress.step("Sandbox: starting", usually_seconds=5):
            _start(home, [*flags, "--revision", wanted])


def stop_without_engine(home: Home, progress: Progress) -> None:
    """Stops a server whose container engine somebody deleted under it, before another one starts.

    It would take what then happens to its containers for the apps' own end.
    """
    if not home.folder.exists():
        return
    with locked(home.start_lock):
        running = running_server(home)
        if running and _engine_is_lost(home, running):
            progress.note("The sandbox's container engine was deleted: starting both again")
            _stop(home, int(running["pid"]))


def running_server(home: Home) -> dict[str, str] | None:
    """What the running server said of itself, or None if none runs or it is still starting."""
    if not is_running(home):
        return None
    try:
        said: dict[str, str] = json.loads(home.server_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return said


def is_running(home: Home) -> bool:
    """Whether a server process is alive: it holds the lock, which the kernel drops at its death."""
    try:
        with home.server_lock.open("r") as lock:
            # Shared: two that look at the same moment must not take each other for a server.
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def runs_containers(home: Home) -> bool:
    """Whether a server is alive that was not started without containers."""
    return is_running(home) and (running_server(home) or {}).get(CONTAINERS) != "none"


def stop_server(home: Home) -> bool:
    """Stops the server and what it runs; False if none ran.

    What exists stays on disk, and the next start brings the same apps back. A start that goes on
    is waited for.
    """
    if not home.folder.exists():
        return False
    with locked(home.start_lock):
        running = _settled_server(home)
        if running is None:
            return False
        _stop(home, int(running["pid"]))
    return True


def code_digest(home: Home, flags: Sequence[str], depends_on: Sequence[Path]) -> str:
    """Changes when a start would bring another server: its code, place, or options."""
    digest = hashlib.sha256()
    for path in depends_on:
        digest.update(path.read_bytes())
    digest.update(str(home.folder).encode())  # a moved checkout's server works in the old place
    digest.update("\0".join(flags).encode())
    rooms = ("sandbox", "toolchain")
    for path in sorted(file for room in rooms for file in (_CODE / room).rglob("*.py")):
        digest.update(path.relative_to(_CODE).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _engine_is_lost(home: Home, running: Mapping[str, str]) -> bool:
    return not Path(running.get(LEASE, home.folder)).exists()


def _settled_server(home: Home) -> dict[str, str] | None:
    """The running server, one included that is still starting since its `make up` was ended."""
    deadline = time.monotonic() + START_SECONDS
    while is_running(home) and time.monotonic() < deadline:
        if said := running_server(home):
            return said
        time.sleep(_POLL_SECONDS)
    return None


def _stop(home: Home, pid: int) -> None:
    for sent in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):  # it ends at this very moment
            os.kill(pid, sent)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not is_running(home):
                return
            time.sleep(_POLL_SECONDS)
    raise SetupError(f"The sandbox's server (process {pid}) does not end; see {home.server_log}.")


def _start(home: Home, flags: Sequence[str]) -> None:
    if home.server_log.exists() and home.server_log.stat().st_size > _LOG_LIMIT:
        home.server_log.replace(home.server_log.with_suffix(".log.old"))
    with home.server_log.open("ab") as log:
        written_before = log.tell()
        # Its own session and no inherited streams: `make up | tail` ends when make does, and a
        # Ctrl-C at the terminal does not reach it.
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "serve", *flags],
            cwd=_CODE,
            env={**os.environ, HOME_VARIABLE: str(home.folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
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
    said = home.server_log.read_bytes()[written_before:].decode(errors="replace").strip()
    raise SetupError(
        f"The sandbox did not start; the end of {home.server_log}:\n"
        + "\n".join(f"  | {line}" for line in said.splitlines()[-_TAIL_LINES:])
    )
