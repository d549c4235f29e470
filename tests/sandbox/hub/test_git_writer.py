import pygit2
import pytest

from sandbox.git.moves import Move
from sandbox.git.writer import Draft, move_reference
from sandbox.hub.http.errors import StaleParentError
from sandbox.hub.repositories.operations import AddFile, commit, create_repository


@pytest.fixture
def store(tmp_path):
    return create_repository(tmp_path / "git", [AddFile("a", b"1")], "ada")


def test_a_reference_moved_by_another_process_is_never_overwritten(store, monkeypatch):
    write, head = Draft.write, store.branch_head()

    def overtaken(draft, message, author, committer=None):
        created = write(draft, message, author, committer)
        other = write(draft, "a push from elsewhere", author)
        move_reference(store, Move("refs/heads/main", head, other))
        return created

    monkeypatch.setattr(Draft, "write", overtaken)
    with pytest.raises(StaleParentError):
        commit(store, "main", [AddFile("b", b"2")], message="mine", author="ada")
    assert store.commit(store.branch_head()).title == "a push from elsewhere"


def test_a_commit_keeps_the_executable_bit_of_a_file_it_rewrites(store):
    repository = store.open()
    index = pygit2.Index()
    blob = repository.create_blob(b"#!/bin/sh\n")
    index.add(pygit2.IndexEntry("run", blob, pygit2.enums.FileMode.BLOB_EXECUTABLE))
    signature = pygit2.Signature("ada", "ada@localhost")
    tree = index.write_tree(repository)
    head = repository.create_commit(None, signature, signature, "x", tree, [])
    repository.references["refs/heads/main"].set_target(head)
    after = commit(store, "main", [AddFile("run", b"#!/bin/bash\n")], message="y", author="ada")
    assert store.entry(after, "run").mode == pygit2.enums.FileMode.BLOB_EXECUTABLE
