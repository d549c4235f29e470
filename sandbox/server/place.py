"""What a platform gets to be built from, and what it then is to the server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from starlette.applications import Starlette
from starlette.types import ASGIApp

from sandbox.apps.addresses import LOOPBACK, AddressBook
from sandbox.http.faults import FaultInjector, Faults
from sandbox.http.request_log import RequestLog, RequestRecorder
from sandbox.machine.contract import Machine
from sandbox.server.home import Home
from sandbox.server.options import Options, User
from sandbox.store.database import Database


class BranchListener(Protocol):
    """Told of branches that were pushed to, or whose checks have passed."""

    def __call__(self, address: str, branch: str, commit: str, /, *, checks_passed: bool) -> object:
        """`branch` of the repository at an address is at `commit`."""
        ...


@dataclass
class Neighbours:
    """What platforms tell each other; none knows which others there are."""

    branch_listeners: list[BranchListener] = field(default_factory=list[BranchListener])
    # Turn the address of a repository of theirs into a path, and leave all others as they are.
    locators: list[Callable[[str], str]] = field(default_factory=list[Callable[[str], str]])
    # Where the keys are with which a platform signs what it says of its jobs, by its name.
    issuers: dict[str, str] = field(default_factory=dict[str, str])

    def moved(self, address: str, branch: str, commit: str, *, checks_passed: bool) -> None:
        """Tells whoever follows branches."""
        for listener in self.branch_listeners:
            listener(address, branch, commit, checks_passed=checks_passed)

    def located(self, address: str) -> str:
        """Where a repository lies on this machine, or its address as it stands."""
        for locate in self.locators:
            address = locate(address)
        return address


@dataclass(frozen=True, kw_only=True)
class Place:
    """One sandbox, as its platforms are built into it."""

    home: Home
    options: Options
    database: Database
    machine: Machine
    addresses: AddressBook
    ports: Mapping[str, int]  # of every platform
    neighbours: Neighbours = field(default_factory=Neighbours)
    has_public_names: bool = False  # whether the platforms' own names lead here in containers

    @property
    def owner(self) -> User:
        """The first user, whose credentials the home keeps."""
        return self.options.users[0]

    def url(self, platform: str) -> str:
        """Where a platform answers on this machine."""
        return f"http://{LOOPBACK}:{self.ports[platform]}"

    def platform(
        self,
        name: str,
        app: Starlette,
        *,
        start: Callable[[], None],
        stop: Callable[[], None],
        around: Callable[[ASGIApp], ASGIApp] | None = None,
        app_port: Callable[[str], int | None] = lambda _: None,
    ) -> "Platform":
        """A platform with its request log and faults around it.

        Args:
            name: in the request log and in rules for faults.
            app: which speaks the platform's API.
            start: brings back what ran.
            stop: ends what runs and keeps what exists.
            around: goes around all of it.
            app_port: see Platform.
        """
        # The log outside, so that injected trouble is recorded too.
        injector = FaultInjector(app, Faults(self.database), name)
        recorder = RequestRecorder(injector, RequestLog(self.database), name, app.routes)
        served = around(recorder) if around else recorder

        def stop_all() -> None:
            stop()
            recorder.stop()

        return Platform(name, self.ports[name], served, start, stop_all, app_port)


@dataclass(frozen=True)
class Platform:
    """One platform, ready to be served."""

    name: str
    port: int
    app: ASGIApp
    start: Callable[[], None]
    stop: Callable[[], None]
    # Where on loopback the app is asked that has a name below the real platform's domain of apps.
    app_port: Callable[[str], int | None] = lambda _: None
