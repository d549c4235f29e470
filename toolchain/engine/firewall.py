"""This host's firewall: the iptables program that works in this kernel, and rules about a device.

Rules outlive what they are about: the device, and the folder of the engine that made them. So they
are found again by the device's name, whatever addresses it had then.
"""

import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from toolchain.debian_packages import find_program
from toolchain.progress import SetupError

Rule = tuple[str, str, Sequence[str]]  # table, chain, and what iptables is told of it
_TABLES = ("mangle", "nat", "filter")
_CHECK_CHAIN = "SLIPWAY-CHECK"


def choose_iptables() -> tuple[str | None, str]:
    """The iptables program with which dockerd can work in this kernel.

    Debian has two of one name, on top of nftables and the older one, and a kernel may support
    either, both or none. The system's choice is tried first.

    Returns:
        Its path, or None if none works, and the reason as a sentence for the log.
    """
    reasons: list[str] = []
    for name in ("iptables", "iptables-nft", "iptables-legacy"):
        path = find_program(name)
        if path is None:
            continue
        problem = _try_rules(path)
        if problem is None:
            return path, f"{name} takes NAT rules; it separates the containers' networks."
        reasons.append(f"{name}: {problem}")
    why = "; ".join(reasons) or "no iptables program is installed"
    return None, (
        "No iptables works here, so containers reach the sandbox but nothing outside it, their"
        f" networks are not kept apart, and builds use this host's own network ({why})."
    )


def shadow_iptables(program: str, folder: Path) -> Path:
    """A folder to put first on dockerd's PATH, where `iptables` is the chosen program."""
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "iptables"
    link.unlink(missing_ok=True)
    link.symlink_to(program)
    return folder


def put_rules(iptables: str, device: str, rules: Sequence[Rule]) -> None:
    """Makes these the only rules about a device; nothing is touched if they are.

    Args:
        iptables: the program.
        device: in each of them, or the name of a chain of its own, which is made.
        rules: those of a chain in the order in which they are asked.

    Raises:
        SetupError: this kernel does not take one of them; the message says which.
    """
    there = rules_about(iptables, device)
    if len(there) == len(rules) and all(
        try_command([iptables, "--wait", "-t", table, "-C", chain, *rule]) is None
        for table, chain, rule in rules
    ):
        return
    remove_rules(iptables, device)
    for table, chain, rule in rules:
        at = [iptables, "--wait", "-t", table]
        if chain == device:
            try_command([*at, "-N", chain])
        how = "-A" if chain == device else "-I"  # ours are asked before anybody's
        problem = try_command([*at, how, chain, *rule])
        if problem is not None:
            raise SetupError(
                f"Network for builds: `iptables -t {table} {how} {chain} {' '.join(rule)}` said:"
                f" {problem}. A running Docker of your own does as well."
            )


def rules_about(iptables: str, device: str) -> list[Rule]:
    """Those that name a device, and those of a chain with its name."""
    found: list[Rule] = []
    for table in _TABLES:
        command = [iptables, "--wait", "-t", table, "-S"]
        shown = subprocess.run(command, check=False, capture_output=True, text=True).stdout
        lines = map(shlex.split, shown.splitlines())
        found += [(table, w[1], w[2:]) for w in lines if w[0] == "-A" and device in w]
    return found


def remove_rules(iptables: str, device: str) -> None:
    """Removes them, and the chain; absent is success."""
    about = rules_about(iptables, device)
    for table, chain, rule in about:
        if chain != device:
            try_command([iptables, "--wait", "-t", table, "-D", chain, *rule])
    for table in {table for table, chain, _ in about if chain == device}:
        for words in (("-F", device), ("-X", device)):
            try_command([iptables, "--wait", "-t", table, *words])


def _try_rules(program: str) -> str | None:
    """Adds and removes rules of the kinds dockerd needs; returns what was wrong, or None."""
    table = [program, "--wait", "-t", "nat"]
    try_command([*table, "-F", _CHECK_CHAIN])
    try_command([*table, "-X", _CHECK_CHAIN])
    try:
        for rule in (
            ["-N", _CHECK_CHAIN],
            ["-A", _CHECK_CHAIN, "-m", "addrtype", "--dst-type", "LOCAL", "-j", "RETURN"],
            ["-A", _CHECK_CHAIN, "-m", "conntrack", "--ctstate", "ESTABLISHED", "-j", "RETURN"],
        ):
            problem = try_command([*table, *rule])
            if problem is not None:
                return problem
    finally:
        try_command([*table, "-F", _CHECK_CHAIN])
        try_command([*table, "-X", _CHECK_CHAIN])
    return None


def try_command(command: list[str]) -> str | None:
    """Runs it; what it said when it failed, in one line, or None."""
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    if ended.returncode == 0:
        return None
    return (ended.stderr.strip() or f"exit code {ended.returncode}").splitlines()[-1]
