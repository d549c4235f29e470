"""What Hub and GitHub share of git: drafts, references, starting clean, large input."""

import gzip
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from sandbox.git.moves import NOTHING, Move
from sandbox.git.registry import RepositoryFolders
from sandbox.git.smart_http import GitService, Opened, git_routes
from sandbox.git.store import GitStore, Person
from sandbox.git.writer import (
    Draft,
    InvalidReferenceError,
    ReferenceExistsError,
    ReferenceMissingError,
    ReferenceMovedError,
    move_reference,
)
from sandbox.http.errors import Refusal

ADA = Person("ada", "ada@localhost", datetime(2026, 1, 2, tzinfo=UTC))


@pytest.fixture
def folders(tmp_path):
    return RepositoryFolders(tmp_path)


@pytest.fixture
def store(folders):
    return GitStore.create(folders.draw()[1])


def commit(store, files, parent=None):
    draft = Draft(store, parent)
    for path, content in files.items():
        draft.put(path, content)
    return draft.write("one", ADA)


def test_a_file_in_the_place_of_a_folder_replaces_it(store):
    first = commit(store, {"a/b": b"1", "a/c": b"2"})
    second = commit(store, {"a": b"3"}, first)
    assert [entry.path for entry in store.walk(second, recursive=True)] == ["a"]


def test_a_reference_moves_only_from_where_it_was_seen(store):
    first, second = commit(store, {"a": b"1"}), commit(store, {"a": b"2"})
    move_reference(store, Move("refs/heads/main", NOTHING, first))
    with pytest.raises(ReferenceExistsError):
        move_reference(store, Move("refs/heads/main", NOTHING, second))
    with pytest.raises(ReferenceMovedError):
        move_reference(store, Move("refs/heads/main", second, first))
    with pytest.raises(ReferenceMissingError):
        move_reference(store, Move("refs/heads/none", first, second))
    with pytest.raises(InvalidReferenceError):
        move_reference(store, Move("refs/heads/a b", NOTHING, first))
    assert store.branch_head("main") == first


def test_a_lock_that_a_killed_server_left_is_gone_with_the_next_start(store, folders):
    first = commit(store, {"a": b"1"})
    move_reference(store, Move("refs/heads/main", NOTHING, first))
    lock = store.path / "refs" / "heads" / "main.lock"
    lock.touch()
    (store.path / "objects" / "tmp_objdir-incoming-x").mkdir()
    second = commit(store, {"a": b"2"}, first)
    with pytest.raises(ReferenceMovedError):
        move_reference(store, Move("refs/heads/main", first, second))
    folders.recover({path.name for path in store.path.parent.iterdir()})
    assert not lock.exists()
    assert not list((store.path / "objects").glob("tmp_*"))
    move_reference(store, Move("refs/heads/main", first, second))
    assert store.branch_head() == second


def test_little_that_stands_for_much_is_refused_before_it_fills_the_disk(store, tmp_path):
    git = GitService(tmp_path / "service", "unused")
    routes = git_routes("/r", git, lambda _request, _write: Opened(store.path))
    refused = {Refusal: lambda _request, error: PlainTextResponse(error.message, error.status)}
    client = TestClient(Starlette(routes=routes, exception_handlers=refused))
    bomb = gzip.compress(b"\0" * (64 << 20))
    assert len(bomb) < 100_000
    answer = client.post("/r/git-upload-pack", content=bomb, headers={"content-encoding": "gzip"})
    assert answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
