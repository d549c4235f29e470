"""Where the platforms' names are listened for: an address for containers, a proxy for commands."""

import asyncio
import json
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.apps.addresses import LOOPBACK
from sandbox.machine.containers.public_names import NOWHERE, PublicNames
from sandbox.server.home import Home
from sandbox.server.place import Platform
from sandbox.server.public.authority import authority_of
from sandbox.server.public.doorway import Doorway
from sandbox.server.public.environment import proxy_port
from sandbox.server.public.front import PublicFront
from sandbox.server.public.names import APPS, NAMES
from sandbox.server.public.proxy import PublicProxy
from sandbox.server.public.resolver import Resolver
from toolchain.engine.address import EngineAddress
from toolchain.engine.public_addresses import public_address
from toolchain.progress import Progress, SetupError

_ADDRESS_FILE = "public-address.json"  # where containers of this sandbox were told to ask

_NO_RESOLVER = (
    "A server of this machine listens on port 53 of all its addresses. So containers look the names"
    " of the platforms' apps up as ever (docs/hosts.md)."
)
_NOWHERE = "So the platforms' own hosts lead nowhere in containers (docs/hosts.md)."

Protocol = Callable[[], asyncio.Protocol]
Platforms = Mapping[str, Platform]


@dataclass(frozen=True, kw_only=True)
class Entrances:
    """Sockets of one sandbox that are asked for the platforms' names."""

    https: Sequence[socket.socket]
    http: Sequence[socket.socket]
    proxy: socket.socket
    names: PublicNames  # what its containers are told
    tls: ssl.SSLContext = field(repr=False)
    resolver: tuple[socket.socket, socket.socket] | None = None  # for datagrams, for streams

    def around(self, app: ASGIApp, platforms: Platforms, *, address: str, inside: str) -> ASGIApp:
        """An application that answers here for the names, and is `app` everywhere else.

        Args:
            app: what is served.
            platforms: by name.
            address: this sandbox's own, for containers; empty for none.
            inside: under which containers reach this machine.
        """
        apps = {name: platform.app for name, platform in platforms.items()}
        front = PublicFront(apps, {address: inside} if address else {})
        ours = {each.getsockname() for each in (*self.https, *self.http)}

        async def served(scope: Scope, receive: Receive, send: Send) -> None:
            asked = front if tuple(scope.get("server") or ()) in ours else app
            await asked(scope, receive, send)

        return served

    async def open(self, protocol: Protocol, platforms: Platforms) -> list[asyncio.Server]:
        """Begins to answer, in this event loop.

        Args:
            protocol: makes what speaks HTTP on a connection.
            platforms: by name, whose apps are asked under their names.
        """
        loop = asyncio.get_running_loop()

        def app_port(platform: str, name: str) -> int | None:
            return platforms[platform].app_port(name) if platform in platforms else None

        def doorway() -> asyncio.Protocol:
            return Doorway(protocol, app_port)

        opened = [
            *[await loop.create_server(doorway, sock=s, ssl=self.tls) for s in self.https],
            *[await loop.create_server(doorway, sock=s) for s in self.http],
        ]
        https, http = (each[-1].getsockname()[1] for each in (self.https, self.http))
        proxy = PublicProxy(https, http)
        opened.append(await asyncio.start_server(proxy.serve, sock=self.proxy))
        if self.resolver is not None:
            _, server = await Resolver(self.names.resolver).open(*self.resolver)
            opened.append(server)
        return opened


@contextmanager
def entrances(home: Home, engine: EngineAddress | None) -> Iterator[tuple[Entrances, str]]:
    """Listens; what asks is answered once `Entrances.open` was called.

    Returns:
        The entrances, and the sandbox's own address for containers; empty where there is none, and
        the names then lead nowhere in there.

    Raises:
        SetupError: somebody listens where the proxy did.
    """
    authority = authority_of(home)
    with ExitStack() as stack:
        https, http = [], []
        address, names = "", PublicNames(dict.fromkeys(NAMES, NOWHERE), domains=tuple(APPS))
        resolver = None
        if engine is not None and engine.public_range is not None:
            kept = json.loads(home.kept(_ADDRESS_FILE, lambda: "null"))
            try:
                own = stack.enter_context(public_address(engine.public_range, kept))
            except SetupError as error:
                Progress().note(f"{error} {_NOWHERE}")
            else:
                address = own.address
                home.write_private(home.folder / _ADDRESS_FILE, json.dumps(address))
                resolver = own.names
                names = PublicNames(
                    dict.fromkeys(NAMES, address),
                    authority.pem,
                    resolver="" if resolver is None else address,
                    domains=tuple(APPS),
                )
                if resolver is None:
                    Progress().note(_NO_RESOLVER)
                https.append(own.listeners[0])
                http.append(own.listeners[1])
        https.append(stack.enter_context(_on_loopback(0)))
        http.append(stack.enter_context(_on_loopback(0)))
        proxy = stack.enter_context(_on_loopback(proxy_port(home)))
        context = authority.server_context(home)
        made = Entrances(
            https=https, http=http, proxy=proxy, names=names, tls=context, resolver=resolver
        )
        yield made, address


def _on_loopback(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        raise SetupError(
            f"The address of the proxy for the platforms' names, {LOOPBACK}:{port}, is taken"
            f" ({error.strerror}). End what listens there, or reset the sandbox."
        ) from None
    listener.listen()
    return listener
