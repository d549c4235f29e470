"""Where services and databases of one workspace and region reach each other by name."""

from sandbox.machine.contract import PrivateNetwork


def private_network(owner: str, region: str, host: str) -> PrivateNetwork:
    """A container's place in the private network of its workspace and region.

    Args:
        owner: the workspace.
        region: where it runs: no private network spans two.
        host: the name under which the others reach it, a service's slug or a database's id.
    """
    return PrivateNetwork(f"render-{owner}-{region}", host)
