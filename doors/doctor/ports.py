"""The sandbox's own ports, which it keeps once they are drawn."""

import json
import socket
from pathlib import Path

from doors.doctor.finding import Finding, Verdict
from doors.home import Home
from sandbox.server.process import is_running


def ports(home: Home) -> Finding:
    """Probe and judgement."""
    if is_running(home):
        return Finding("ports", "the sandbox is running")
    drawn = drawn_ports(home.folder / "identity.json")
    return judge_ports(drawn, [port for port in drawn if is_taken(port)])


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
