"""A service on a Docker host of one's own: one container, found by its name, its data in volumes.

Services that talk to each other are declared together; see `DockerServices`. Nothing is published
beyond the host's own loopback: what the world may see belongs behind a proxy with TLS.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_docker as docker
from pulumi import Input, Output, ResourceOptions
from pulumi.output import Unknown

from slipway.core.arguments import LONGEST_TIMEOUT, check_between, check_types
from slipway.core.component import Component
from slipway.docker_host.health_check import HealthCheck
from slipway.docker_host.host import DockerHost
from slipway.errors import ConfigError

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_LOOPBACK = "127.0.0.1"
_RESTARTS = ("no", "on-failure", "always", "unless-stopped")
_LAST_PORT = 65535
_LEAST_MEMORY_MB = 6  # says Docker
_STOP_SECONDS = 10  # a database writes down what it holds before it ends


@dataclass(frozen=True, kw_only=True)
class DockerServiceArgs:
    """What a caller decides about a service; everything else has a safe default."""

    name: str  # under which its neighbours find it: http://NAME:PORT
    image: Input[str]
    port: int  # it listens on, inside
    publish: int | None = None  # on the host's loopback; 0: any free port; None: not at all
    env: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    secrets: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    """Variables too, encrypted in the state; whoever may use the host's engine can read them."""
    volumes: Mapping[str, str] = field(default_factory=dict[str, str])
    """Path in the container -> name of the volume that keeps it; the data outlives containers, and
    the service: on the host the volume is PROJECT-STACK-NAME.VOLUME, which the next one finds."""
    health: HealthCheck | None = None  # waited for; None: the image's own, which is not
    after: Sequence[str] = ()  # names of neighbours that must be there, and well, before
    command: Sequence[str] = ()  # instead of the image's own
    restart: str = "unless-stopped"
    memory_mb: int | None = None  # None: no limit
    cpus: float | None = None  # the same
    timeout_seconds: int = 120  # until it is healthy
    protect: bool = False  # refuse to delete its volumes
    delete_data: bool = False  # delete them with it; otherwise they stay on the host

    def __post_init__(self) -> None:
        what = f"Docker service {self.name}"
        check_types(what, self)
        if not _NAME.fullmatch(self.name):
            raise ConfigError(
                f"{what}: its neighbours find it by this name: small letters, digits and hyphens."
            )
        if not 1 <= self.port <= _LAST_PORT or not 0 <= (self.publish or 0) <= _LAST_PORT:
            raise ConfigError(
                f"{what}: port {self.port}, published as {self.publish}; use 1 to {_LAST_PORT}, "
                "and 0 to publish any free one."
            )
        check_between(what, "memory_mb", self.memory_mb, _LEAST_MEMORY_MB, 10**7)
        check_between(what, "cpus", self.cpus, 0.01, 1024)
        check_between(what, "timeout_seconds", self.timeout_seconds, 1, LONGEST_TIMEOUT)
        if self.restart not in _RESTARTS:
            raise ConfigError(
                f"{what}: restart {self.restart!r}; use one of {', '.join(_RESTARTS)}."
            )
        if twice := sorted(set(self.env) & set(self.secrets)):
            raise ConfigError(f"{what}: {', '.join(twice)} is both in env and in secrets.")
        if relative := sorted(path for path in self.volumes if not path.startswith("/")):
            raise ConfigError(f"{what}: volume path {relative[0]!r} must begin with '/'.")


class DockerService(Component):
    """One service in a network.

    For example:

        import pulumi_docker
        from slipway import DockerHost, DockerService, DockerServiceArgs

        address = "unix:///var/run/docker.sock"
        host = DockerHost(address, pulumi_docker.Provider("host", host=address))
        network = pulumi_docker.Network("shop", opts=host.options())
        cache = DockerServiceArgs(name="cache", image="redis:8", port=6379)
        DockerService("cache", cache, host, network.name)
    """

    url: Output[str]  # on the host's loopback if it is published, else for its neighbours
    container_id: Output[str]

    def __init__(
        self,
        name: str,
        args: DockerServiceArgs,
        host: DockerHost,
        network: Input[str],
        opts: ResourceOptions | None = None,
    ) -> None:
        """Declares its image, volumes and container.

        Args:
            name: logical name.
            args: what the caller decides.
            host: where it runs.
            network: name of the network in which its neighbours find it.
            opts: of the component; what it depends on is there before its container.
        """
        seen_by_policies = {
            "name": args.name,
            "image": args.image,
            "publish": args.publish,
            "env": dict(args.env),
            "secret_names": sorted(args.secrets),
        }
        super().__init__("slipway:docker:DockerService", name, seen_by_policies, opts)
        self._name, self._args, self._host = name, args, host
        there = host.options(self)
        image = docker.RemoteImage(f"{name}-image", name=args.image, keep_locally=True, opts=there)
        container = self._container(image.image_id, network)
        self.container_id = container.id
        self.url = Output.from_input(f"http://{args.name}:{args.port}")
        if args.publish is not None:
            self.url = container.ports.apply(_address)
        self.register_outputs({"url": self.url})

    def _container(self, image_id: Output[str], network: Input[str]) -> docker.Container:
        args = self._args
        volumes = self._volumes()
        return docker.Container(
            f"{self._name}-container",
            # An engine has a name once. So two services that mean the same volumes never write them
            # at the same time: of another state, or the one before a component was renamed.
            name=self._own_name if volumes else None,
            image=image_id,
            command=list(args.command) or None,
            envs=self._variables(),
            networks_advanced=[
                docker.ContainerNetworksAdvancedArgs(name=network, aliases=[args.name])
            ],
            ports=self._ports(),
            volumes=volumes,
            healthcheck=args.health.args() if args.health else None,
            wait=args.health is not None,
            wait_timeout=args.timeout_seconds,
            restart=args.restart,
            memory=args.memory_mb,
            memory_swap=args.memory_mb,
            cpus=None if args.cpus is None else f"{args.cpus:g}",
            security_opts=["no-new-privileges:true"],
            destroy_grace_seconds=_STOP_SECONDS,
            labels=[
                docker.ContainerLabelArgs(label=key, value=value)
                for key, value in self._host.labels().items()
            ],
            opts=ResourceOptions.merge(
                self._host.options(self),
                # Two containers can neither publish one port nor write one database's files.
                ResourceOptions(delete_before_replace=True, ignore_changes=["name"]),
            ),
        )

    @property
    def _own_name(self) -> str:
        """What it is called on the host, whatever its component is called."""
        return f"{pulumi.get_project()}-{pulumi.get_stack()}-{self._args.name}"

    def _variables(self) -> list[Output[str]]:
        args = self._args
        secrets = {key: Output.secret(value) for key, value in args.secrets.items()}
        every: dict[str, Input[str]] = {**args.env, **secrets}
        return [Output.concat(key, "=", value) for key, value in sorted(every.items())]

    def _ports(self) -> list[docker.ContainerPortArgs] | None:
        args = self._args
        if args.publish is None:
            return None
        external = args.publish or None
        return [docker.ContainerPortArgs(internal=args.port, external=external, ip=_LOOPBACK)]

    def _volumes(self) -> list[docker.ContainerVolumeArgs] | None:
        args = self._args
        labels = [
            docker.VolumeLabelArgs(label=key, value=value)
            for key, value in self._host.labels().items()
        ]
        keep = ResourceOptions.merge(
            self._host.options(self),
            ResourceOptions(
                protect=args.protect or None,
                retain_on_delete=not args.delete_data,
                # Another name or label is another volume to the engine, and the data would go: that
                # of a stack that was renamed, or was made when volumes had drawn names.
                ignore_changes=["name", "labels"],
            ),
        )
        made = {
            path: docker.Volume(
                f"{self._name}-{volume}",
                name=f"{self._own_name}.{volume}",
                labels=labels,
                opts=keep,
            )
            for path, volume in sorted(args.volumes.items())
        }
        return [
            docker.ContainerVolumeArgs(container_path=path, volume_name=volume.name)
            for path, volume in made.items()
        ] or None


def _address(ports: Sequence[docker.outputs.ContainerPort] | None) -> Output[str]:
    [port] = ports or ()
    if port.external is None:  # in a preview: the engine chooses it when the container starts
        nobody_knows: Output[str] = Output.from_input(Unknown())  # type: ignore[arg-type,no-untyped-call]
        return nobody_knows
    return Output.from_input(f"http://{_LOOPBACK}:{port.external}")
