"""Public addresses: each app gets one loopback port, kept in SQLite, for as long as it exists.

A connection's first request decides where it goes: to the loopback port of whatever serves the app
at that moment, or to a small answer saying why nothing does. After that request bytes are copied
both ways untouched, so websockets and streams work. An address may speak another protocol: then
nothing is read, and a connection that leads nowhere is closed. The same port listens on the address
under which containers reach this sandbox, so that apps reach each other; never on a public one.
"""

import asyncio
import math
import random
import resource
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sandbox.apps.unavailable import CROWDED, DEAF, FOREIGN, Unavailable
from sandbox.apps.upstream import Upstream, connected, join
from sandbox.apps.visitor import Visitor, read_visitor
from sandbox.http.hosts import is_own
from sandbox.store.database import Database

LOOPBACK = "127.0.0.1"
# Below the ports that kernels hand out for outgoing connections (from 32768 on Linux), so that a
# stopped sandbox finds its ports free again.
PORTS = range(20000, 30000)
_WAKE_SECONDS = 20.0  # how long a visitor of a sleeping app is kept waiting for it
_WAKE_POLL_SECONDS = 0.05
_CHUNK = 64 * 1024
# Of all files this process may open, that the visitors of one app may hold: each has two here, and
# six in an engine's proxy, which ends for good at the first that is too many.
_SHARE_OF_FILES = 8
_ATTEMPTS = 200  # free ports tried before giving up

_SCHEMA = """
CREATE TABLE IF NOT EXISTS addresses (owner TEXT PRIMARY KEY, port INTEGER NOT NULL UNIQUE);
"""


class AddressUnavailableError(Exception):
    """A port is taken by another program; the message names it and the remedy."""


Route = Callable[[Visitor], Upstream | Unavailable]  # called in a worker thread, may block shortly


@dataclass
class _Address:
    """One open address; only the loop's thread touches it."""

    route: Route
    http: bool
    servers: list[asyncio.Server] = field(default_factory=list)
    connections: set[asyncio.Task[None]] = field(default_factory=set)
    last_active: float = field(default_factory=time.monotonic)

    def touch(self) -> None:
        """A byte of a visitor or for a visitor has passed."""
        self.last_active = time.monotonic()


class AddressBook:
    """All public addresses of one sandbox, served by one thread."""

    def __init__(
        self,
        database: Database,
        *,
        bind_host: str = LOOPBACK,
        inside: str = LOOPBACK,
        ports: range = PORTS,
        named: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Prepares the addresses; the serving thread starts with the first one.

        Args:
            database: keeps each owner's port.
            bind_host: the address besides loopback on which containers reach this host.
            inside: the name or address that containers have for it.
            ports: where new ports are chosen from.
            named: whether an app may be asked under a host that is none of this machine.
        """
        self._database = database
        self.bind_host = bind_host
        self._hosts = tuple(dict.fromkeys([LOOPBACK, bind_host]))
        self._is_own = lambda host: is_own(host, inside) or named(host)
        self._ports = ports
        self._open: dict[str, _Address] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        database.create(_SCHEMA)

    def stop(self) -> None:
        """Closes every address and connection; the ports stay reserved in the database."""
        for owner in list(self._open):
            self.close(owner)
        with self._lock:
            if self._thread is not None and self._loop is not None:
                self._loop.call_soon_threadsafe(self._loop.stop)
                self._thread.join()
                self._loop.close()
            self._thread = self._loop = None

    def open(self, owner: str, route: Route, *, http: bool = True) -> int:
        """Opens the owner's address, choosing a port if it never had one; returns the port.

        Args:
            owner: whose address it is.
            route: where a visitor is led.
            http: False for another protocol; of the visitor only the address is known then.

        Raises:
            AddressUnavailableError: another program listens on the owner's port.
        """
        with self._lock:  # one choice of a port at a time
            port = self.port(owner)
            if owner in self._open:
                return self._known(port)
            if port is None:
                port, sockets = self._choose()
                self._database.execute("INSERT INTO addresses VALUES (?, ?)", (owner, port))
            else:
                sockets = self._bind(port)
            self._run(self._listen(owner, _Address(route, http), sockets))
            return port

    def close(self, owner: str, *, forget: bool = False) -> None:
        """Closes an address and its connections; `forget` frees the port for others."""
        if owner in self._open:
            self._run(self._unlisten(owner))
        if forget:
            self._database.execute("DELETE FROM addresses WHERE owner = ?", (owner,))

    def port(self, owner: str) -> int | None:
        """The owner's port, open or not."""
        rows = self._database.query("SELECT port FROM addresses WHERE owner = ?", (owner,))
        return int(rows[0]["port"]) if rows else None

    def ports(self) -> set[int]:
        """The ports of all owners."""
        return {int(row["port"]) for row in self._database.query("SELECT port FROM addresses")}

    def is_open(self, owner: str) -> bool:
        """Whether the address is being served."""
        return owner in self._open

    def idle_seconds(self, owner: str) -> float:
        """Seconds since a byte of a visitor or for a visitor last passed."""
        address = self._open.get(owner)
        return 0.0 if address is None else time.monotonic() - address.last_active

    @staticmethod
    def _known(port: int | None) -> int:
        if port is None:
            raise AddressUnavailableError("the address was forgotten while it was open")
        return port

    def _choose(self) -> tuple[int, list[socket.socket]]:
        taken = self.ports()
        for _ in range(_ATTEMPTS):
            port = random.choice(self._ports)  # noqa: S311 - two clones should rarely meet, no secret
            if port not in taken:
                with suppress(AddressUnavailableError):
                    return port, self._bind(port)
        raise AddressUnavailableError(
            f"no free port in {self._ports.start}-{self._ports.stop - 1}: end what listens there"
        )

    def _bind(self, port: int) -> list[socket.socket]:
        sockets: list[socket.socket] = []
        for host in self._hosts:
            # asyncio turns Nagle's delay off only where the protocol is named: 40 ms an answer.
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((host, port))
                listener.listen(128)
            except OSError as error:
                listener.close()
                # The bridge is made with the first container network, perhaps later than this.
                if host != LOOPBACK and not _is_local(host):
                    continue
                for each in sockets:
                    each.close()
                raise AddressUnavailableError(
                    f"{host}:{port} cannot be used ({error.strerror}); end what listens there"
                ) from error
            listener.setblocking(False)
            sockets.append(listener)
        return sockets

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        if self._loop is None:  # the serving thread starts with the first address
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(
                target=self._loop.run_forever, name="addresses", daemon=True
            )
            self._thread.start()
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self, owner: str, address: _Address, sockets: list[socket.socket]) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            if task is not None:
                address.connections.add(task)
                task.add_done_callback(address.connections.discard)
            # A visitor who goes away, or an app that does, ends the connection and nothing else.
            with suppress(OSError, TimeoutError, asyncio.CancelledError):
                await _serve(address, self._is_own, reader, writer)
            writer.close()

        for listener in sockets:
            address.servers.append(await asyncio.start_server(serve, sock=listener))
        self._open[owner] = address

    async def _unlisten(self, owner: str) -> None:
        address = self._open.pop(owner, None)
        if address is None:
            return
        for server in address.servers:
            server.close()
        tasks = list(address.connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _serve(
    address: _Address,
    is_known: Callable[[str], bool],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    if address.http:
        visitor = await read_visitor(reader)
    else:
        peer = str(writer.get_extra_info("peername")[0])
        visitor = Visitor(head=b"", method="", authorization=None, browser=False, peer=peer)
    if visitor is None:
        return
    address.touch()
    if visitor.host and not is_known(visitor.host):
        answer: Upstream | Unavailable = FOREIGN
    elif len(address.connections) > _most_visitors():
        answer = CROWDED
    else:
        answer = await _answer(address, visitor)
    while isinstance(answer, Upstream):
        app = await connected(answer)
        if app is not None:
            await join(visitor.head, (reader, writer), app, address.touch)
            return
        # What served when it was asked may have been replaced, and ended, since.
        deaf, answer = answer, await _answer(address, visitor)
        if answer == deaf:
            answer = DEAF
    if not address.http:
        return
    writer.write(visitor.render(answer.status, answer.title, answer.remedy, answer.retry_after))
    writer.write_eof()
    # Closing with unread bytes would reset the connection and take the answer with it.
    await asyncio.wait_for(_discard(reader), timeout=1)


async def _answer(address: _Address, visitor: Visitor) -> Upstream | Unavailable:
    answer = await asyncio.to_thread(address.route, visitor)
    if isinstance(answer, Upstream) or not answer.hold:
        return answer
    deadline = time.monotonic() + _WAKE_SECONDS
    while isinstance(answer, Unavailable) and answer.retry_after and time.monotonic() < deadline:
        await asyncio.sleep(_WAKE_POLL_SECONDS)
        answer = await asyncio.to_thread(address.route, visitor)
    return answer


def _most_visitors() -> float:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return math.inf if files == resource.RLIM_INFINITY else files // _SHARE_OF_FILES


async def _discard(reader: asyncio.StreamReader) -> None:
    while await reader.read(_CHUNK):
        pass


def _is_local(host: str) -> bool:
    """Whether this machine has that address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return False
    return True
