"""What every provider for Render needs: the account."""

from pulumi.dynamic import ConfigureRequest

from slipway.core.credentials import RENDER_API_KEY, render_endpoint
from slipway.core.managed import Provider
from slipway.render.api.client import RenderClient


class RenderProvider(Provider):
    """A provider with a client."""

    token: str
    client: RenderClient

    def configure(self, req: ConfigureRequest) -> None:
        """Takes the endpoint and the key."""
        super().configure(req)
        self.token = RENDER_API_KEY.require(req.config.get)
        self.client = RenderClient(render_endpoint(), self.token)


def whole(value: float | str | None) -> int | None:
    """The engine hands every number over as a float."""
    return None if value is None else int(value)
