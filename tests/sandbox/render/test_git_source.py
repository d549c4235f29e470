"""Repositories are fetched apart from each other, whole, and not longer than somebody waits."""

import contextlib
import socket
import threading
import time

import pytest

from sandbox.render.deploys.git_source import GitSource, SourceError
from tests.sandbox.render.live import Repository


class UnwantedError(Exception):
    """Nobody wants the answer any more."""


@pytest.fixture
def source(tmp_path):
    return GitSource(tmp_path / "copies", str)


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "repository")


@pytest.fixture
def silent():
    """An address that takes connections and never says a word; and an event set by the first."""
    reached, held = threading.Event(), []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                held.append(listener.accept())
                reached.set()

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/a.git", reached
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for connection, _ in held:
        connection.close()
    thread.join()


def test_a_fetch_that_hears_nothing_ends_when_told_and_holds_up_no_other(
    source, repository, silent
):
    address, reached = silent
    told, ended = threading.Event(), []

    def check():
        if told.is_set():
            raise UnwantedError

    def fetch():
        try:
            source.fetch("srv-1", address, "main", None, check)
        except UnwantedError:
            ended.append(time.monotonic())

    threads = [threading.Thread(target=fetch) for _ in range(2)]  # one of them waits for the other
    for thread in threads:
        thread.start()
    assert reached.wait(20)
    commit = repository.commit({"a": "1"})
    assert source.fetch("srv-2", repository.url, "main", None).id == commit
    moment = time.monotonic()
    told.set()
    for thread in threads:
        thread.join()
    assert len(ended) == 2
    assert max(ended) - moment < 3  # one second, and what a busy computer adds


def test_a_tree_is_what_a_clone_has(source, repository, tmp_path):
    commit = repository.commit(
        {
            ".gitattributes": "left-out export-ignore\nversion export-subst\n",
            "left-out": "here",
            "version": "$Format:%H$",
        }
    )
    source.fetch("srv-1", repository.url, "main", None)
    source.export("srv-1", commit, tmp_path / "tree")
    assert (tmp_path / "tree" / "left-out").read_text() == "here"
    assert (tmp_path / "tree" / "version").read_text() == "$Format:%H$"


def test_the_users_own_credentials_are_not_used(source, tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(home))
    seen, refusal = [], b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\n"
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():  # asked without credentials first, and once more by who has some
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    seen.append(connection.recv(65536))
                    connection.sendall(refusal + b"Content-Length: 0\r\nConnection: close\r\n\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with pytest.raises(SourceError):
            source.fetch("s", f"http://127.0.0.1:{listener.getsockname()[1]}/a.git", "main", None)
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
    assert seen
    assert not any(b"authorization" in each.lower() for each in seen)
