"""A server in a thread of this process: what every test begins with that wants real HTTP.

Most tests have one of their own, so it has to begin, answer and end at once.
"""

import asyncio
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp

from sandbox.http.connection import AbortableProtocol

_DATE_SECONDS = 1.0  # how old the Date header may be
_LOOK_SECONDS = 0.002  # between two looks at connections that are about to end


class BackgroundServer:
    """`with BackgroundServer(app) as server:`, or `start` and `stop`; then `server.url` answers.

    Args:
        app: what is served.
        sockets: where, if the caller has to know the port before; else a free one of loopback.
        options: of uvicorn's configuration, where they differ from what the sandbox has.
    """

    def __init__(self, app: ASGIApp, sockets: Sequence[socket.socket] = (), **options: Any) -> None:
        self._sockets = list(sockets) or [socket.create_server(("127.0.0.1", 0))]
        for each in self._sockets:
            # Without it each answer takes 40 ms: asyncio does so only where a protocol is named.
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://127.0.0.1:{self._sockets[0].getsockname()[1]}"
        given = {"http": AbortableProtocol, "lifespan": "off", "log_level": "warning", **options}
        self._server = _Server(uvicorn.Config(app, **given))
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": self._sockets}, daemon=True
        )

    def start(self) -> None:
        """Answers from here on."""
        self._thread.start()
        self._server.ready.wait()

    def stop(self) -> None:
        """Ends what is being answered, as a server of the sandbox does, and waits for it."""
        self._server.end()
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


class _Server(uvicorn.Server):
    """uvicorn's own looks ten times a second whether it is to end, and then rests once more."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._asked: asyncio.Event
        self._loop: asyncio.AbstractEventLoop

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        finally:
            self.ready.set()  # nobody waits for a server that could not begin

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._asked = asyncio.get_running_loop(), asyncio.Event()
        await self.on_tick(0)  # the first answer has a Date, too
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        while not self._asked.is_set():
            await self.on_tick(0)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), _DATE_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for each in [*self.servers, *(sockets or [])]:
            each.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        try:
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            for task in self.server_state.tasks:
                task.cancel()

    def end(self) -> None:
        """Asks it to end; from another thread."""
        self._loop.call_soon_threadsafe(self._asked.set)
