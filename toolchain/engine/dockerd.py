"""The private Docker engine: Debian's dockerd with everything it owns in our folder."""

import json
import os
import resource
import shutil
import signal
import time
from pathlib import Path

from toolchain.debian_packages import find_program
from toolchain.detached_process import DetachedProcess, boot_id
from toolchain.engine.bridge import (
    Bridge,
    lower_bridge,
    raise_bridge,
    remove_former_networks,
)
from toolchain.engine.endpoint import engine_answers
from toolchain.engine.firewall import choose_iptables, remove_rules, shadow_iptables
from toolchain.mounts import unmount_below
from toolchain.progress import Progress

_SLOW_SECONDS = 120.0  # a living one that answers nothing for so long is taken for stuck
_READY_SECONDS = 60.0  # 2 s here; it first ends what a killed predecessor left running
_STOP_SECONDS = 30.0  # it stops the containers before itself
_CONTAINER_STOP_SECONDS = 5
_NETWORKS = "data/network/files/local-kv.db"  # all that dockerd knows of networks it made
_SLOW = "dockerd: slow to answer; waiting for it"
# An engine's proxy has six files open for each visitor of an app, and ends for good at the first
# that is too many. As many as Docker's own unit allows it, or as this user may have at most.
_OPEN_FILES = "1048576"
_WITH_OPEN_FILES = 'ulimit -n "$0" 2>/dev/null || ulimit -n "$(ulimit -H -n)"; exec "$@"'
LONGEST_SOCKET = "docker/containerd/containerd-debug.sock"  # in the runtime folder


class Dockerd:
    """One dockerd, and the containerd it starts, of one data folder."""

    def __init__(self, folder: Path, runtime: Path, bridge: Bridge) -> None:
        """Names it; nothing is started.

        Args:
            folder: its data, configuration and log.
            runtime: a short folder for its sockets; see `toolchain.runtime_folder`.
            bridge: the network device of its containers.
        """
        self._folder = folder
        self._runtime = runtime
        self._bridge = bridge
        self._process = DetachedProcess("dockerd", folder)
        self._config = folder / "daemon.json"

    @property
    def host(self) -> str:
        """What DOCKER_HOST has to be; of one that runs, what it was started with."""
        return self._started_with("hosts") or f"unix://{self._runtime / 'docker.sock'}"

    @property
    def _exec_root(self) -> Path:
        return Path(self._started_with("exec-root") or self._runtime / "docker")

    def _started_with(self, key: str) -> str | None:
        """A running one's setting: an older version of ours kept its sockets elsewhere."""
        if not self._process.alive():
            return None
        try:
            value = json.loads(self._config.read_text(encoding="utf-8"))[key]
        except (OSError, ValueError, KeyError):
            return None
        return str(value[0] if isinstance(value, list) else value)

    def ensure(self, progress: Progress, *, held: bool = False) -> None:
        """Starts it unless it runs; one that runs and is slow to answer is waited for.

        Args:
            progress: where it is said that this takes a while.
            held: another process uses it: as long as it lives it is left alone.

        Raises:
            SetupError: it could not be started; the message holds its log's deciding line. Or it is
                held and does not answer.
        """
        if self._process.serves(self._answers, _SLOW_SECONDS, lambda: progress.note(_SLOW)):
            return
        if held:
            self._process.refuse_to_stop()
        self._process.stop(_STOP_SECONDS)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._clear_leftovers()
        if not (self._folder / _NETWORKS).exists():
            remove_former_networks(self._bridge)
        raise_bridge(self._bridge)
        iptables, reason = choose_iptables()
        (self._folder / "network.log").write_text(f"{reason}\n", encoding="utf-8")
        if iptables is None:
            progress.note(reason)
        self._config.write_text(
            json.dumps(self._configuration(with_iptables=iptables is not None)), encoding="utf-8"
        )
        program = find_program("dockerd") or "dockerd"
        self._process.start(
            ["sh", "-c", _WITH_OPEN_FILES, _OPEN_FILES, program, "--config-file", self._config],
            {"PATH": self._path(iptables), "HOME": str(self._folder)},
        )
        self._process.wait_until(self._answers, _READY_SECONDS)

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.alive()

    def stop(self) -> None:
        """Ends it with its containers; its bridge goes, and what a killed one left mounted."""
        exec_root = self._exec_root
        self._process.stop(_STOP_SECONDS)
        self._end_containerd(exec_root)
        if unmount_below(exec_root, daemons_alone=True):
            shutil.rmtree(exec_root, ignore_errors=True)
        unmount_below(self._folder)
        iptables = choose_iptables()[0]
        if iptables is not None:
            remove_rules(iptables, self._bridge.device)  # a dockerd leaves them
        lower_bridge(self._bridge)

    def _configuration(self, *, with_iptables: bool) -> dict[str, object]:
        pool = {"base": self._bridge.pool, "size": self._bridge.pool_part}
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)  # what is raised is not for apps
        return {
            "hosts": [self.host],
            "data-root": str(self._folder / "data"),
            "exec-root": str(self._exec_root),
            "pidfile": str(self._folder / "dockerd.pid"),
            "bridge": self._bridge.device,
            "default-address-pools": [pool],
            "iptables": with_iptables,
            "ip-masq": with_iptables,
            "shutdown-timeout": _CONTAINER_STOP_SECONDS,
            "default-ulimits": {"nofile": {"Name": "nofile", "Soft": soft, "Hard": hard}},
            "log-driver": "json-file",
            "log-opts": {"max-size": "10m", "max-file": "2"},
        }

    def _path(self, iptables: str | None) -> str:
        path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
        if iptables is None:
            return path
        return f"{shadow_iptables(iptables, self._folder / 'bin')}:{path}"

    def _answers(self) -> bool:
        """Whether it serves its API."""
        return engine_answers(self.host)

    def _clear_leftovers(self) -> None:
        """Removes what a killed dockerd left and the next one would trip over.

        It refuses to start when the pid in its file belongs to any process, and so does its
        containerd; after a reboot or a while that may be anybody's.
        """
        (self._folder / "dockerd.pid").unlink(missing_ok=True)
        self._end_containerd(self._exec_root)
        self._end_containerd(self._folder / "exec")  # an older version's
        boot = self._folder / "boot"
        if not boot.is_file() or boot.read_text(encoding="ascii") != boot_id():
            # All in it was about processes and mounts of before the reboot.
            if unmount_below(self._exec_root, daemons_alone=True):
                shutil.rmtree(self._exec_root, ignore_errors=True)
            boot.write_text(boot_id(), encoding="ascii")

    def _end_containerd(self, exec_root: Path) -> None:
        """Ends a containerd that outlived its dockerd; another process's pid is left alone."""
        pid_file = exec_root / "containerd" / "containerd.pid"
        if not pid_file.is_file():
            return
        pid = int(pid_file.read_text(encoding="ascii").strip() or 0)
        deadline = time.monotonic() + _STOP_SECONDS
        while pid and _is_of(exec_root, pid) and time.monotonic() < deadline:
            os.kill(pid, signal.SIGTERM)
            time.sleep(0.2)
        pid_file.unlink(missing_ok=True)


def _is_of(exec_root: Path, pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return str(exec_root).encode() in command
