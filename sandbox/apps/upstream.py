"""What serves an address: how it is reached, and how bytes are copied between it and a visitor."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

_LOOPBACK = "127.0.0.1"
_CONNECT_SECONDS = 10.0
_HALF_CLOSED_SECONDS = 300.0  # a client that stopped sending may still be read to for so long
_CHUNK = 64 * 1024

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Upstream:
    """What serves an address now: a port on loopback.

    In front of an app in a container that port is the engine's. Its proxy ends for good once it
    can open no file for another visitor, and the app runs on; then it is reached by `own_address`.
    """

    port: int
    own_address: tuple[str, int] | None = None  # without the engine's proxy, where there is a way


async def connected(upstream: Upstream) -> Stream | None:
    """A connection to what serves; None if it accepts none."""
    for place in ((_LOOPBACK, upstream.port), upstream.own_address):
        if place is not None:
            try:
                return await asyncio.wait_for(asyncio.open_connection(*place), _CONNECT_SECONDS)
            except (OSError, TimeoutError):
                continue
    return None


async def join(head: bytes, client: Stream, app: Stream, passed: Callable[[], None]) -> None:
    """Copies both ways until the app has said all; then the connection to it is closed.

    Args:
        head: what the client has said so far.
        client: the visitor's connection, which stays open.
        app: the app's.
        passed: called for each piece, either way.
    """
    app[1].write(head)
    to_app = asyncio.create_task(_copy(client[0], app[1], passed))
    to_client = asyncio.create_task(_copy(app[0], client[1], passed))
    try:
        await asyncio.wait({to_app, to_client}, return_when=asyncio.FIRST_COMPLETED)
        if not to_client.done():
            await asyncio.wait({to_client}, timeout=_HALF_CLOSED_SECONDS)
    finally:
        to_app.cancel()
        to_client.cancel()
        await asyncio.gather(to_app, to_client, return_exceptions=True)
        app[1].close()


async def _copy(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, passed: Callable[[], None]
) -> None:
    while data := await source.read(_CHUNK):
        passed()
        target.write(data)
        await target.drain()
    target.write_eof()
