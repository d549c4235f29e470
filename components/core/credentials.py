"""Where the platforms' endpoints and tokens come from: the environment first, then stack secrets.

The environment wins because it always holds the current token, while the engine hands a provider
the token kept in state during refresh and destroy. Endpoints come from the environment alone; they
are all that differs between the sandbox and the real platforms, together with the tokens.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from slipway.errors import ConfigError

HUB_ENDPOINT = "https://huggingface.co"
RENDER_ENDPOINT = "https://api.render.com/v1"
GITHUB_ENDPOINT = "https://api.github.com"


@dataclass(frozen=True)
class Credential:
    """One credential and the two places where it may stand."""

    variable: str  # in the environment
    config_key: str  # in the stack's configuration, as a secret
    purpose: str
    page: str = ""  # where a person makes one

    def find(self, config: Callable[[str], str | None]) -> str | None:
        """The value, from the environment first; None if it stands in neither place."""
        for value in (os.environ.get(self.variable), config(self.config_key)):
            # A token that was pasted, or read from a file, often ends with a newline.
            if value and (stripped := value.strip()):
                return stripped
        return None

    def require(self, config: Callable[[str], str | None]) -> str:
        """The value, from the environment first.

        Raises:
            ConfigError: it stands in neither place; the text names both ways.
        """
        value = self.find(config)
        if value is None:
            raise ConfigError(self.missing())
        return value

    def missing(self) -> str:
        """What to tell a person who has not given it: both ways."""
        made = f" Make one at {self.page}." if self.page else ""
        return (
            f"No {self.purpose}.{made} Export {self.variable}, or store it in this stack with "
            f"`pulumi config set --secret {self.config_key}`."
        )


# Value of each secret, platform's token and passphrase alike, where a plan starts from a state that
# anybody may read (`slipway.snapshot`). Whoever holds it asks no platform. It is base64, as what is
# sealed for GitHub has to be.
PLACEHOLDER = "SlipwaysPlaceholderOfASecret"
_HUB_TOKENS = f"{HUB_ENDPOINT}/settings/tokens"
HUB_TOKEN = Credential(
    "HF_TOKEN", "hfToken", "Hugging Face token with write access", page=_HUB_TOKENS
)
HUB_READ_TOKEN = Credential(
    "HF_READ_TOKEN",
    "hfReadToken",
    "Hugging Face token with read access for the Spaces",
    page=_HUB_TOKENS,
)
RENDER_API_KEY = Credential(
    "RENDER_API_KEY",
    "renderApiKey",
    "Render API key",
    page="https://dashboard.render.com/u/settings#api-keys",
)
RENDER_DEPLOY_HOOK_KEY = Credential(
    "RENDER_DEPLOY_HOOK_KEY",
    "renderDeployHookKey",
    "key of the Render deploy hook (the service's page, Settings, Deploy Hook)",
)
GITHUB_TOKEN = Credential(
    "GITHUB_TOKEN",
    "githubToken",
    "GitHub token that administers the repository (classic: scope `repo`; fine-grained: write "
    "access to Administration, Secrets, Variables and Environments)",
    page="https://github.com/settings/personal-access-tokens/new",
)
REGISTRY_TOKEN = Credential(
    "SLIPWAY_REGISTRY_TOKEN",
    "registryToken",
    "token that may read packages, with which Render fetches private images",
)
PLATFORM_CREDENTIALS = (
    HUB_TOKEN,
    HUB_READ_TOKEN,
    RENDER_API_KEY,
    RENDER_DEPLOY_HOOK_KEY,
    GITHUB_TOKEN,
    REGISTRY_TOKEN,
)


def passphrase() -> str:
    """What opens the stack's state, from where the engine reads it; empty if it stands nowhere.

    What somebody typed at the engine's prompt reaches no program and no provider.
    """
    given = os.environ.get("PULUMI_CONFIG_PASSPHRASE", "")
    file = os.environ.get("PULUMI_CONFIG_PASSPHRASE_FILE", "")
    if not given and file and Path(file).is_file():
        given = Path(file).read_text(encoding="utf-8").strip()
    return given


def hub_endpoint() -> str:
    """The Hub's address, from HF_ENDPOINT."""
    return (os.environ.get("HF_ENDPOINT") or HUB_ENDPOINT).rstrip("/")


def render_endpoint() -> str:
    """The address of Render's API, version included, from RENDER_API_URL."""
    return (os.environ.get("RENDER_API_URL") or RENDER_ENDPOINT).rstrip("/")


def github_base_url() -> str:
    """GitHub's address as its Pulumi provider takes it, from GITHUB_BASE_URL."""
    return os.environ.get("GITHUB_BASE_URL") or f"{GITHUB_ENDPOINT}/"


def github_page(owner: str, repository: str) -> str:
    """A repository's own address, for people and for git."""
    parts = urlsplit(github_base_url())
    host = parts.netloc.removeprefix("api.")
    path = parts.path.rstrip("/").removesuffix("/api/v3")
    return f"{parts.scheme}://{host}{path}/{owner}/{repository}"


def github_endpoint() -> str:
    """The address of GitHub's REST API, from GITHUB_BASE_URL.

    github.com has a host for it, and every GHE.com company one; a server of one's own has it under
    /api/v3. That is how the Pulumi provider reads the variable, too.
    """
    parts = urlsplit(github_base_url())
    host = parts.hostname or ""
    if host in ("github.com", "api.github.com"):
        return GITHUB_ENDPOINT
    if host.endswith(".ghe.com"):
        return f"https://api.{host.removeprefix('api.')}"
    path = parts.path.rstrip("/").removesuffix("/api/v3")
    return f"{parts.scheme}://{parts.netloc}{path}/api/v3"
