"""What Render calls the registries that it can log in to, by their hosts."""

from slipway.errors import ConfigError

REGISTRIES = ("GITHUB", "GITLAB", "DOCKER", "GOOGLE_ARTIFACT", "AWS_ECR")
_HOSTS = {
    "ghcr.io": "GITHUB",
    "registry.gitlab.com": "GITLAB",
    "docker.io": "DOCKER",
    "index.docker.io": "DOCKER",
}
_BELOW = {".pkg.dev": "GOOGLE_ARTIFACT", ".amazonaws.com": "AWS_ECR"}


def registry_of(address: str) -> str:
    """Render's word for the registry at an address, such as `ghcr.io/me`.

    Raises:
        ConfigError: it is at none of the hosts that Render knows by themselves.
    """
    host = address.partition("/")[0].lower()
    if host in _HOSTS:
        return _HOSTS[host]
    for end, registry in _BELOW.items():
        if host.endswith(end):
            return registry
    raise ConfigError(
        f"Registry {host}: its host does not say which of {', '.join(REGISTRIES)} it is, by which "
        "Render logs in. Say so."
    )
