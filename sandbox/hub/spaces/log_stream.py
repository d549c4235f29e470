"""A log as server-sent events, in the form `HfApi.fetch_space_logs` reads."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from email.utils import formatdate

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from sandbox.hub.spaces.running.logs import LogKind, LogLine
from sandbox.hub.spaces.service import SpaceService

_POLL_SECONDS = 0.2
# More than 5 s: a client that only wants what is there gives up after 5 s of silence, and a
# keep-alive would be no silence. Less than 120 s, after which a following client reconnects.
_KEEP_ALIVE_SECONDS = 20.0


async def log_stream(
    service: SpaceService, repo_id: str, kind: LogKind, tail: int | None
) -> StreamingResponse:
    """What the log holds (its last `tail` lines), then what is added, until nothing more can be.

    A client that only wants what is there stops at the first line more than a second younger than
    the answer's Date, so that has to be exact. uvicorn's own is up to two seconds old and comes
    before ours: run it with `date_header=False`, or such a client misses the newest lines.
    """
    space = await run_in_threadpool(service.log_id, repo_id)
    return StreamingResponse(
        _events(service, (space, kind), tail),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "Date": formatdate(usegmt=True)},
    )


async def _events(
    service: SpaceService, log: tuple[int, LogKind], tail: int | None
) -> AsyncIterator[str]:
    space, kind = log
    logs = service.log_store
    grows = await run_in_threadpool(service.log_grows, space, kind)
    if tail is None:
        lines = await run_in_threadpool(logs.read, space, kind)
    else:
        lines = await run_in_threadpool(logs.tail, space, kind, tail)
    last = lines[-1].number if lines else await run_in_threadpool(logs.newest, space, kind)
    quiet_since = time.monotonic()
    while True:
        for line in lines:
            last = line.number
            yield _event(line)
            quiet_since = time.monotonic()
        if not lines and not grows:
            return
        if time.monotonic() - quiet_since > _KEEP_ALIVE_SECONDS:
            quiet_since = time.monotonic()
            yield "data:\n\n"
        # Asked before the lines are read: what is written in between is still sent.
        grows = await run_in_threadpool(service.log_grows, space, kind)
        lines = await run_in_threadpool(logs.read, space, kind, after=last)
        if not lines and grows:
            await asyncio.sleep(_POLL_SECONDS)


def _event(line: LogLine) -> str:
    return f"data: {json.dumps({'data': line.line + chr(10), 'timestamp': line.at})}\n\n"
