"""Request bodies: read whole, up to a limit, for handlers that block."""

import json
import re
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sandbox.http.errors import TooLargeError

USUAL = 10 << 20  # bytes; what JSON of settings never comes near
WITH_FILES = 256 << 20  # bytes; of addresses that take the content of files in their JSON

_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

Handler = Callable[[Request, bytes], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


class MalformedJsonError(ValueError):
    """A body that should be JSON is none."""


async def read(request: Request, limit: int = USUAL) -> bytes:
    """The whole body; raises TooLargeError once it is known to have more than `limit` bytes."""
    require_at_most(request, limit)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLargeError(limit)
        parts.append(part)
    return b"".join(parts)


def require_at_most(request: Request, limit: int) -> None:
    """Raises TooLargeError if a request says itself that its body is larger."""
    if int(request.headers.get("content-length", "0")) > limit:  # a number, by the server's word
        raise TooLargeError(limit)


def with_body(handler: Handler, limit: int = USUAL) -> Endpoint:
    """Makes an endpoint of a blocking handler that wants the whole body."""

    @wraps(handler)  # also what is declared of it
    async def endpoint(request: Request) -> Response:
        body = await read(request, limit)
        return await run_in_threadpool(handler, request, body)

    return endpoint


def json_of(content: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """What a body says, None if it is empty; raises MalformedJsonError."""
    try:
        said = json.loads(content) if content.strip() else None
        if _ESCAPED_SURROGATE.search(content):
            json.dumps(said, ensure_ascii=False).encode()  # half of a pair is in no text
    except (ValueError, RecursionError):
        raise MalformedJsonError from None
    return said
