"""What every provider for GitHub needs: the account."""

from typing import Any

from pulumi.dynamic import CheckResult, ConfigureRequest, ResourceProvider

from components.credentials import GITHUB_TOKEN, github_endpoint
from components.github.client import GitHubClient


class GitHubProvider(ResourceProvider):
    """A provider with the token; whose repositories it looks at is an input."""

    serialize_as_secret_always = False
    token: str

    def configure(self, req: ConfigureRequest) -> None:
        """Takes the token."""
        self.token = GITHUB_TOKEN.require(req.config.get)

    def client(self, props: dict[str, Any]) -> GitHubClient:
        """A client of the owner's repositories."""
        return GitHubClient(github_endpoint(), self.token, props["owner"])

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Accepts what the component has already validated."""
        return CheckResult(news, [])
