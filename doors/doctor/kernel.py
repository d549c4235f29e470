"""What the private engine asks of the kernel, each tried where it changes nothing of the host."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from doors.doctor.finding import Finding, Verdict
from doors.doctor.needs import cache_place, nearest_existing

_SECONDS = 5.0
# `ip link add … type bridge` before iproute2 is there: SIOCBRADDBR, linux/sockios.h.
_ADD_BRIDGE = (
    "import fcntl,socket;s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);"
    "fcntl.ioctl(s,0x89a0,b'slipway-try'.ljust(16,b'\\0'))"
)
_MOUNT_OVERLAY = (
    'cd "$0" && mkdir lower upper work merged && mount -t overlay overlay'
    " -o lowerdir=lower,upperdir=upper,workdir=work merged"
)
_ELSEWHERE = (
    "Run this where containers may be started: on the machine itself, or in a container with"
    " `--privileged`. A running Docker does as well."
)


def kernel(cgroup: Path = Path("/sys/fs/cgroup")) -> Iterator[Finding]:
    """Probes and judgements.

    Args:
        cgroup: where control groups are mounted.
    """
    yield judge("namespaces", _namespaces(), _ELSEWHERE)
    yield judge("bridge devices", _bridge(), _ELSEWHERE)
    yield judge("control groups", _cgroups(cgroup), _ELSEWHERE)
    yield judge(
        "overlay file systems",
        _overlay(),
        "Images take more room and time without. XDG_CACHE_HOME on an ext4 or xfs disk helps.",
        Verdict.WARNING,
    )


def judge(
    check: str, problem: str | None, remedy: str, verdict: Verdict = Verdict.BLOCKED
) -> Finding:
    """A feature is there, or the kernel said why not."""
    return Finding(check, "there") if problem is None else Finding(check, problem, verdict, remedy)


def _namespaces() -> str | None:
    kinds = ["--mount", "--net", "--pid", "--ipc", "--uts"]
    return _try(["unshare", *kinds, "--fork", "true"])


def _bridge() -> str | None:
    return _try(["unshare", "--net", sys.executable, "-S", "-E", "-c", _ADD_BRIDGE])


def _overlay() -> str | None:
    place = nearest_existing(cache_place())
    try:
        with tempfile.TemporaryDirectory(dir=place, prefix=".slipway-try-") as folder:
            # The mount goes with its namespace.
            return _try(["unshare", "--mount", "sh", "-c", _MOUNT_OVERLAY, folder])
    except OSError as error:  # told by the check of writable folders
        return f"not tried: {error.strerror}"


def _cgroups(root: Path) -> str | None:
    second = (root / "cgroup.controllers").is_file()
    base = root if second else root / "devices"
    if not base.is_dir():
        return f"{root} has none"
    group = base / f"slipway-try-{os.getpid()}"
    try:
        group.mkdir()
    except OSError as error:
        return f"{base}: {error.strerror}"
    finally:
        with suppress(OSError):
            group.rmdir()
    return None


def _try(command: Sequence[str]) -> str | None:
    try:
        ended = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=_SECONDS
        )
    except FileNotFoundError:
        return f"{command[0]} is not installed"
    except subprocess.TimeoutExpired:
        return f"no answer within {_SECONDS:.0f} s"
    if ended.returncode == 0:
        return None
    return (ended.stderr.strip() or f"exit code {ended.returncode}").splitlines()[-1]
