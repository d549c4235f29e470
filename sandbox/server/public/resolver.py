"""The resolver of names that containers ask: the platforms' lead to the sandbox, others as ever.

A file of hosts has one line a name, and apps' names are anybody's: whatever lies below a platform's
domain is answered here and never asked of anybody. All other questions go to the resolvers of this
machine as they came, and their answers back.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import cast

from sandbox.server.public.names import is_of_a_platform
from toolchain.engine.resolvers import RESOLVER_PORT, resolvers

_HEAD = struct.Struct(">HHHHHH")  # RFC 1035: id, flags, questions, answers, authorities, others
_LENGTH = struct.Struct(">H")  # before each message of a stream
_TYPE_AND_CLASS = struct.Struct(">HH")
_IS_ANSWER, _CAN_RECURSE, _FAILED = 0x8000, 0x0080, 2
_KEPT_OF_FLAGS = 0x7900  # the kind of question, and whether recursion is wanted
_ADDRESS, _INTERNET = 1, 1  # A, IN
_TO_QUESTION = 0xC000 | _HEAD.size  # a name that was said there
_LONGEST_LABEL = 63
_KEPT_SECONDS = 60  # by who asks; a sandbox keeps its address
_PATIENCE_SECONDS = 5.0
_MOST_AT_ONCE = 256  # questions of containers; more are dropped, and who asks asks again


class Resolver:
    """Answers on sockets; belongs to one event loop.

    Args:
        address: IPv4, where the platforms' names lead.
        upstream: whom other names are asked of.
        port: where those are asked.
    """

    def __init__(
        self,
        address: str,
        upstream: Callable[[], Sequence[str]] = resolvers,
        port: int = RESOLVER_PORT,
    ) -> None:
        self._address = socket.inet_aton(address)
        self._upstream = upstream
        self._port = port
        self._room = asyncio.Semaphore(_MOST_AT_ONCE)
        self._asked: set[asyncio.Task[None]] = set()

    async def open(
        self, datagrams: socket.socket, streams: socket.socket
    ) -> tuple[asyncio.DatagramTransport, asyncio.Server]:
        """Begins to answer."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self._begin), sock=datagrams
        )
        return transport, await asyncio.start_server(self._serve, sock=streams)

    def _begin(self, question: bytes, reply: Callable[[bytes], None]) -> None:
        if self._room.locked():
            return

        async def answer() -> None:
            async with self._room:
                reply(await self._answer(question, self._ask_by_datagram))

        task = asyncio.get_running_loop().create_task(answer())
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers the questions of one connection, one after the other."""
        with suppress(OSError, EOFError, TimeoutError):
            while True:
                async with asyncio.timeout(2 * _PATIENCE_SECONDS):
                    question = await _message(reader)
                async with self._room:
                    answer = await self._answer(question, _ask_by_stream)
                writer.write(_LENGTH.pack(len(answer)) + answer)
                await writer.drain()
        writer.close()

    async def _answer(self, question: bytes, ask: "_Ask") -> bytes:
        found = _question(question)
        if found is None:
            return _answer(question, b"", failed=True)
        name, kind, length = found
        if is_of_a_platform(name):
            return _answer(question[:length], self._record() if kind == _ADDRESS else b"")
        for each in self._upstream():
            with suppress(OSError, EOFError, TimeoutError):
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    return await ask(each, self._port, question)
        return _answer(question[:length], b"", failed=True)

    def _record(self) -> bytes:
        head = struct.pack(">HHHIH", _TO_QUESTION, _ADDRESS, _INTERNET, _KEPT_SECONDS, 4)
        return head + self._address

    @staticmethod
    async def _ask_by_datagram(resolver: str, port: int, question: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[bytes] = loop.create_future()

        def take(data: bytes, _reply: Callable[[bytes], None]) -> None:
            if not answered.done() and data[:2] == question[:2]:
                answered.set_result(data)

        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(take, answered), remote_addr=(resolver, port)
        )
        try:
            transport.sendto(question)
            return await answered
        finally:
            transport.close()


_Ask = Callable[[str, int, bytes], Awaitable[bytes]]


class _Datagrams(asyncio.DatagramProtocol):
    """Calls for each datagram, with what answers it; an error goes to who waits for one."""

    def __init__(
        self,
        take: Callable[[bytes, Callable[[bytes], None]], None],
        waiting: "asyncio.Future[bytes] | None" = None,
    ) -> None:
        self._take = take
        self._waiting = waiting
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        transport = self._transport
        if transport is not None:
            self._take(data, lambda answer: transport.sendto(answer, addr))

    def error_received(self, exc: Exception) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc)


async def _message(reader: asyncio.StreamReader) -> bytes:
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    return await reader.readexactly(length)


async def _ask_by_stream(resolver: str, port: int, question: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(resolver, port)
    try:
        writer.write(_LENGTH.pack(len(question)) + question)
        return await _message(reader)
    finally:
        writer.close()


def _question(message: bytes) -> tuple[str, int, int] | None:
    """The name that a message asks for, the type, and where its question ends.

    None for what is no single question of the Internet's class, which nobody here answers.
    """
    if len(message) < _HEAD.size:
        return None
    _, flags, questions, *_ = _HEAD.unpack_from(message)
    if flags & _IS_ANSWER or questions != 1:
        return None
    labels, at = [], _HEAD.size
    while at < len(message) and (length := message[at]):
        if length > _LONGEST_LABEL:
            return None
        labels.append(message[at + 1 : at + 1 + length].decode("latin-1"))
        at += 1 + length
    at += 1
    if at + _TYPE_AND_CLASS.size > len(message):
        return None
    kind, of = _TYPE_AND_CLASS.unpack_from(message, at)
    return (".".join(labels), kind, at + _TYPE_AND_CLASS.size) if of == _INTERNET else None


def _answer(question: bytes, record: bytes, *, failed: bool = False) -> bytes:
    """The answer to a question, with a record or none."""
    number, flags = struct.unpack_from(">HH", question.ljust(4, b"\0"))
    flags = flags & _KEPT_OF_FLAGS | _IS_ANSWER | _CAN_RECURSE | (_FAILED if failed else 0)
    asked = question[_HEAD.size :]
    head = _HEAD.pack(number, flags, 1 if asked else 0, 1 if record else 0, 0, 0)
    return head + asked + record
