"""The sandbox's own ports, which it keeps once they are drawn."""

import fcntl
import json
import socket
from pathlib import Path

from doors.doctor.finding import Finding, Verdict
from sandbox.server.home import Home


def ports(home: Home) -> Finding:
    """Probe and judgement."""
    if _runs(home.server_lock):
        return Finding("ports", "the sandbox is running")
    drawn = drawn_ports(home.folder / "identity.json")
    return judge_ports(drawn, [port for port in drawn if is_taken(port)])


def _runs(lock: Path) -> bool:
    """As `sandbox.server.process.is_running`, which needs packages that may not be there yet."""
    try:
        with lock.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def drawn_ports(identity: Path) -> list[int]:
    """Those that an earlier start drew; none before the first one."""
    try:
        known = json.loads(identity.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [int(value) for key, value in sorted(known.items()) if key.endswith("_port")]


def is_taken(port: int) -> bool:
    """Whether a server could not listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def judge_ports(drawn: list[int], taken: list[int]) -> Finding:
    """Whether another program has one of them."""
    if not taken:
        found = f"{', '.join(map(str, drawn))} are free" if drawn else "drawn at the first start"
        return Finding("ports", found)
    named = " and ".join(map(str, taken))
    which = " or ".join(f"sport = :{port}" for port in taken)
    return Finding(
        "ports",
        f"another program listens on {named}",
        Verdict.BLOCKED,
        f"End it (`ss -ltnp '{which}'` names it), or run `make reset`: a new sandbox has others.",
    )
