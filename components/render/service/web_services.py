"""Several web services that know each other's addresses, in whatever circle.

Each is made with the addresses its peers will most probably get. Once all are made their real
addresses are compared: where they are as predicted nothing is written and the deploy that made the
service is the only one; where Render had to choose another, that is written and deployed once.
"""

from collections.abc import Mapping

from pulumi import ResourceOptions

from slipway.core.component import Component
from slipway.errors import ConfigError
from slipway.render.names import predicted_url
from slipway.render.resources import EnvWiringResource
from slipway.render.service.web_service import WebService, WebServiceArgs


class WebServices(Component):
    """Web services by the keys they are declared under: `services["app"].url`.

    For example:

        from slipway import Image, WebServiceArgs, WebServices

        shop = WebServices("shop", {
            "web": WebServiceArgs(
                name="acme-web", image=Image(ref="ghcr.io/acme/web:1"), links={"API": "api"},
            ),
            "api": WebServiceArgs(
                name="acme-api", image=Image(ref="ghcr.io/acme/api:1"), links={"WEB": "web"},
            ),
        })
        pulumi.export("url", shop["web"].url)
    """

    services: Mapping[str, WebService]

    def __init__(
        self,
        name: str,
        services: Mapping[str, WebServiceArgs],
        opts: ResourceOptions | None = None,
    ) -> None:
        _check(name, services)
        inputs = {"services": {key: args.name for key, args in services.items()}}
        super().__init__("slipway:render:WebServices", name, inputs, opts)
        child = ResourceOptions(parent=self)
        predicted = {
            key: {var: predicted_url(services[peer].name) for var, peer in args.links.items()}
            for key, args in services.items()
        }
        self.services = {
            key: WebService(
                f"{name}-{key}", args, child, among_peers=True, initial_env=predicted[key]
            )
            for key, args in services.items()
        }
        for key, service in self.services.items():
            service.deploy_after(self._wire(f"{name}-{key}", service, predicted[key]).revision)
        self.register_outputs({"urls": {key: each.url for key, each in self.services.items()}})

    def __getitem__(self, key: str) -> WebService:
        return self.services[key]

    def _wire(
        self, name: str, service: WebService, predicted: Mapping[str, str]
    ) -> EnvWiringResource:
        args = service.args
        # Also without links: the last one that goes is a change, which the deploy follows.
        return EnvWiringResource(
            f"{name}-wiring",
            {
                "service_id": service.service_id,
                "env": {var: self[peer].service.url for var, peer in args.links.items()},
                "created_with": dict(predicted),
                "kept": sorted({*args.env, *args.secrets, "PORT"}),
            },
            # With the service its variables are gone: nothing is left to unset.
            ResourceOptions(parent=service, deleted_with=service.service),
        )


def _check(name: str, services: Mapping[str, WebServiceArgs]) -> None:
    for key, args in services.items():
        for variable, peer in args.links.items():
            if peer not in services:
                known = ", ".join(sorted(services))
                raise ConfigError(
                    f"Render services {name}: {key} links {variable} to {peer!r}, and there are "
                    f"only {known}."
                )
    names = [args.name for args in services.values()]
    if twice := sorted({each for each in names if names.count(each) > 1}):
        raise ConfigError(f"Render services {name}: {', '.join(twice)} is declared twice.")
