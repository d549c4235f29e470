"""What every provider for the Hub needs: the account."""

from functools import cached_property
from typing import TYPE_CHECKING

from pulumi.dynamic import ConfigureRequest

from slipway.core.credentials import HUB_TOKEN, hub_endpoint
from slipway.core.managed import Provider
from slipway.errors import DeployError
from slipway.huggingface.hub.repository import KINDS, Repository, RepoType

if TYPE_CHECKING:
    from slipway.huggingface.hub.client import HubClient


class HubProvider(Provider):
    """A provider with a client that is made when something is asked."""

    token: str

    def configure(self, req: ConfigureRequest) -> None:
        """Takes the token."""
        super().configure(req)
        self.token = HUB_TOKEN.require(req.config.get)

    @cached_property
    def hub(self) -> "HubClient":
        """The Hub, for whatever needs to ask it; huggingface_hub is loaded no sooner."""
        from slipway.huggingface.hub.client import HubClient

        return HubClient(hub_endpoint(), self.token)

    def existing(self, kind: RepoType, repo_id: str) -> Repository:
        """A repository that was there a moment ago.

        Raises:
            DeployError: it no longer is.
        """
        repository = self.hub.repository(kind, repo_id)
        if repository is None:
            raise DeployError(
                f"{KINDS[kind]} {repo_id}: it vanished meanwhile. Run `pulumi refresh`."
            )
        return repository
