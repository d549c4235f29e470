"""A fleet's images on a Docker host: tried before Render gets them, or served there altogether."""

from collections.abc import Mapping

import pulumi
from pulumi import Output

from slipway.docker_host.health_check import HealthCheck
from slipway.docker_host.host import CONFIG_KEY, DockerHost
from slipway.docker_host.image_trial import ImageTrial, ImageTrialArgs
from slipway.docker_host.service import DockerServiceArgs
from slipway.docker_host.services import DockerServices
from slipway.render.plans import PLANS, plan_id
from systems.parts.member import BuiltMember

_TRIAL_SECONDS = 180  # half a CPU that others share loads a model slowly


def try_images(
    system: str, members: Mapping[str, BuiltMember], plan: str, host: DockerHost | None
) -> dict[str, Output[str]]:
    """The images' references, each known once it has run on a Docker host as on its plan.

    Without a host, and for an image that downloads its model when it starts, nothing is tried.
    """
    if host is None:
        pulumi.log.info(
            f"{system.capitalize()}: image trial: not run "
            f"({pulumi.get_project()}:{CONFIG_KEY} is empty)."
        )
    references = {}
    for key, each in members.items():
        references[key] = each.image.ref
        if host is not None and each.downloads:
            pulumi.log.info(
                f"{each.name}: image trial: not run (it downloads its model when it starts)."
            )
        if host is None or each.downloads:
            continue
        size = PLANS[plan_id(each.name, plan)]
        args = ImageTrialArgs(
            service=each.name,
            image=each.image.ref,
            plan=plan,
            memory_mb=size.memory_mb,
            cpus=size.cpus,
            env={**each.env, "PORT": str(each.member.port)},
            health=HealthCheck.http(each.member.port),
            timeout_seconds=_TRIAL_SECONDS,
        )
        references[key] = ImageTrial(f"{system}-{key}-trial", args, host).ref
    return references


def serve_on_docker(
    system: str, members: Mapping[str, BuiltMember], host: DockerHost, first_port: int
) -> dict[str, Output[str]]:
    """All of them in one network, each published on the host's loopback; gives their addresses.

    Their names there are their keys, by which they find each other: no address has to be set.

    Args:
        system: whose they are; their logical name.
        members: by the names they find each other by.
        host: where they run.
        first_port: the others follow it; 0 takes any free ones, others after every restart.
    """
    services = {
        key: DockerServiceArgs(
            name=key,
            image=each.image.ref,
            port=each.member.port,
            publish=first_port + number if first_port else 0,
            env={**each.env, "PORT": str(each.member.port)},
            secrets=each.secrets,
            health=HealthCheck.http(each.member.port),
            timeout_seconds=_TRIAL_SECONDS,
        )
        for number, (key, each) in enumerate(members.items())
    }
    raised = DockerServices(system, services, host)
    return {key: raised[key].url for key in members}
