"""The closed machine's own engine: dockerd, BuildKit and a registry, shared by a user's clones."""

from collections.abc import Callable, Collection
from pathlib import Path

from toolchain.cache import cache_folder, locked
from toolchain.debian_packages import ensure_packages
from toolchain.engine.address import BuildkitAddress, EngineAddress
from toolchain.engine.bridge import bridge_exists, choose_bridge
from toolchain.engine.build_network import (
    build_network,
    lower_build_network,
    raise_build_network,
)
from toolchain.engine.builder_leftovers import engine_lock
from toolchain.engine.builder_ways import BuilderWays, ways
from toolchain.engine.dockerd import Dockerd
from toolchain.engine.firewall import choose_iptables
from toolchain.engine.leases import Lease, live_leases
from toolchain.engine.public_addresses import public_range
from toolchain.images.base_images import BaseImages
from toolchain.images.base_system import package_settings
from toolchain.images.buildkit import Buildkitd, ensure_programs
from toolchain.images.loopback_services import named_services
from toolchain.images.mirror import Mirror, MirrorSettings
from toolchain.images.registry import Registry
from toolchain.images.root_filesystem import host_release
from toolchain.mounts import mounted_below
from toolchain.progress import Progress
from toolchain.runtime_folder import remove_runtime_folder, runtime_folder

_EXPOSED = (
    "Image builder: no iptables works here, so a Dockerfile's RUN is in this machine's own network"
    " and reaches its loopback; build no stranger's (docs/isolation.md)"
)


def start_private_engine(progress: Progress) -> tuple[EngineAddress, Lease]:
    """Sets up what is missing and starts what does not run, under one lock for all clones.

    A daemon that died is started again. One that lives and that another process holds is never
    stopped: it is used as it is, however slow it answers.

    Returns:
        Where the engine is, and a lease that keeps it running as long as this process lives.

    Raises:
        SetupError: a part could not be set up or started; the message says which and its log.
    """
    ensure_packages(progress)
    programs = ensure_programs(progress)
    folder = _folder()
    with locked(
        engine_lock(), on_wait=lambda: progress.note("Container engine: another set-up has it")
    ):
        held = live_leases(_leases()) > 0
        lease = Lease(_leases())
        try:
            base_images = BaseImages(folder / "registry", programs)
            bridge = choose_bridge(folder)
            registry = Registry(folder / "registry").ensure()
            dockerd = Dockerd(folder / "docker", runtime_folder(), bridge)
            dockerd.ensure(progress, held=held)
            buildkitd = Buildkitd(folder / "buildkit", runtime_folder())
            mirror = Mirror(folder / "mirror")
            mirror_address = mirror.address()
            network = build_network(bridge, choose_iptables()[0])
            if network is not None:
                network = raise_build_network(network)
                builder_ways = BuilderWays(folder / "builder-ways")
                if not (held and builder_ways.alive()):
                    needed = ways(
                        network.namespace,
                        (registry, mirror_address),
                        steps_need=named_services(package_settings(host_release())),
                        open_at=bridge.address,
                    )
                    builder_ways.ensure(needed)
            elif not buildkitd.alive():
                progress.note(_EXPOSED)
            buildkitd.ensure(
                programs, registry, progress, mirror=mirror_address, network=network, held=held
            )
            mirror.ensure(
                MirrorSettings(
                    address=mirror_address,
                    registry=registry,
                    registry_folder=str(folder / "registry"),
                    programs=str(programs.folder),
                    buildkit=buildkitd.address,
                ),
                held=held,
            )
            names = base_images.ensure(registry, buildkitd.address, progress)
        except BaseException:
            lease.release()
            raise
    buildkit = BuildkitAddress(
        buildctl=programs.buildctl,
        address=buildkitd.address,
        registry=registry,
        data=folder,
        stand_ins=names,
        mirror=mirror_address,
    )
    address = EngineAddress(
        docker_host=dockerd.host,
        inside_host=bridge.address,
        bind_host=bridge.address,
        buildkit=buildkit,
        shared_range=bridge.shared_range,
        public_range=public_range(bridge),
    )
    return address, lease


def stop_private_engine_if_unused(progress: Progress) -> bool:
    """Stops the daemons unless a sandbox that lives holds a lease.

    Of daemons that were killed it removes what they left in the kernel: mounts, which would hold
    their folder, and network devices.

    Returns:
        Whether nothing of the engine runs now.
    """
    folder = _folder()
    with locked(engine_lock()):
        if live_leases(_leases()) > 0:
            return False
        bridge, runtime = choose_bridge(folder), runtime_folder(create=False)
        dockerd = Dockerd(folder / "docker", runtime, bridge)
        registry = Registry(folder / "registry")
        buildkitd = Buildkitd(folder / "buildkit", runtime)
        mirror = Mirror(folder / "mirror")
        builder_ways = BuilderWays(folder / "builder-ways")
        parts = (dockerd, registry, buildkitd, mirror, builder_ways)
        left = (
            bridge_exists(bridge)
            or mounted_below(folder)
            or mounted_below(runtime, daemons_alone=True)
        )
        if not (left or any(each.alive() for each in parts)):
            remove_runtime_folder()
            return True
        with progress.step("Container engine: stopping", usually_seconds=3):
            mirror.stop()
            buildkitd.stop()
            builder_ways.stop()
            lower_build_network(bridge, choose_iptables()[0])
            dockerd.stop()
            registry.stop()
        remove_runtime_folder()
    return True


def collect_images(kept: Callable[[], Collection[str]]) -> bool:
    """Lets the registry drop what no image needs any more, if that is worth it.

    Args:
        kept: called for the digests of images that stay though a later one has their tag.

    Returns:
        False if somebody builds or pushes, and it is to be tried again.
    """
    registry = Registry(_folder() / "registry")
    if not registry.has_grown():
        return True
    with locked(engine_lock()):
        builder = Buildkitd(_folder() / "buildkit", runtime_folder(create=False))
        return builder.connections() == 0 and registry.collect(kept())


def exists() -> bool:
    """Whether one was ever set up, with this cache folder."""
    return _folder().exists()


def has_base_images() -> bool:
    """Whether base images were made here; if of what the host is now, the start finds out."""
    return BaseImages.were_made(_folder() / "registry")


def _folder() -> Path:
    return cache_folder() / "engine"


def _leases() -> Path:
    return _folder() / "leases"
