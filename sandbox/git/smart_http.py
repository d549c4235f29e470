"""What a platform's git endpoints share: how requests arrive and answers leave."""

import tempfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from sandbox.git.service import GitService

_IN_MEMORY = 1 << 20  # bytes of a request kept out of the file system
_NO_CACHE = {"Cache-Control": "no-cache, max-age=0, must-revalidate"}


def advertised(git: GitService, repository: Path, service: str, request: Request) -> Response:
    """The answer to `GET …/info/refs?service=…`: the first thing git asks."""
    return Response(
        git.advertise(repository, service, request.headers.get("git-protocol")),
        headers=_NO_CACHE,
        media_type=f"application/x-{service}-advertisement",
    )


async def received(request: Request) -> IO[bytes]:
    """The body of a request, spooled and uncompressed; `ran` closes it."""
    spool = tempfile.TemporaryFile(buffering=_IN_MEMORY)  # noqa: SIM115 - closed by `ran`
    compressed = request.headers.get("content-encoding") == "gzip"
    inflate = zlib.decompressobj(wbits=31) if compressed else None
    async for chunk in request.stream():
        plain = chunk if inflate is None else inflate.decompress(chunk)
        await run_in_threadpool(spool.write, plain)
    return spool


def ran(
    git: GitService,
    repository: Path,
    service: str,
    request: Request,
    body: IO[bytes],
    variables: Mapping[str, str] | None = None,
) -> Iterator[bytes]:
    """Runs a service on a received body and yields its answer."""
    with body:
        body.seek(0)
        protocol = request.headers.get("git-protocol")
        yield from git.run(repository, service, body, protocol, variables or {})


def result(service: str, answer: Iterator[bytes]) -> Response:
    """The HTTP form of a service's answer."""
    media_type = f"application/x-{service}-result"
    return StreamingResponse(answer, headers=_NO_CACHE, media_type=media_type)
