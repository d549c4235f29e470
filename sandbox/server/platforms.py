"""The platforms of a sandbox."""

from collections.abc import Callable, Mapping

from sandbox.apps.addresses import AddressBook
from sandbox.github.platform import github
from sandbox.hub.platform import hub
from sandbox.machine.contract import Machine
from sandbox.render.platform import render
from sandbox.server.home import Home
from sandbox.server.options import Options
from sandbox.server.place import Place, Platform
from toolchain.progress import SetupError

Assemble = Callable[[Place], Platform]

# By their names in the request log, in rules for faults, and among the ports.
PLATFORMS: Mapping[str, Assemble] = {"hub": hub, "render": render, "github": github}


def compose(
    home: Home,
    options: Options,
    machine: Machine,
    addresses: AddressBook,
    platforms: Mapping[str, Assemble] = PLATFORMS,
    *,
    has_public_names: bool = False,
) -> list[Platform]:
    """Every platform, over one database, one machine and one address book.

    Args:
        home: the sandbox's.
        options: as it is served.
        machine: builds and runs.
        addresses: of apps.
        platforms: how each is put together, by name.
        has_public_names: whether the platforms' own names lead to this sandbox in containers.
    """
    for name in (*options.ports, *(quota.partition(".")[0] for quota in options.quotas)):
        if name not in platforms:
            raise SetupError(f"{name} is no platform; there are {', '.join(platforms)}")
    place = Place(
        home=home,
        options=options,
        database=home.open_database(),
        machine=machine,
        addresses=addresses,
        ports={name: home.port(name) for name in platforms},
        has_public_names=has_public_names,
    )
    return [assemble(place) for assemble in platforms.values()]
