"""Names below the platforms' domains lead to the sandbox, all others are asked of the machine's."""

import asyncio
import socket
import struct
import threading
from contextlib import contextmanager

import pytest

from sandbox.server.public.resolver import Resolver

_OURS, _THEIRS = "198.51.100.7", b"as the machine's resolver answers"
_A, _AAAA = 1, 28


def _question(name: str, kind: int = _A, *, questions: int = 1) -> bytes:
    said = b"".join(bytes([len(each)]) + each.encode() for each in name.split("."))
    return (
        struct.pack(">HHHHHH", 4711, 0x0100, questions, 0, 0, 0)
        + said
        + struct.pack(">xHH", kind, 1)
    )


@contextmanager
def _machine_s(asked: list[bytes], port: int = 0):
    """The machine's resolver, for datagrams and streams of one question; yields its port."""
    with (
        socket.create_server(("127.0.0.1", port)) as streams,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        port = streams.getsockname()[1]
        datagrams.bind(("127.0.0.1", port))

        def by_datagram() -> None:
            while True:
                question, at = datagrams.recvfrom(4096)
                if not question:
                    return
                asked.append(question)
                datagrams.sendto(question[:2] + _THEIRS, at)

        def by_stream() -> None:
            while True:
                connection, _ = streams.accept()
                with connection:
                    question = connection.recv(4096)
                    if not question:
                        return
                    asked.append(question[2:])
                    answer = question[2:4] + _THEIRS
                    connection.sendall(struct.pack(">H", len(answer)) + answer)

        threads = [threading.Thread(target=each) for each in (by_datagram, by_stream)]
        for thread in threads:
            thread.start()
        try:
            yield port
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", ("127.0.0.1", port))
            socket.create_connection(("127.0.0.1", port)).close()
            for thread in threads:
                thread.join()


def _answers(questions: list[bytes], *, stream: bool, upstream: list[str], port: int):
    """What the resolver says to each question, asked one after the other."""

    async def ask() -> list[bytes]:
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", 0))
        streams = socket.create_server(("127.0.0.1", 0))
        at = (streams if stream else datagrams).getsockname()
        resolver = Resolver(_OURS, lambda: upstream, port)
        transport, server = await resolver.open(datagrams, streams)
        try:
            return await asyncio.to_thread(_asked, at, questions, stream=stream)
        finally:
            transport.close()
            server.close()

    return asyncio.run(ask())


def _asked(at, questions: list[bytes], *, stream: bool) -> list[bytes]:
    kind = socket.SOCK_STREAM if stream else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as to:
        to.settimeout(20)
        to.connect(at)
        answers = []
        for each in questions:
            to.sendall(struct.pack(">H", len(each)) + each if stream else each)
            answers.append(to.recv(4096)[2 if stream else 0 :])
        return answers


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "name", ["me-app.hf.space", "App.OnRender.com", "a.static.hf.space", "new.huggingface.co"]
)
def test_a_name_of_a_platform_leads_to_the_sandbox_and_is_asked_of_nobody(name, stream):
    asked: list[bytes] = []
    with _machine_s(asked) as port:
        (answer,) = _answers([_question(name)], stream=stream, upstream=["127.0.0.1"], port=port)
    number, flags, _, records, *_ = struct.unpack_from(">HHHHHH", answer)
    assert (number, flags, records) == (4711, 0x8180, 1)
    assert socket.inet_ntoa(answer[-4:]) == _OURS
    assert asked == []


def test_a_name_of_a_platform_has_no_other_address():
    (answer,) = _answers(
        [_question("me-app.hf.space", _AAAA)], stream=False, upstream=["127.0.0.1"], port=9
    )
    _, flags, _, records, *_ = struct.unpack_from(">HHHHHH", answer)
    assert (flags, records) == (0x8180, 0)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", ["example.org", "hf.space.example.org", "nothf.space"])
def test_any_other_name_is_answered_by_the_machine_s_resolver(name, stream):
    asked: list[bytes] = []
    question = _question(name)
    with _machine_s(asked) as port:
        (answer,) = _answers([question], stream=stream, upstream=["127.0.0.1"], port=port)
    assert answer == question[:2] + _THEIRS
    assert asked == [question]


@pytest.mark.parametrize("stream", [False, True])
def test_a_resolver_that_is_away_is_passed_over_and_without_any_it_is_said(stream):
    asked: list[bytes] = []
    with _machine_s(asked) as port:
        (answer,) = _answers(
            [_question("example.org")],
            stream=stream,
            upstream=["127.0.0.2", "127.0.0.1"],
            port=port,
        )
        assert answer.endswith(_THEIRS)
    (answer,) = _answers([_question("example.org")], stream=stream, upstream=[], port=port)
    assert struct.unpack_from(">HH", answer) == (4711, 0x8182)  # SERVFAIL


@pytest.mark.parametrize(
    "nonsense",
    [b"", b"x", _question("a.b", questions=2), _question("a.b")[:-3], b"\0" * 12 + b"\xff" * 9],
)
def test_what_is_no_question_is_asked_of_nobody(nonsense):
    asked: list[bytes] = []
    with _machine_s(asked) as port:
        answer, known = _answers(
            [nonsense, _question("me.hf.space")], stream=False, upstream=["127.0.0.1"], port=port
        )
    assert answer[3] & 0xF == 2
    assert known[-4:] == socket.inet_aton(_OURS)
    assert asked == []
