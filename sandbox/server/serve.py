"""The sandbox's server: one process with every platform in it."""

import asyncio
import fcntl
import json
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.apps.addresses import LOOPBACK, AddressBook
from sandbox.http.connection import AbortableProtocol
from sandbox.machine.contract import Machine
from sandbox.machine.docker_machine import DockerMachine
from sandbox.machine.no_machine import NoMachine
from sandbox.server.collecting import collecting
from sandbox.server.gone import note_home
from sandbox.server.home import Home
from sandbox.server.hosts import KnownHosts
from sandbox.server.options import Options
from sandbox.server.place import Platform
from sandbox.server.platforms import compose
from sandbox.server.process import CONTAINERS, LEASE
from sandbox.server.prune import pruned_daily
from sandbox.server.public.entrances import Protocol, entrances
from sandbox.server.public.names import is_of_an_app
from toolchain.engine.address import EngineAddress
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress, SetupError

_LOCK_SECONDS = 2.0  # whoever looks whether a server runs holds the lock for a moment
_LOCK_POLL_SECONDS = 0.02


def serve(home: Home, options: Options, announce: Callable[[str], None] | None = None) -> None:
    """Serves until SIGTERM or SIGINT; then ends what it runs and keeps what exists.

    Raises:
        SetupError: another server of this home is alive, or a port is taken.
    """
    name = home.identity().name
    with ExitStack() as stack:
        stack.enter_context(_sole_server(home))
        stack.callback(home.close)
        # uvicorn sends itself the signal that ended it once more: unless that unwinds this stack,
        # every app would go on running.
        signal.signal(signal.SIGTERM, _unwind)
        home.keep_ports(options.ports)
        stack.enter_context(pruned_daily(home))
        machine: Machine = NoMachine()
        bind_host = LOOPBACK
        engine: EngineAddress | None = None
        lease: Path | None = None
        if options.containers:
            note_home(home)
            held = stack.enter_context(ensure_engine(Progress()))
            engine, lease = held.address, held.lease
            bind_host = engine.bind_host
            stack.enter_context(collecting(engine))
        _open_as_many_files_as_may_be()  # not what an engine started here, and its apps, inherit
        public, address = stack.enter_context(entrances(home, engine))
        if engine is not None:
            machine = DockerMachine(engine, name, public.names)
            stack.callback(machine.close)
        inside = machine.inside_host
        addresses = AddressBook(
            home.open_database(), bind_host=bind_host, inside=inside, named=is_of_an_app
        )
        stack.callback(addresses.stop)
        platforms = compose(home, options, machine, addresses, has_public_names=bool(address))
        sockets = [
            listener
            for platform in platforms
            for listener in _listen(platform.name, platform.port, bind_host)
        ]
        stack.callback(_stop_all, platforms)
        for platform in platforms:
            platform.start()
        by_port = {platform.port: platform.app for platform in platforms}
        told = (lambda: announce(_welcome(home, platforms))) if announce else _nothing
        named = {platform.name: platform for platform in platforms}
        served = KnownHosts(_ByPort(by_port), inside)
        app = public.around(served, named, address=address, inside=inside)
        said = {"code": options.revision, CONTAINERS: "none" if engine is None else "some"}
        said |= {LEASE: str(lease)} if lease else {}
        _Server(app, home, said, told, lambda protocol: public.open(protocol, named)).run(sockets)


def _open_as_many_files_as_may_be() -> None:
    """Each visitor of an app has two open here, and a shell may let a program have few."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # a kernel may have a limit of its own below
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _nothing() -> None:
    pass


def _welcome(home: Home, platforms: Sequence[Platform]) -> str:
    """Where the platforms answer, and where the credentials lie."""
    lines = [f"{each.name:8} http://{LOOPBACK}:{each.port}" for each in platforms]
    return "\n".join((*lines, f"tokens   {home.folder / 'identity.json'}"))


def _stop_all(platforms: Sequence[Platform]) -> None:
    """Each waits for what it has under way; side by side, so that all keep to one deadline."""
    with ThreadPoolExecutor(len(platforms)) as pool:
        for stopped in [pool.submit(platform.stop) for platform in platforms]:
            stopped.result()


@contextmanager
def _sole_server(home: Home) -> Iterator[None]:
    """Holds the lock by which a home's server is known to live."""
    with home.server_lock.open("a") as lock:
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise SetupError(
                        f"Another server of {home.folder} is running already."
                    ) from None
                time.sleep(_LOCK_POLL_SECONDS)
        home.server_file.unlink(missing_ok=True)  # of a server that was killed
        try:
            yield
        finally:
            home.server_file.unlink(missing_ok=True)


def _unwind(number: int, _frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)  # a second one must not cut the ending short
    sys.exit()


class _ByPort:
    """One server for all platforms: which one is asked, the port says."""

    def __init__(self, apps: Mapping[int, ASGIApp]) -> None:
        self._apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._apps[scope["server"][1]](scope, receive, send)


def _listen(platform: str, port: int, bridge: str) -> list[socket.socket]:
    """Sockets on loopback, for people, and on the containers' bridge, for what runs in them."""
    sockets = []
    for host in dict.fromkeys((LOOPBACK, bridge)):
        # asyncio turns Nagle's delay off only where the protocol is named: 40 ms an answer.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise SetupError(
                f"The address of the {platform}, {host}:{port}, is taken ({error.strerror}). End "
                "what listens there, or reset the sandbox for one with other addresses."
            ) from None
        # From here on the kernel queues who connects: apps start before the platforms answer.
        listener.listen()
        sockets.append(listener)
    return sockets


class _Server(uvicorn.Server):
    """Says that it is up where those who started it look."""

    def __init__(
        self,
        app: ASGIApp,
        home: Home,
        said: Mapping[str, str],
        told: Callable[[], None],
        public: Callable[[Protocol], Awaitable[list[asyncio.Server]]],
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=AbortableProtocol,
                lifespan="off",
                log_level="warning",
                access_log=False,
                # uvicorn's Date may be 2 s old, and huggingface_hub ends a log at the first line
                # younger than that header; log streams send an exact one of their own.
                date_header=False,
                timeout_graceful_shutdown=2,  # a followed log would hold the end up for good
            )
        )
        self._home = home
        self._said = said
        self._told = told
        self._public = public

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to accept, then announces it."""
        await super().startup(sockets)
        self.servers += await self._public(self._protocol)
        said = {"pid": str(os.getpid()), **self._said}
        partial = self._home.server_file.with_suffix(".partial")
        partial.write_text(json.dumps(said), encoding="utf-8")
        partial.rename(self._home.server_file)
        self._told()

    def _protocol(self) -> AbortableProtocol:
        """What uvicorn makes for each connection, for one to the platforms' names."""
        return AbortableProtocol(self.config, self.server_state, self.lifespan.state)
