"""Public addresses: raw bytes both ways, one stable port each, nothing left when closed."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from sandbox.apps import addresses
from sandbox.apps.addresses import AddressBook, AddressUnavailableError
from sandbox.apps.unavailable import Unavailable
from sandbox.apps.upstream import Upstream
from sandbox.store.database import Database
from tests.sandbox.spaces.conftest import until

PAUSED = Unavailable(title="Paused", remedy="Restart <it>.")


@pytest.fixture
def book(tmp_path) -> Iterator[AddressBook]:
    made = AddressBook(Database(tmp_path / "state.sqlite"))
    yield made
    made.stop()


class Echo:
    """A TCP server that answers every received byte with itself, after a first greeting."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.open = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self.open += 1
        with connection:
            try:
                while data := connection.recv(65536):
                    connection.sendall(data)
            except OSError:
                pass
        self.open -= 1


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.listener.close()


def exchange(connection: socket.socket, data: bytes) -> bytes:
    connection.sendall(data)
    got = b""
    while len(got) < len(data):
        part = connection.recv(65536)
        if not part:
            break
        got += part
    return got


def test_bytes_pass_both_ways_untouched_after_the_first_request(book, echo):
    port = book.open("app", lambda _visitor: Upstream(echo.port))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        head = b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"
        assert exchange(connection, head) == head
        frames = bytes(range(256)) * 2000
        for _ in range(3):
            assert exchange(connection, frames[:1000]) == frames[:1000]
        sender = threading.Thread(target=connection.sendall, args=(frames,))
        sender.start()
        assert exchange(connection, b"") == b""
        got = b""
        while len(got) < len(frames):
            got += connection.recv(65536)
        sender.join()
        assert got == frames
    until(lambda: echo.open == 0)


def test_body_sent_with_the_head_is_not_lost(book, echo):
    port = book.open("app", lambda _visitor: Upstream(echo.port))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        request = b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
        assert exchange(connection, request) == request


def test_closing_cuts_connections_and_stops_listening(book, echo):
    port = book.open("app", lambda _visitor: Upstream(echo.port))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        exchange(connection, b"GET / HTTP/1.1\r\n\r\n")
        assert echo.open == 1
        book.close("app")
        assert connection.recv(10) == b""
    until(lambda: echo.open == 0)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_client_that_leaves_takes_the_connection_to_the_app_along(book, echo):
    port = book.open("app", lambda _visitor: Upstream(echo.port))
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            exchange(connection, b"GET / HTTP/1.1\r\n\r\n")
    until(lambda: echo.open == 0)


def test_port_stays_the_same_over_restarts_and_is_free_once_forgotten(tmp_path):
    database = Database(tmp_path / "state.sqlite")
    ports = []
    for _ in range(2):
        book = AddressBook(database)
        ports.append(book.open("app", lambda _visitor: PAUSED))
        book.stop()
    assert ports[0] == ports[1]
    book = AddressBook(database)
    book.open("app", lambda _visitor: PAUSED)
    book.close("app", forget=True)
    assert book.ports() == set()
    book.stop()


def test_port_that_somebody_else_took_is_an_error_naming_it_never_another_port(tmp_path):
    database = Database(tmp_path / "state.sqlite")
    book = AddressBook(database)
    port = book.open("app", lambda _visitor: PAUSED)
    book.stop()
    with socket.create_server(("127.0.0.1", port)):
        later = AddressBook(database)
        with pytest.raises(AddressUnavailableError, match=str(port)):
            later.open("app", lambda _visitor: PAUSED)
        later.stop()


def test_answer_without_an_app_suits_browsers_and_programs(book):
    url = f"http://127.0.0.1:{book.open('app', lambda _visitor: PAUSED)}"
    plain = httpx.get(url)
    assert (plain.status_code, plain.text) == (503, "Paused\nRestart <it>.\n")
    page = httpx.get(url, headers={"accept": "text/html,*/*"})
    assert page.headers["content-type"].startswith("text/html")
    assert "Restart &lt;it&gt;." in page.text
    assert httpx.head(url).content == b""
    assert httpx.post(url, content=b"x" * 100_000).status_code == 503


def test_visitor_of_a_waking_app_is_held_until_it_serves(book, echo):
    asked = []

    def route(_visitor):
        asked.append(1)
        if len(asked) < 4:
            return Unavailable(title="Asleep", remedy="", retry_after=1, hold=True)
        return Upstream(echo.port)

    port = book.open("app", route)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        assert exchange(connection, b"GET / HTTP/1.1\r\n\r\n") == b"GET / HTTP/1.1\r\n\r\n"
    assert len(asked) == 4


def test_dead_upstream_is_a_502(book):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        dead = gone.getsockname()[1]
    port = book.open("app", lambda _visitor: Upstream(dead))
    assert httpx.get(f"http://127.0.0.1:{port}").status_code == 502


def test_a_visitor_led_to_a_version_that_ended_meanwhile_is_led_to_the_one_that_serves(book, echo):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        dead = gone.getsockname()[1]
    ways = [Upstream(dead), Upstream(echo.port)]
    head = b"GET / HTTP/1.1\r\n\r\n"
    port = book.open("app", lambda _visitor: ways.pop(0))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        assert exchange(connection, head) == head
    answers = [Upstream(dead), PAUSED]
    ended = book.open("ended", lambda _visitor: answers.pop(0))
    assert httpx.get(f"http://127.0.0.1:{ended}").text == "Paused\nRestart <it>.\n"


def test_an_app_whose_port_died_is_reached_by_its_own_address(book, echo):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        dead = gone.getsockname()[1]
    port = book.open("app", lambda _visitor: Upstream(dead, ("127.0.0.1", echo.port)))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        head = b"GET / HTTP/1.1\r\n\r\n"
        assert exchange(connection, head) == head
    deaf = book.open("other", lambda _visitor: Upstream(dead, ("127.0.0.1", dead)))
    assert httpx.get(f"http://127.0.0.1:{deaf}").status_code == 502


def test_visitors_of_one_app_leave_files_for_the_rest_and_for_the_engines_proxy(
    book, echo, monkeypatch
):
    monkeypatch.setattr(addresses.resource, "getrlimit", lambda _which: (80, 80))
    port = book.open("app", lambda _visitor: Upstream(echo.port))
    head = b"GET / HTTP/1.1\r\n\r\n"
    with ExitStack() as visitors:
        for _ in range(10):
            place = socket.create_connection(("127.0.0.1", port), timeout=10)
            assert exchange(visitors.enter_context(place), head) == head
        crowded = httpx.get(f"http://127.0.0.1:{port}")
        assert (crowded.status_code, crowded.headers["retry-after"]) == (503, "1")
        other = book.open("other", lambda _visitor: PAUSED)
        assert "Paused" in httpx.get(f"http://127.0.0.1:{other}").text
    until(lambda: echo.open == 0)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as again:
        assert exchange(again, head) == head


def test_addresses_do_not_listen_on_public_interfaces(book):
    port = book.open("app", lambda _visitor: PAUSED)
    with socket.create_server(("127.0.0.2", port)):  # would fail if 0.0.0.0 were taken
        pass


def test_many_visitors_at_once_are_all_served(book, echo):
    port = book.open("app", lambda _visitor: Upstream(echo.port))

    async def visit(number: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"GET /{number} HTTP/1.1\r\n\r\n".encode()
        writer.write(head)
        got = await reader.readexactly(len(head))
        writer.close()
        return got

    async def all_of_them() -> list[bytes]:
        return await asyncio.gather(*(visit(number) for number in range(100)))

    assert asyncio.run(all_of_them())[42] == b"GET /42 HTTP/1.1\r\n\r\n"
    until(lambda: echo.open == 0)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 421),
        ("127.0.0.1.evil.example:80", 421),
        ("localhost:1", 503),
        ("app.localhost", 503),
        ("[::1]", 503),
        ("inside.name:1", 503),
    ],
)
def test_an_app_is_not_reached_by_another_pages_name(tmp_path, host, status):
    book = AddressBook(Database(tmp_path / "state.sqlite"), inside="inside.name")
    asked = []

    def route(visitor):
        asked.append(visitor.host)
        return PAUSED

    try:
        port = book.open("app", route)
        answer = httpx.get(f"http://127.0.0.1:{port}", headers={"host": host})
        assert (answer.status_code, bool(asked)) == (status, status != 421)
    finally:
        book.stop()
