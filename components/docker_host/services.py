"""Several services in one network on a Docker host, found by their names and started in order."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

import pulumi_docker as docker
from pulumi import ResourceOptions

from slipway.core.component import Component
from slipway.docker_host.host import DockerHost
from slipway.docker_host.service import DockerService, DockerServiceArgs
from slipway.errors import ConfigError


class DockerServices(Component):
    """Services by the keys they are declared under: `services["app"].url`.

    Their network is theirs alone, so two stacks on one host may both have a `chat`.

    For example:

        import pulumi_docker
        from slipway import DockerHost, DockerServiceArgs, DockerServices

        address = "unix:///var/run/docker.sock"
        host = DockerHost(address, pulumi_docker.Provider("host", host=address))
        shop = DockerServices("shop", {
            "cache": DockerServiceArgs(name="cache", image="redis:8", port=6379),
            "web": DockerServiceArgs(
                name="web", image="ghcr.io/acme/web:1", port=8000, publish=0, after=["cache"],
            ),
        }, host)
        pulumi.export("url", shop["web"].url)
    """

    services: Mapping[str, DockerService]

    def __init__(
        self,
        name: str,
        services: Mapping[str, DockerServiceArgs],
        host: DockerHost,
        opts: ResourceOptions | None = None,
    ) -> None:
        order = _order(name, services)
        inputs = {"services": {key: args.name for key, args in services.items()}}
        super().__init__("slipway:docker:DockerServices", name, inputs, opts)
        network = docker.Network(
            f"{name}-network",
            driver="bridge",
            labels=[
                docker.NetworkLabelArgs(label=key, value=value)
                for key, value in host.labels().items()
            ],
            opts=host.options(self),
        )
        made: dict[str, DockerService] = {}
        for key in order:
            args = services[key]
            before = [made[other] for other in order if services[other].name in args.after]
            child = ResourceOptions(parent=self, depends_on=before)
            made[key] = DockerService(f"{name}-{key}", args, host, network.name, child)
        self.services = made
        self.register_outputs({"urls": {key: each.url for key, each in made.items()}})

    def __getitem__(self, key: str) -> DockerService:
        return self.services[key]


def _order(name: str, services: Mapping[str, DockerServiceArgs]) -> list[str]:
    """The keys, each after those it comes after."""
    names = [args.name for args in services.values()]
    if twice := sorted({each for each in names if names.count(each) > 1}):
        raise ConfigError(f"Docker services {name}: {', '.join(twice)} is declared twice.")
    keys = {args.name: key for key, args in services.items()}
    for key, args in services.items():
        if unknown := sorted(set(args.after) - set(keys)):
            raise ConfigError(
                f"Docker services {name}: {key} comes after {', '.join(unknown)}, and there are "
                f"only {', '.join(sorted(keys))}."
            )
    before = {key: [keys[each] for each in args.after] for key, args in services.items()}
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError as error:
        circle = " after ".join(error.args[1])
        raise ConfigError(
            f"Docker services {name}: {circle}: each would wait for the other. Take one `after` "
            "away; services that need each other only later find each other by name."
        ) from None
