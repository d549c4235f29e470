"""What every provider for Render needs: the account."""

from collections.abc import Mapping
from typing import Any

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

    def another_owner(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
        """Whether other inputs name another workspace than the state's, not it in other words.

        Only other words are looked up: a run that changes nothing asks nothing.
        """
        owner = news.get("owner") or ""
        if owner in (olds.get("owner") or "", olds.get("owner_id")):
            return False
        if not isinstance(owner, str):
            return True  # not known yet, in a preview
        return self.client.owner_id(owner) != (
            olds.get("owner_id") or self.client.owner_id(olds.get("owner") or "")
        )


def whole(value: float | str | None) -> int | None:
    """The engine hands every number over as a float."""
    return None if value is None else int(value)
