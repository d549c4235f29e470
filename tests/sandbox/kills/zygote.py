"""Forks sandbox servers from a process that has everything imported: a start takes no second.

`python -m tests.sandbox.kills.zygote` reads folders of homes, a line each, and answers with process
ids. What it forks is the real server over a machine whose containers are threads. It ends itself
by SIGKILL at the step that `steps` in its home counts down to. With `engine` as an argument it is
the server as it is, with the engine of this machine.
"""

import mmap
import os
import signal
import struct
import sys
import traceback
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from sandbox.git.store import GitStore
from sandbox.server import serve as serving
from sandbox.server.home import Home
from sandbox.server.options import Options
from sandbox.store.database import Database
from tests.providers.thread_machine import ThreadMachine
from toolchain.images import base_images, host_needs

WITH_ENGINE = "engine"
COUNTER = struct.Struct("q")
_AUDITED = {
    *("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"),
    *("shutil.rmtree", "shutil.copyfile", "subprocess.Popen"),
}
_READING = ("SELECT", "PRAGMA", "--")


class Machine(ThreadMachine):
    def __init__(self, _engine, _name, _names):
        super().__init__()

    def remove_attached(self):
        """No job of these workflows has a step."""


@contextmanager
def engine(_progress):
    address = SimpleNamespace(bind_host="127.0.0.1", public_range=None, buildkit=None)
    yield SimpleNamespace(address=address, lease=None)


def count_steps(path: Path) -> None:
    """Lets the process die before a statement that writes, a change of files or a piece of git."""
    with path.open("r+b") as file:
        counter = mmap.mmap(file.fileno(), COUNTER.size)

    def step() -> None:
        (left,) = COUNTER.unpack_from(counter)
        if left > 0:
            COUNTER.pack_into(counter, 0, left - 1)
            if left == 1:
                os.kill(os.getpid(), signal.SIGKILL)

    def traced(self):
        known = hasattr(self._local, "held")
        own = connect(self)
        if not known:
            own.connection.set_trace_callback(
                lambda sql: None if sql.lstrip().startswith(_READING) else step()
            )
        return own

    def opened(self):
        step()
        return open_store(self)

    connect, Database._own = Database._own, traced
    open_store, GitStore.open = GitStore.open, opened
    sys.addaudithook(lambda event, _: step() if event in _AUDITED else None)


def child(folder: Path, *, with_engine: bool) -> None:
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(folder / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if with_engine:
        serving.serve(Home(folder), Options())
        return
    count_steps(folder / "steps")
    serving.ensure_engine, serving.DockerMachine = engine, Machine
    serving.note_home = lambda _home: None  # it is in nobody's engine
    # A clock that hurries ends every window of a rate limit at once.
    serving.serve(Home(folder), Options(clock_speed=1000.0))


def ask_this_machine_once() -> None:
    """What apt and pip say of it: each start asks them, for longer than all else takes."""
    base_images.candidate_versions = cache(base_images.candidate_versions)
    base_images.candidate_versions("python3", "busybox")
    host_needs.pip_settings = cache(host_needs.pip_settings)
    host_needs.pip_settings()


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that are killed
    with_engine = sys.argv[1:] == [WITH_ENGINE]
    if with_engine:
        ask_this_machine_once()
    while folder := sys.stdin.readline().strip():
        pid = os.fork()
        if pid == 0:
            try:
                child(Path(folder), with_engine=with_engine)
            except BaseException:  # noqa: BLE001 - for the log, whatever it was
                traceback.print_exc()
            os._exit(0)
        print(pid, flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
