"""Lets an application cut its connection, which ASGI itself has no word for.

Serve with `uvicorn.Config(…, http=AbortableProtocol)`; the scope then offers an extension that
middleware reaches with `aborter` and may wrap with `with_aborter`.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_EXTENSION = "slipway.abort"

Aborter = Callable[[], Awaitable[None]]


def aborter(scope: Scope) -> Aborter:
    """What cuts this request's connection; it raises RuntimeError where the server cannot."""
    extension = scope.get("extensions", {}).get(_EXTENSION)
    if extension is None:
        return _cannot
    found: Aborter = extension["abort"]
    return found


async def _cannot() -> None:
    raise RuntimeError("this server cannot cut connections: serve with http=AbortableProtocol")


def with_aborter(scope: Scope, abort: Aborter) -> Scope:
    """The same scope with another way of cutting the connection."""
    scope["extensions"] = {**scope.get("extensions", {}), _EXTENSION: {"abort": abort}}
    return scope


class AbortableProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol, offering its connection to be cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wraps the application for the lifetime of this connection."""
        super().connection_made(transport)
        app = self.app

        async def abort() -> None:
            if transport.is_closing():
                return  # the client was faster
            plug = transport.get_extra_info("socket")
            # Without lingering the peer sees a reset at once, as when a machine drops the line.
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
            # The loop tells the protocol on its next turn; returning before that would make
            # uvicorn answer with an error of its own.
            await asyncio.sleep(0)

        async def abortable(scope: Scope, receive: Receive, send: Send) -> None:
            await app(with_aborter(scope, abort), receive, send)

        self.app = abortable
