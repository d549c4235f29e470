"""Where the programs of services listen, for what the API says of them."""

from collections.abc import Sequence

from sandbox.render.deploys.turn import Parts
from sandbox.render.env.environment import app_port
from sandbox.render.env.variables import Kind
from sandbox.render.services.records import Service


class ServicePorts:
    """Ports of the services of one sandbox's Render."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def open(self, service: Service) -> Sequence[int]:
        """Those that were open in the instance that serves once it was live; none without one."""
        instance = self._parts.serving.get(service.number)
        return () if instance is None else instance.ports

    def private(self, service: Service) -> int:
        """The one under which others in the private network ask; before a deploy, its PORT's."""
        variables = self._parts.values_of(service.number, Kind.VARIABLE)
        return next(iter(self.open(service)), app_port(variables))
