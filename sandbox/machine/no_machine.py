"""The machine of a sandbox without a container engine: it has nothing and starts nothing."""

from collections.abc import Sequence

from sandbox.machine.contract import (
    Attached,
    BuildRequest,
    Check,
    Companion,
    Companions,
    Container,
    ContainerState,
    LogSink,
    Machine,
    MachineUnavailableError,
    OpenPort,
    RegistryLogin,
    RunRequest,
    wanted_to_the_end,
)

_WHY = (
    "This sandbox was started without a container engine (--no-containers), so nothing can be "
    "built or run in it; repositories, files, settings and everything else work"
)


class NoMachine:
    """Fulfils Machine; what needs an engine raises MachineUnavailableError."""

    inside_host = "127.0.0.1"

    def build(
        self, _request: BuildRequest, _log: LogSink, _check: Check = wanted_to_the_end
    ) -> str:
        """Refused."""
        raise MachineUnavailableError(_WHY)

    def pull(self, _reference: str, _tag: str, _login: RegistryLogin | None = None) -> str:
        """Refused."""
        raise MachineUnavailableError(_WHY)

    def why_not(self, _reference: str) -> str | None:
        """No image can be had."""
        return _WHY

    def has_image(self, _tag: str) -> bool:
        """There is none."""
        return False

    def run(self, _request: RunRequest) -> Container:
        """Refused."""
        raise MachineUnavailableError(_WHY)

    def follow_logs(self, _container_id: str, _log: LogSink) -> None:
        """Nothing runs that could log."""

    def names(self) -> Sequence[str]:
        """There is none."""
        return ()

    def state(self, _container_id: str) -> ContainerState | None:
        """No container is known."""
        return None

    def open_ports(self, _container_id: str) -> Sequence[OpenPort]:
        """Nothing listens."""
        return ()

    def find(self, _name: str) -> Container | None:
        """Nothing runs."""
        return None

    def remove(self, _name: str, *, soon: bool = False) -> None:
        """It is absent."""

    def remove_volume(self, _name: str) -> None:
        """It is absent."""

    def remove_image(self, _tag: str) -> None:
        """It is absent."""

    def runner_image(self, _log: LogSink, _check: Check = wanted_to_the_end) -> str:
        """Refused."""
        raise MachineUnavailableError(_WHY)

    def start_companions(
        self, _name: str, _companions: Sequence[Companion], _check: Check
    ) -> Companions:
        """Refused."""
        raise MachineUnavailableError(_WHY)

    def attach(self, _request: RunRequest, _beside: Companions | None = None) -> Attached:
        """Refused."""
        raise MachineUnavailableError(_WHY)

    def remove_attached(self) -> None:
        """There is none."""


def require_containers(machine: Machine) -> None:
    """Refuses what would need a container at once, instead of failing later.

    Raises:
        MachineUnavailableError: the sandbox runs without an engine.
    """
    if isinstance(machine, NoMachine):
        raise MachineUnavailableError(_WHY)
