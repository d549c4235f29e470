"""A connection to the platforms' own names: an app's goes to the app, any other to the platforms.

The first request decides, as at an app's own address: after it bytes are carried both ways, so that
websockets and streams work.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from sandbox.apps.addresses import LOOPBACK
from sandbox.http.hosts import name_of
from sandbox.server.public.names import app_of
from sandbox.server.public.streams import closed, pass_on

_MOST_BYTES = 64 * 1024  # of a request's head
_HEAD_SECONDS = 30.0
_END = b"\r\n\r\n"

# The port of an app on loopback, by its platform and its name there; None where there is none.
AppPort = Callable[[str, str], int | None]


class Doorway(asyncio.Protocol):
    """Reads the head of a connection's first request, and hands the connection over.

    Args:
        platforms: makes what speaks HTTP for everything that is no app's; it is also told what
            has no head, or too much of it.
        app_port: asked in a worker thread.
    """

    def __init__(self, platforms: Callable[[], asyncio.Protocol], app_port: AppPort) -> None:
        self._platforms = platforms
        self._app_port = app_port
        self._head = b""
        self._transport: asyncio.Transport | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._led: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Waits for the head."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of streams
        self._transport = transport
        self._patience = asyncio.get_running_loop().call_later(_HEAD_SECONDS, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Its client went before it asked."""
        del exc
        self._stop_waiting()

    def data_received(self, data: bytes) -> None:
        """Hands the connection over once who is asked is known."""
        self._head += data
        transport = self._transport
        if transport is None or self._led:
            return  # what comes meanwhile is handed over with the head
        if _END not in self._head and len(self._head) <= _MOST_BYTES:
            return
        self._stop_waiting()
        asked = app_of(name_of(_host(self._head)) or "")
        if asked is None:
            self._hand_over(transport, self._platforms())
            return
        transport.pause_reading()
        self._led = asyncio.get_running_loop().create_task(self._look_up(transport, *asked))

    async def _look_up(self, transport: asyncio.Transport, platform: str, name: str) -> None:
        port = await asyncio.to_thread(self._app_port, platform, name)
        if transport.is_closing():
            return
        transport.resume_reading()
        if port is None:
            self._hand_over(transport, self._platforms())  # which refuses by name
            return
        reader = asyncio.StreamReader(_MOST_BYTES)

        async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _carried(reader, writer, port)

        self._hand_over(transport, asyncio.StreamReaderProtocol(reader, lead))

    def _hand_over(self, transport: asyncio.Transport, to: asyncio.Protocol) -> None:
        transport.set_protocol(to)
        to.connection_made(transport)
        to.data_received(self._head)
        self._transport, self._head = None, b""

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()


async def _carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """Until the app has said all: TLS has no word for a client that only stopped asking."""
    with suppress(OSError):
        there_reader, there = await asyncio.open_connection(LOOPBACK, port)
        to_app = asyncio.create_task(pass_on(reader, there))
        try:
            await pass_on(there_reader, writer)
        finally:
            to_app.cancel()
            await closed(there)
    await closed(writer)


def _host(head: bytes) -> str:
    """What a request's head says of its host; empty where it does not."""
    for line in head.partition(_END)[0].split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"host":
            return value.strip().decode("latin-1")
    return ""
