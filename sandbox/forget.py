"""Forgetting a sandbox: its containers, networks and images, and then its folder."""

from sandbox.home import Home
from sandbox.machine.docker_machine import DockerMachine
from sandbox.toolchain.cache import remove_tree
from sandbox.toolchain.engine import ensure_engine
from sandbox.toolchain.progress import Progress


def end_leftovers(home: Home) -> bool:
    """Ends what a server that was killed left running; False if it left nothing.

    Raises:
        SetupError: the engine can't be reached.
    """
    if not home.server_file.exists():  # a server that ends in order takes it away
        return False
    with ensure_engine(Progress()) as engine:
        DockerMachine(engine.address, home.identity().name).remove_containers()
    home.server_file.unlink(missing_ok=True)
    return True


def forget(home: Home) -> None:
    """Removes everything a stopped sandbox has; what clones share in the cache stays.

    Raises:
        SetupError: the engine that holds its images can't be started.
    """
    with ensure_engine(Progress()) as engine:
        DockerMachine(engine.address, home.identity().name).remove_all()
    remove_tree(home.folder)
