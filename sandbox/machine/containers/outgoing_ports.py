"""Which TCP ports of other machines a container may call: rules on its network's own device.

What else it begins to say leaves without an answer, as on a platform that drops it. Servers of this
machine, the sandbox's among them, are not asked through here.
"""

import logging
import re
import subprocess
import threading
from collections.abc import Iterable, Sequence

from toolchain.engine.bridge import device_exists
from toolchain.engine.firewall import choose_iptables, try_command

_LOG = logging.getLogger(__name__)
_ASKED = "DOCKER-USER"  # the chain that engines leave to others, asked before their own rules
_CHAIN = "SLIPWAY-PORTS-"  # and the ports; one for all networks that may call the same ones


class OutgoingPorts:
    """Bounds what networks of an engine call. Thread-safe."""

    def __init__(self, *, in_this_kernel: bool) -> None:
        """Takes what it can rely on.

        Args:
            in_this_kernel: whether the engine's networks are in this host's kernel, and this
                process may make rules for them.
        """
        self._in_this_kernel = in_this_kernel
        self._lock = threading.Lock()
        self._iptables: str | None = None

    def bound(self, network_id: str, ports: Sequence[int]) -> None:
        """Lets containers of a new network call these ports alone.

        A network's device is never another's, so what is left of one that is gone stops nobody; it
        is removed here. Where no iptables works nothing is bound, as `docs/isolation.md` says.
        """
        if not self._in_this_kernel:
            return
        with self._lock:
            self._iptables = self._iptables or choose_iptables()[0]
            if self._iptables is None:
                return
            self._remove_leftovers()
            chain = _CHAIN + "-".join(map(str, sorted(ports)))
            last = (chain, "-p", "tcp", "--syn", "-j", "DROP")
            if self._try("-C", *last) is not None:  # without it the chain bounds nothing
                self._try("-N", chain)
                self._must("-F", chain)  # of who was killed while filling it
                for port in ports:
                    self._must("-A", chain, "-p", "tcp", "--dport", str(port), "-j", "RETURN")
                self._must("-A", *last)
            device = f"br-{network_id[:12]}"
            self._must("-I", _ASKED, "-i", device, "!", "-o", device, "-p", "tcp", "-j", chain)

    def _remove_leftovers(self) -> None:
        for rule in self._rules():
            device = re.search(r"-i (br-\w+)", " ".join(rule))
            if device is not None and not device_exists(device[1]):
                self._try("-D", *rule)

    def _rules(self) -> Iterable[list[str]]:
        """Ours among those that are asked first."""
        asked = [str(self._iptables), "--wait", "-S", _ASKED]
        shown = subprocess.run(asked, check=False, capture_output=True, text=True).stdout
        lines = (line.split() for line in shown.splitlines())
        return [words[1:] for words in lines if words and words[-1].startswith(_CHAIN)]

    def _must(self, *words: str) -> None:
        problem = self._try(*words)
        if problem is not None:
            _LOG.warning("iptables %s: %s", " ".join(words), problem)

    def _try(self, *words: str) -> str | None:
        return try_command([str(self._iptables), "--wait", *words])
