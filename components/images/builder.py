"""Which builder builds and which registry is pushed to: the environment says, as for endpoints."""

import os

from slipway.errors import ConfigError

# Credentials for the registry are the builder's: `docker login`, never a property of a resource.
REGISTRY_VARIABLE = "SLIPWAY_REGISTRY"
BUILDER_VARIABLE = "SLIPWAY_BUILDER"


def registry() -> str:
    """Host and, if it needs one, path of the registry, from SLIPWAY_REGISTRY.

    Raises:
        ConfigError: none is set.
    """
    value = os.environ.get(REGISTRY_VARIABLE, "").rstrip("/")
    if not value:
        raise ConfigError(
            f"No image registry. Export {REGISTRY_VARIABLE}, such as ghcr.io/your-name or "
            "docker.io/your-name, and log in to it with `docker login`."
        )
    return value


def builder_name() -> str | None:
    """The buildx builder, from SLIPWAY_BUILDER; None leaves the choice to Docker."""
    return os.environ.get(BUILDER_VARIABLE) or None
