"""A connection for an app's name is the app's from its first request on; any other a platform's."""

import asyncio
import socket

import pytest

from sandbox.server.public.doorway import Doorway

UPGRADE = b"GET /ws HTTP/1.1\r\nHost: Me-App.hf.space:443\r\nUpgrade: websocket\r\n\r\n"


class Platform(asyncio.Protocol):
    """Says what it was sent, and ends."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(b"platform: " + data)
        self.transport.close()


async def _echo(reader, writer):
    """An app that says everything again, until it is told to end."""
    while piece := await reader.read(1000):
        writer.write(b"app: " + piece)
        if piece == b"end":
            break
    writer.close()


async def _visited(*pieces: bytes, asked: list, answers: int) -> list[bytes]:
    """What a visitor gets who sends one piece after the other; `answers` are waited for."""
    loop = asyncio.get_running_loop()
    app = await asyncio.start_server(_echo, "127.0.0.1", 0)

    def app_port(platform: str, name: str) -> int | None:
        asked.append((platform, name))
        return app.sockets[0].getsockname()[1] if name == "me-app" else None

    door = await loop.create_server(lambda: Doorway(Platform, app_port), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*door.sockets[0].getsockname()[:2])
    got = []
    for number, piece in enumerate(pieces):
        writer.write(piece)
        await writer.drain()
        if number >= len(pieces) - answers:
            got.append(await asyncio.wait_for(reader.read(10_000_000), 20) if answers == 1
                       else await asyncio.wait_for(reader.read(1000), 20))  # fmt: skip
        else:
            await asyncio.sleep(0)
    writer.close()
    app.close()
    door.close()
    return got


def test_an_app_is_spoken_to_both_ways_as_long_as_it_likes():
    asked: list = []
    head, rest = UPGRADE[:20], UPGRADE[20:]
    got = asyncio.run(_visited(head, rest, b"one", b"two", b"end", asked=asked, answers=4))
    assert asked == [("hub", "me-app")]
    assert got == [b"app: " + UPGRADE, b"app: one", b"app: two", b"app: end"]


@pytest.mark.parametrize(
    ("sent", "looked_up"),
    [
        (b"GET / HTTP/1.1\r\nHost: huggingface.co\r\n\r\n", []),
        (b"GET / HTTP/1.1\r\nHost: other.onrender.com\r\n\r\nbody", [("render", "other")]),
        (b"GET / HTTP/1.1\r\n\r\n", []),
        (b"x" * (64 * 1024 + 1), []),  # no head
    ],
)
def test_everything_else_is_the_platforms_with_all_that_was_sent(sent, looked_up):
    asked: list = []
    (got,) = asyncio.run(_visited(sent, asked=asked, answers=1))
    assert asked == looked_up
    assert got.startswith(b"platform: " + sent[:60_000])


def test_who_leaves_before_asking_leaves_nothing(caplog):
    async def leave() -> None:
        loop = asyncio.get_running_loop()
        door = await loop.create_server(lambda: Doorway(Platform, lambda *_: None), "127.0.0.1", 0)
        for sent in (b"", UPGRADE[:10], UPGRADE):
            with socket.create_connection(door.sockets[0].getsockname(), 5) as visitor:
                visitor.sendall(sent)
        await asyncio.sleep(0.1)
        door.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(leave())
    assert caplog.text == ""
