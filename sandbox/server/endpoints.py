"""Where the platforms of a sandbox answer."""

from sandbox.apps.addresses import LOOPBACK
from sandbox.server.home import Home


def hub_endpoint(home: Home, host: str = LOOPBACK) -> str:
    """The Hub's address, as HF_ENDPOINT wants it.

    Args:
        home: the sandbox.
        host: `bind_host` of its engine for an address that is the same on this machine, in a
            container and in a step of a build, none of which have this machine's loopback.
    """
    return f"http://{host}:{home.identity().hub_port}"


def github_endpoint(home: Home) -> str:
    """GitHub's address; its API lies below, as on a GitHub of one's own."""
    return f"http://{LOOPBACK}:{home.identity().github_port}"


def render_endpoint(home: Home) -> str:
    """Render's API, with its version as on the platform."""
    return f"http://{LOOPBACK}:{home.identity().render_port}/v1"


def job_environment(home: Home, host: str = LOOPBACK) -> dict[str, str]:
    """What every workflow job sees of the sandbox, so that workflows reach it as they stand.

    No credentials: those come as the secrets of the repository, as on the platform.

    Args:
        home: the sandbox.
        host: as `hub_endpoint`; jobs build images as well.
    """
    return {
        "HF_ENDPOINT": hub_endpoint(home, host),
        "RENDER_API_URL": render_endpoint(home),
        "GITHUB_BASE_URL": f"{github_endpoint(home)}/",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
