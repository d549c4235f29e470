"""The environment a command sees inside the sandbox: endpoints, credentials, state, toolchain."""

import os
from collections.abc import Mapping

from doors.home import Home
from doors.namespaces import USER
from sandbox.apps.addresses import LOOPBACK
from sandbox.server.endpoints import github_endpoint, hub_endpoint, render_endpoint

# A user's own settings that would reach past the sandbox into real accounts or other state.
_DROPPED = (
    "HF_TOKEN_PATH",
    "HUGGING_FACE_HUB_TOKEN",
    "HF_OIDC_RESOURCE",
    "HF_HUB_OFFLINE",
    "GH_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GH_HOST",
    "GH_REPO",
    "GITHUB_ENTERPRISE_TOKEN",
    "GITHUB_ORGANIZATION",
    "GITHUB_API_URL",
    "GITHUB_SERVER_URL",
    "GITHUB_GRAPHQL_URL",
    "GITHUB_REPOSITORY",
    "GITHUB_REPOSITORY_OWNER",
    "GITHUB_APP_AUTH",
    "GITHUB_APP_ID",
    "GITHUB_APP_INSTALLATION_ID",
    "GITHUB_APP_PEM_FILE",
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_STACK",
    "SLIPWAY_REGISTRY",
    "SLIPWAY_BUILDER",
    "PYTHONSAFEPATH",  # dynamic providers import the program's modules from the current folder
)
_OWN_HOSTS = (LOOPBACK, "localhost")


def sandbox_environment(
    home: Home, toolchain: Mapping[str, str], host: str = LOOPBACK
) -> dict[str, str]:
    """The full environment of a command in the sandbox.

    Args:
        home: the sandbox.
        toolchain: what pulumi itself needs in order to use the private toolchain, PATH included.
        host: `bind_host` of the engine. The Hub is given under this one address, since what a
            command sees is handed on to builds and containers, which have no loopback of ours.
    """
    identity = home.identity()
    kept = {key: value for key, value in os.environ.items() if key not in _DROPPED}
    # What listens on this machine no proxy can reach; programs read either spelling.
    exceptions = kept.get("no_proxy") or kept.get("NO_PROXY")
    beside_the_proxy = ",".join(filter(None, (exceptions, *dict.fromkeys((*_OWN_HOSTS, host)))))
    home.backend.mkdir(parents=True, exist_ok=True)
    home.ensure_passphrase()
    return {
        **kept,
        **toolchain,
        "PATH": os.pathsep.join([str(home.checkout / ".venv" / "bin"), toolchain["PATH"]]),
        "NO_PROXY": beside_the_proxy,
        "no_proxy": beside_the_proxy,
        "HF_ENDPOINT": hub_endpoint(home, host),
        "HF_TOKEN": identity.hub_token,
        "HF_READ_TOKEN": identity.hub_read_token,
        "RENDER_API_URL": render_endpoint(home),
        "RENDER_API_KEY": identity.render_key,
        "RENDER_DEPLOY_HOOK_KEY": identity.render_hook_key,
        "GITHUB_BASE_URL": f"{github_endpoint(home)}/",
        "GITHUB_OWNER": USER,
        "GITHUB_TOKEN": identity.github_token,
        "HF_HOME": str(home.folder / "huggingface"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "PULUMI_BACKEND_URL": home.backend.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(home.passphrase_file),
    }
