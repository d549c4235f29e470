"""Request bodies: read whole, up to a limit, for handlers that block."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sandbox.http.errors import TooLargeError

USUAL = 10 << 20  # bytes; what JSON of settings never comes near
WITH_FILES = 256 << 20  # bytes; of addresses that take the content of files in their JSON

Handler = Callable[[Request, bytes], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


class MalformedJsonError(ValueError):
    """A body that should be JSON is none."""


async def read(request: Request, limit: int = USUAL) -> bytes:
    """The whole body; raises TooLargeError once more than `limit` bytes have come."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLargeError(limit)
        parts.append(part)
    return b"".join(parts)


def with_body(handler: Handler, limit: int = USUAL) -> Endpoint:
    """Makes an endpoint of a blocking handler that wants the whole body."""

    async def endpoint(request: Request) -> Response:
        body = await read(request, limit)
        return await run_in_threadpool(handler, request, body)

    return endpoint


def json_of(content: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """What a body says, None if it is empty; raises MalformedJsonError."""
    try:
        return json.loads(content) if content.strip() else None
    except (ValueError, RecursionError):
        raise MalformedJsonError from None
