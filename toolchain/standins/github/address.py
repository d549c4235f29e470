"""Where a provider's API is, and the guard that keeps a stand-in away from real accounts."""

import ipaddress
from urllib.parse import urlsplit

from toolchain.standins.protocol import PluginError

DEFAULT = "https://api.github.com/"
_VERSION = "/api/v3"


def rest_root(base_url: str) -> str:
    """The address of the REST API, without a slash at the end, for a provider's `baseUrl`.

    Any host but GitHub's own is taken for an enterprise server, whose API lies under /api/v3; the
    official plugin reads the property the same way.

    Raises:
        PluginError: it is no address, or not one on this machine: github.com and everything else
            that others can reach is the official plugin's business.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PluginError(f"The github provider's baseUrl is {base_url!r}; it must be an address.")
    if not _is_loopback(parts.hostname):
        raise PluginError(
            f"The sandbox's stand-in for the github plugin refuses to talk to {parts.hostname}: it "
            "serves the sandbox alone. For a real account use a PULUMI_HOME without it and the "
            "official plugin (`pulumi plugin install resource github`); for the sandbox set "
            "baseUrl, or GITHUB_BASE_URL, to its address."
        )
    path = parts.path.rstrip("/").removesuffix(_VERSION)
    return f"{parts.scheme}://{parts.netloc}{path}{_VERSION}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
