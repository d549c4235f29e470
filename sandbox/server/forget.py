"""Forgetting a sandbox: its containers, networks and images, and then its folder."""

from collections.abc import Callable, Sequence
from contextlib import closing

from sandbox.machine.contract import MachineUnavailableError
from sandbox.machine.docker_machine import DockerMachine
from sandbox.server.gone import forget_note
from sandbox.server.home import Home, image_prefix
from toolchain.cache import remove_tree
from toolchain.engine.address import EngineAddress
from toolchain.engine.setup import ensure_engine, may_hold_anything
from toolchain.images.registry import RegistryClient
from toolchain.progress import Progress, SetupError

Forget = Callable[[EngineAddress], None]


def end_leftovers(home: Home) -> bool:
    """Ends what a server that was killed left running; False if it left nothing.

    Raises:
        SetupError: the engine can't be reached.
    """
    if not home.server_file.exists():  # a server that ends in order takes it away
        return False
    with (
        ensure_engine(Progress(), building=False) as engine,
        closing(DockerMachine(engine.address, home.identity().name)) as machine,
    ):
        machine.remove_containers()
    home.server_file.unlink(missing_ok=True)
    return True


def forget(home: Home, progress: Progress, more: Sequence[Forget] = ()) -> None:
    """Removes everything a stopped sandbox has; what clones share in the cache stays.

    Args:
        home: of the sandbox.
        progress: told what could not be removed.
        more: remove what others made in the sandbox's engine.

    Without an engine its containers and images can't be removed; that is said, and no reason to
    keep the rest. A copy of another sandbox's folder has nothing but the folder.
    """
    if home.original() is None and home.server_log.exists():
        try:
            _forget_in_engine(home.identity().name, more)
        except (SetupError, MachineUnavailableError) as error:
            progress.note(
                f"What the sandbox left in the container engine is still there: {error} (to find "
                f"it later: `docker ps -a --filter label=slipway.sandbox={home.identity().name}`)"
            )
        else:
            forget_note(home.identity().name)
    remove_tree(home.folder)


def forget_name(name: str) -> None:
    """Removes what the sandbox of that name, whose folder is gone, left in the engine.

    Raises:
        SetupError: the engine can't be reached.
    """
    _forget_in_engine(name, ())


def _forget_in_engine(name: str, more: Sequence[Forget]) -> None:
    if not may_hold_anything():
        return
    with ensure_engine(Progress(), building=False) as engine:
        with closing(DockerMachine(engine.address, name)) as machine:
            machine.remove_all()
        for each in more:
            each(engine.address)
        if engine.address.registry is not None:
            RegistryClient(engine.address.registry).forget_below(image_prefix(name))
