"""What every provider for Render needs: the account."""

from pulumi.dynamic import ConfigureRequest

from components.credentials import RENDER_API_KEY, render_endpoint
from components.provider import Provider
from components.render.client import RenderClient


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
