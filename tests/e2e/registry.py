"""Takes a test's images out of the engine's registry, which all sandboxes of a user share."""

import requests

from toolchain.images.registry import RegistryClient


def forget_repository(address, repository):
    """Drops every tag; the layers go when the registry stops.

    The docker-build plugin deletes over https only, which a registry on loopback does not speak.
    """
    client = RegistryClient(address)
    listed = requests.get(f"http://{address}/v2/{repository}/tags/list", timeout=60).json()
    for tag in listed.get("tags") or ():
        client.forget(repository, client.digest(repository, tag))
