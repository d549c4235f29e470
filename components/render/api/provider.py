"""What every provider for Render needs: the account."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from pulumi.dynamic import ConfigureRequest, UpdateResult

from slipway.core.credentials import RENDER_API_KEY, render_endpoint
from slipway.core.failed_update import ADVICE
from slipway.core.managed import Provider
from slipway.errors import DeployError
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


Own = TypeVar("Own", bound=RenderProvider)
Properties = dict[str, Any]
Update = Callable[[Own, str, Properties, Properties], UpdateResult]


def tells_of_part(update: Update[Own]) -> Update[Own]:
    """An `update` whose failure after a write says so.

    The engine keeps the inputs of before, and a `diff` asks nobody: a change that was written in
    part and is then taken back would be no difference to it.
    """

    @wraps(update)
    def told(self: Own, id_: str, olds: Properties, news: Properties) -> UpdateResult:
        before = self.client.calls.writes
        try:
            return update(self, id_, olds, news)
        except DeployError as error:
            if self.client.calls.writes > before:
                error.args = (f"{error} {ADVICE}",)
            raise

    return told


def whole(value: float | str | None) -> int | None:
    """The engine hands every number over as a float."""
    return None if value is None else int(value)
