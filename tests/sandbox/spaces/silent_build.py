"""A build that prints nothing and never ends, for tests of ending it."""

from pathlib import Path


def silent(pid: Path) -> str:
    """A `build.py` that starts a program of its own, notes its process id, and waits with it."""
    return (
        "import pathlib, subprocess, sys, time\n"
        "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)'])\n"
        f"partial = pathlib.Path({str(pid) + '.partial'!r})\n"
        "partial.write_text(str(other.pid))\n"
        f"partial.rename({str(pid)!r})\n"
        "time.sleep(3600)\n"
    )


def lives(pid: Path) -> bool:
    """Whether the program noted there runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid.read_text()}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
