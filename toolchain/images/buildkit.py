"""The private image builder: BuildKit, built from source, with runc underneath."""

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolchain.cache import remove_tree
from toolchain.debian_packages import NETWORK_PLUGINS, find_program
from toolchain.detached_process import DetachedProcess
from toolchain.engine.build_network import BuildNetwork
from toolchain.golang.build import build, find_built
from toolchain.golang.programs import BUILDKIT
from toolchain.images.build_limits import drop_limits, limit_builds
from toolchain.mounts import unmount_below
from toolchain.progress import Progress

VERSION = f"v{BUILDKIT.version}"
# For every run of buildctl. It traces itself, gives the last spans 50 ms to reach the daemon when
# it ends, and on a busy machine calls a build that was done a failure: "context deadline exceeded".
CLIENT_ENVIRONMENT = {"OTEL_TRACES_SAMPLER": "always_off"}
# For every image that goes through the private registry to this machine's engine: packing layers
# takes an eighth of the CPU seconds of raising dev, and saves 2 GB of disk.
LOCAL_LAYERS = "compression=uncompressed"
_READY_SECONDS = 30.0
_ANSWER_SECONDS = 10.0
_SLOW_SECONDS = 120.0  # a living one that answers nothing for so long is taken for stuck
_SLOW = "buildkitd: slow to answer; waiting for it"
_HOSTS_NETWORK = 'networkMode = "host"'
_OLDER = (
    "buildkitd: runs as an older version started it, with builds in this machine's own network;"
    " others use it, so that ends when all sandboxes have stopped"
)
_STOP_SECONDS = 15.0
_CONNECTED = "03"  # of a socket's state, as proc(5) lists it
_CACHE_LIMIT = "15GB"  # about ten of our systems' images with their models
_CACHE_KEPT = "5GB"
_ADDRESS = re.compile(r'^address = \["(.+)"\]$', re.MULTILINE)


@dataclass(frozen=True)
class BuildkitPrograms:
    """Where the built programs lie."""

    folder: Path

    @property
    def buildctl(self) -> Path:
        """The client."""
        return self.folder / "buildctl"

    @property
    def frontend(self) -> Path:
        """The Dockerfile frontend as a program of its own."""
        return self.folder / "dockerfile-frontend"


def ensure_programs(progress: Progress) -> BuildkitPrograms:
    """Builds buildkitd and its companions, once per version.

    Raises:
        SetupError: no Go, or a module could not be fetched.
    """
    return BuildkitPrograms(build(BUILDKIT, progress))


def find_built_programs() -> BuildkitPrograms | None:
    """What `ensure_programs` would return without building anything, or None."""
    found = find_built(BUILDKIT)
    return None if found is None else BuildkitPrograms(found)


class Buildkitd:
    """One buildkitd of one data folder."""

    def __init__(self, folder: Path, runtime: Path) -> None:
        """Names it; nothing is started.

        Args:
            folder: its data, configuration and log.
            runtime: a short folder for its socket; see `toolchain.runtime_folder`.
        """
        self._folder = folder
        self._process = DetachedProcess("buildkitd", folder)
        self._config = folder / "buildkitd.toml"
        self._network = folder / "network.conflist"
        self._limits = f"slipway-builds-{hashlib.sha256(str(folder).encode()).hexdigest()[:6]}"
        self._addresses = folder / "addresses"
        self._command = folder / "command.json"
        # Builds of ours hold it, shared: who has it alone may start the builder again.
        self.building_lock = folder / "building.lock"
        self._own_address = f"unix://{runtime / 'buildkitd.sock'}"
        # Where it mounts what it reads for a moment; cleared at each start, so it must be nobody's
        # data folder, not even where `runtime` holds `folder`. Short: it makes sockets there too.
        self._temporary = runtime / "buildkitd.tmp"

    @property
    def address(self) -> str:
        """What buildctl's --addr has to be; of one that runs, what it was started with."""
        if self._process.alive() and self._config.is_file():
            found = _ADDRESS.search(self._config.read_text(encoding="utf-8"))
            if found is not None:
                return found[1]
        return self._own_address

    def ensure(
        self,
        programs: BuildkitPrograms,
        registry: str,
        progress: Progress,
        *,
        mirror: str | None = None,
        network: BuildNetwork | None = None,
        held: bool = False,
    ) -> None:
        """Starts it unless it runs with this registry; one that is slow to answer is waited for.

        Args:
            programs: what to start, and to ask it with.
            registry: "127.0.0.1:PORT" of the private registry.
            progress: where it is said that this takes a while.
            mirror: "127.0.0.1:PORT" of what it asks for Docker Hub's images; by default the
                registry.
            network: where it and RUN steps are, raised already; None is this host's own, which a
                host without a working iptables has to use.
            held: another process uses it, and may be building: as long as it lives it is left
                alone, even if this version of ours would configure it otherwise.

        Raises:
            SetupError: it could not be started; the message holds its log's deciding line. Or it is
                held and does not answer, or knows another registry.
        """
        limits = limit_builds(self._limits)
        wanted = self._configuration(registry, mirror or registry, network, limits)
        present = self._config.read_text(encoding="utf-8") if self._config.is_file() else ""
        usable = present == wanted or (held and f'[registry."{registry}"]' in present)
        if usable and self._process.serves(
            lambda: self._answers(programs), _SLOW_SECONDS, lambda: progress.note(_SLOW)
        ):
            if network is not None and _HOSTS_NETWORK in present:
                progress.note(_OLDER)
            return
        if held:
            self._process.refuse_to_stop()
        self._process.stop(_STOP_SECONDS)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._config.write_text(wanted, encoding="utf-8")
        # Of steps that ended with a killed predecessor: nobody has these addresses any more.
        remove_tree(self._addresses)
        if network is not None:
            self._network.write_text(network.configuration(self._addresses), encoding="utf-8")
        program = [str(programs.folder / "buildkitd"), "--config", str(self._config)]
        command = program if network is None else [*network.enter(), *program]
        self._command.write_text(json.dumps(command), encoding="utf-8")
        self._start(command, programs)

    def start_again(self, programs: BuildkitPrograms) -> None:
        """Ends it and starts it as it was, with its cache; builds that run fail.

        One that an older version started is left alone.

        Raises:
            SetupError: it did not come up.
        """
        # Without its configuration it would serve this host's own folder, /var/lib/buildkit.
        if not (self._command.is_file() and self._config.is_file()):
            return
        command = json.loads(self._command.read_text(encoding="utf-8"))
        self._process.stop(_STOP_SECONDS)
        remove_tree(self._addresses)
        self._start(command, programs)

    def connections(self) -> int:
        """How many clients are connected to it: whoever builds is, all the while."""
        pid = self._process.pid()
        if pid is None:
            return 0
        # As its own namespace sees them: the kernel lists sockets by that.
        listed = Path(f"/proc/{pid}/net/unix").read_text(encoding="utf-8", errors="replace")
        path = self.address.removeprefix("unix://")
        rows = (line.split() for line in listed.splitlines()[1:])
        return sum(row[-1] == path and row[5] == _CONNECTED for row in rows)

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.alive()

    def stop(self) -> None:
        """Ends it; what it has cached stays, and what a killed one left mounted goes."""
        self._process.stop(_STOP_SECONDS)
        self._clear_temporary()
        unmount_below(self._folder)
        drop_limits(self._limits)

    def _start(self, command: Sequence[str], programs: BuildkitPrograms) -> None:
        self._clear_temporary()
        self._temporary.mkdir(mode=0o700, exist_ok=True)
        self._process.start(
            command,
            {
                "HOME": str(self._folder),
                # It would look for registry credentials in the user's ~/.docker.
                "DOCKER_CONFIG": str(self._folder),
                "TMPDIR": str(self._temporary),
            },
        )
        self._process.wait_until(lambda: self._answers(programs), _READY_SECONDS)

    def _clear_temporary(self) -> None:
        """Removes what one that was killed had mounted and laid down for a moment."""
        if unmount_below(self._temporary, daemons_alone=True):
            remove_tree(self._temporary)

    def _answers(self, programs: BuildkitPrograms) -> bool:
        try:
            asked = subprocess.run(
                [programs.buildctl, "--addr", self.address, "debug", "workers"],
                check=False,
                env={**os.environ, **CLIENT_ENVIRONMENT},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_ANSWER_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return False
        return asked.returncode == 0

    def _configuration(
        self, registry: str, mirror: str, network: BuildNetwork | None, limits: str | None
    ) -> str:
        """TOML; the quoted strings are paths and addresses of ours, without quotes in them.

        Docker Hub's names are looked up in our mirror first, so a Dockerfile keeps its real FROM
        and `# syntax=`, whoever sends the build.
        """
        steps = [_HOSTS_NETWORK]
        if network is not None:
            steps = [
                'networkMode = "cni"',
                f'cniConfigPath = "{self._network}"',
                f'cniBinaryPath = "{NETWORK_PLUGINS}"',
            ]
        if limits is not None:
            steps.append(f'defaultCgroupParent = "{limits}"')
        own = "\n".join(steps)
        return f"""\
root = "{self._folder / "data"}"

[grpc]
address = ["{self._own_address}"]

[worker.containerd]
enabled = false

[worker.oci]
enabled = true
binary = "{find_program("runc") or "runc"}"
{own}
gc = true
reservedSpace = "{_CACHE_KEPT}"
maxUsedSpace = "{_CACHE_LIMIT}"

[registry."docker.io"]
mirrors = ["{mirror}"]

{"".join(_plain_http(each) for each in dict.fromkeys((mirror, registry)))}"""


def _plain_http(registry: str) -> str:
    return f'[registry."{registry}"]\nhttp = true\n\n'
