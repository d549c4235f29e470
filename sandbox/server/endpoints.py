"""Where the platforms of a sandbox answer on this machine."""

from sandbox.server.home import Home


def hub_endpoint(home: Home) -> str:
    """The Hub's address, as HF_ENDPOINT wants it."""
    return f"http://127.0.0.1:{home.identity().hub_port}"


def github_endpoint(home: Home) -> str:
    """GitHub's address; its API lies below, as on a GitHub of one's own."""
    return f"http://127.0.0.1:{home.identity().github_port}"


def render_endpoint(home: Home) -> str:
    """Render's API, with its version as on the platform."""
    return f"http://127.0.0.1:{home.identity().render_port}/v1"


def job_environment(home: Home) -> dict[str, str]:
    """What every workflow job sees of the sandbox, so that workflows reach it as they stand.

    No credentials: those come as the secrets of the repository, as on the platform.
    """
    return {
        "HF_ENDPOINT": hub_endpoint(home),
        "RENDER_API_URL": render_endpoint(home),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
