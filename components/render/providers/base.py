"""What every provider for Render needs: the account."""

from typing import Any

from pulumi.dynamic import CheckResult, ConfigureRequest, ResourceProvider

from components.credentials import RENDER_API_KEY, render_endpoint
from components.render.client import RenderClient


class RenderProvider(ResourceProvider):
    """A provider with a client."""

    serialize_as_secret_always = False
    token: str
    client: RenderClient

    def configure(self, req: ConfigureRequest) -> None:
        """Takes the endpoint and the key."""
        self.token = RENDER_API_KEY.require(req.config.get)
        self.client = RenderClient(render_endpoint(), self.token)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Accepts what the component has already validated."""
        return CheckResult(news, [])


def whole(value: float | str | None) -> int | None:
    """The engine hands every number over as a float."""
    return None if value is None else int(value)
