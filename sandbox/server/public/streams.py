"""Bytes of one connection carried to another as they come."""

import asyncio
from contextlib import suppress

_CHUNK = 64 * 1024


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One direction, to its end, which the other side is told where its transport has a word."""
    with suppress(OSError):
        while piece := await reader.read(_CHUNK):
            writer.write(piece)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        if writer.can_write_eof():
            writer.write_eof()


async def closed(writer: asyncio.StreamWriter) -> None:
    """Closes a connection once what was written has left."""
    with suppress(OSError):
        await writer.drain()
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
