"""Frigo's images on a Docker host: tried before Render gets them, or served there altogether."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output

from slipway.docker_host.health_check import HealthCheck
from slipway.docker_host.host import CONFIG_KEY, DockerHost
from slipway.docker_host.image_trial import ImageTrial, ImageTrialArgs
from slipway.docker_host.service import DockerServiceArgs
from slipway.docker_host.services import DockerServices
from slipway.images.model_image import ModelImage
from slipway.render.plans import PLANS, plan_id

_TRIAL_SECONDS = 180  # half a CPU that others share loads a model slowly


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of the three services, whoever runs it."""

    name: str  # of its Render service
    image: ModelImage
    port: int
    env: Mapping[str, Input[str]]
    secrets: Mapping[str, Input[str]]
    downloads: bool  # its model, when it starts


def tried(parts: Mapping[str, Part], plan: str, host: DockerHost | None) -> dict[str, Output[str]]:
    """The images' references, each known once it has run on a Docker host as on its plan.

    Without a host, and for an image that downloads its model when it starts, nothing is tried.
    """
    if host is None:
        pulumi.log.info(
            f"Frigo: image trial: not run ({pulumi.get_project()}:{CONFIG_KEY} is empty)."
        )
    references = {}
    for key, part in parts.items():
        references[key] = part.image.ref
        if host is not None and part.downloads:
            pulumi.log.info(
                f"{part.name}: image trial: not run (it downloads its model when it starts)."
            )
        if host is None or part.downloads:
            continue
        size = PLANS[plan_id(part.name, plan)]
        args = ImageTrialArgs(
            service=part.name,
            image=part.image.ref,
            plan=plan,
            memory_mb=size.memory_mb,
            cpus=size.cpus,
            env={**part.env, "PORT": str(part.port)},
            health=HealthCheck.http(part.port),
            timeout_seconds=_TRIAL_SECONDS,
        )
        references[key] = ImageTrial(f"frigo-{key}-trial", args, host).ref
    return references


def served(parts: Mapping[str, Part], host: DockerHost, first_port: int) -> DockerServices:
    """All of them in one network, each published on the host's loopback.

    Their names there are their keys, by which they find each other: no address has to be set.

    Args:
        parts: by the names they find each other by.
        host: where they run.
        first_port: the others follow it; 0 takes any free ones, others after every restart.
    """
    services = {
        key: DockerServiceArgs(
            name=key,
            image=part.image.ref,
            port=part.port,
            publish=first_port + number if first_port else 0,
            env={**part.env, "PORT": str(part.port)},
            secrets=part.secrets,
            health=HealthCheck.http(part.port),
            timeout_seconds=_TRIAL_SECONDS,
        )
        for number, (key, part) in enumerate(parts.items())
    }
    return DockerServices("frigo", services, host)
