"""What every provider for GitHub needs: the account."""

from typing import Any

from pulumi.dynamic import ConfigureRequest

from slipway.core.credentials import GITHUB_TOKEN, github_endpoint
from slipway.core.managed import Provider
from slipway.github.client import GitHubClient


class GitHubProvider(Provider):
    """A provider with the token; whose repositories it looks at is an input."""

    token: str

    def configure(self, req: ConfigureRequest) -> None:
        """Takes the token."""
        super().configure(req)
        self.token = GITHUB_TOKEN.require(req.config.get)

    def client(self, props: dict[str, Any]) -> GitHubClient:
        """A client of the owner's repositories."""
        return GitHubClient(github_endpoint(), self.token, props["owner"])
