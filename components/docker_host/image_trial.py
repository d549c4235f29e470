"""An image proven before its platform sees it: it starts, fits the plan, downloads nothing.

The exact digest runs on a Docker host with the plan's memory (and no swap), the plan's CPUs and no
network until it says that it is healthy; then it is stopped, and its container kept for `docker
logs`. What passed is not run again until the image or the plan is another one.

What is made there is made by the ordinary classes of `pulumi_docker`. They only make the container;
`TrialRun` starts and judges it (its module says why), so the words of a failure are the same with
every version of the plugin.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi_docker as docker
from pulumi import Input, Output, ResourceOptions

from slipway.core.component import Component
from slipway.docker_host.health_check import HealthCheck
from slipway.docker_host.host import DockerHost
from slipway.docker_host.resources import TrialRunResource
from slipway.errors import ConfigError

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_SMALLEST_MB = 6  # the engine takes no smaller limit


@dataclass(frozen=True, kw_only=True)
class ImageTrialArgs:
    """What a caller decides about a trial."""

    service: str  # whose image it is, for the words of a failure
    image: Input[str]  # reference with a digest
    plan: str  # its name, for the words
    memory_mb: int
    cpus: float
    env: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    """As the platform will set it. No secrets: what needs one to start can't be tried."""
    health: HealthCheck | None = None  # None: the image's own
    timeout_seconds: int = 120  # until it is healthy

    def __post_init__(self) -> None:
        what = f"Image trial of {self.service}"
        if isinstance(self.image, str) and not _DIGEST.search(self.image):
            raise ConfigError(
                f"{what}: image {self.image!r} has no digest; under a tag something else may be "
                "deployed than was tried. Give REPOSITORY@sha256:…"
            )
        if self.memory_mb < _SMALLEST_MB or self.cpus <= 0:
            raise ConfigError(
                f"{what}: {self.memory_mb} MB and {self.cpus:g} CPU; use {_SMALLEST_MB} MB or more "
                "and more than 0 CPU."
            )
        if self.timeout_seconds < 1:
            raise ConfigError(f"{what}: timeout_seconds {self.timeout_seconds}; use 1 or more.")


class ImageTrial(Component):
    """One trial; whoever deploys `ref` of it deploys only what has passed.

    For example:

        import pulumi_docker
        from slipway import DockerHost, HealthCheck, ImageTrial, ImageTrialArgs

        address = "unix:///var/run/docker.sock"
        host = DockerHost(address, pulumi_docker.Provider("host", host=address))
        trial = ImageTrial("chat-trial", ImageTrialArgs(
            service="chat",
            image="ghcr.io/acme/chat@sha256:" + "4" * 64,
            plan="starter",
            memory_mb=512,
            cpus=0.5,
            health=HealthCheck.http(5001),
        ), host)
        pulumi.export("proven", trial.ref)
    """

    ref: Output[str]  # the image's reference, once it has passed
    healthy_after_seconds: Output[float]

    def __init__(
        self, name: str, args: ImageTrialArgs, host: DockerHost, opts: ResourceOptions | None = None
    ) -> None:
        seen_by_policies = {
            "service": args.service,
            "image": args.image,
            "plan": args.plan,
            "memory_mb": args.memory_mb,
            "cpus": args.cpus,
        }
        super().__init__("slipway:docker:ImageTrial", name, seen_by_policies, opts)
        there = host.options(self)
        # The container's own property becomes the image's id as the engine knows it; a reference
        # there would be a change at every run.
        image = docker.RemoteImage(f"{name}-image", name=args.image, keep_locally=True, opts=there)
        container = docker.Container(
            f"{name}-container",
            image=image.image_id,
            start=False,
            must_run=False,
            restart="no",
            network_mode="none",
            memory=args.memory_mb,
            memory_swap=args.memory_mb,
            cpus=f"{args.cpus:g}",
            envs=[Output.concat(key, "=", value) for key, value in sorted(args.env.items())],
            healthcheck=args.health.args() if args.health else None,
            labels=[
                docker.ContainerLabelArgs(label=key, value=value)
                for key, value in {**host.labels(), "slipway.trial": args.service}.items()
            ],
            opts=there,
        )
        run = TrialRunResource(
            f"{name}-run",
            {
                "host": host.address,
                "container_id": container.id,
                "ref": args.image,
                "service": args.service,
                "plan": args.plan,
                "memory_mb": args.memory_mb,
                "cpus": args.cpus,
                "timeout_seconds": args.timeout_seconds,
            },
            ResourceOptions(parent=self),
        )
        self.ref = run.ref
        self.healthy_after_seconds = run.healthy_after_seconds
        self.register_outputs({"ref": self.ref})
