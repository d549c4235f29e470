"""Which processes of this machine run, without a package for it."""

import os
import signal
import subprocess
import time
from pathlib import Path


def running_processes():
    """Every process that is no zombie: its id and its parent's."""
    rows = _from_proc() if Path("/proc/self/stat").exists() else _from_ps()
    return {pid: parent for pid, parent, state in rows if not state.startswith("Z")}


def descendants(root):
    parents = running_processes()
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {root}


def all_end(pids, within_seconds=5):
    deadline = time.monotonic() + within_seconds
    while set(pids) & set(running_processes()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def kill(pids):
    for pid in set(pids) & set(running_processes()):
        os.kill(pid, signal.SIGKILL)


def text_of(file, within_seconds=30):
    """What a file holds as soon as it holds something."""
    deadline = time.monotonic() + within_seconds
    while not (file.exists() and file.read_text()):
        assert time.monotonic() < deadline, f"{file} never came"
        time.sleep(0.02)
    return file.read_text()


def _from_proc():
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:  # it ended meanwhile
                continue
            state, parent = stat.rpartition(")")[2].split()[:2]  # the name may hold spaces
            yield int(folder.name), int(parent), state


def _from_ps():
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    for line in listed.splitlines():
        pid, parent, state = line.split()
        yield int(pid), int(parent), state
