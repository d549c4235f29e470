"""What is to be done by hand at the image registry."""

from collections.abc import Iterator

from slipway.images import builder
from slipway.images.registry import RegistryClient, is_local
from slipway.preflight.by_hand import Step
from systems.config import StackConfig
from systems.frigo import PORTS, FrigoSettings

_PAGES = {
    "ghcr.io": "https://github.com/settings/tokens/new?scopes=write:packages",
    "docker.io": "https://app.docker.com/settings/personal-access-tokens",
}


def registry_steps(config: StackConfig) -> Iterator[Step]:
    """Steps for the images that this stack pushes, and Render fetches."""
    if "frigo" not in config.systems:
        return
    host, _, path = builder.registry().partition("/")
    if is_local(host):
        return
    client = RegistryClient(host)
    page = _PAGES.get(host, f"https://{host}")
    if not client.has_login():
        yield Step(f"make a token that may write packages, and `docker login {host}` with it", page)
    on_render = config.settings("frigo", FrigoSettings).host == "render"
    repositories = [f"{path}/frigo/{key}".removeprefix("/") for key in PORTS]
    if on_render and not config.registry_user and not all(map(client.is_public, repositories)):
        yield Step(
            f"what is pushed to {host} is private at first, and Render can't fetch it: make a "
            "token that may read packages and `pulumi config set registryUser YOU`, `pulumi "
            "config set --secret registryToken`, or make the packages public",
            page.replace("write:", "read:"),
        )
