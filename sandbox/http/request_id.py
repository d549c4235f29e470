"""Gives every answer of a platform an id a person can quote."""

import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RequestId:
    """ASGI middleware that adds a header with a fresh id to every answer."""

    def __init__(self, app: ASGIApp, header: str = "X-Request-Id") -> None:
        self._app = app
        self._header = header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[self._header] = f"Root=1-{uuid.uuid4().hex}"
            await send(message)

        await self._app(scope, receive, send_with_id)
