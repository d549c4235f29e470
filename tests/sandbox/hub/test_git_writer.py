import pygit2
import pytest

from sandbox.hub.http.errors import StaleParentError
from sandbox.hub.repositories import git_writer
from sandbox.hub.repositories.git_writer import AddFile, commit, create_repository


@pytest.fixture
def store(tmp_path):
    return create_repository(tmp_path / "git", [AddFile("a", b"1")], "ada")


def test_a_reference_moved_by_another_process_is_never_overwritten(store, monkeypatch):
    write = git_writer._write

    def overtaken(repository, index, parents, message, author):
        created = write(repository, index, parents, message, author)
        other = write(repository, index, parents, "a push from elsewhere", author)
        pygit2.Repository(str(store.path)).references["refs/heads/main"].set_target(other)
        return created

    monkeypatch.setattr(git_writer, "_write", overtaken)
    with pytest.raises(StaleParentError):
        commit(store, "main", [AddFile("b", b"2")], message="mine", author="ada")
    assert store.commit_info(store.branch_head()).title == "a push from elsewhere"


def test_a_commit_keeps_the_executable_bit_of_a_file_it_rewrites(store):
    repository = store.open()
    index = pygit2.Index()
    blob = repository.create_blob(b"#!/bin/sh\n")
    index.add(pygit2.IndexEntry("run", blob, pygit2.enums.FileMode.BLOB_EXECUTABLE))
    head = git_writer._write(repository, index, [], "x", "ada")
    repository.references["refs/heads/main"].set_target(head)
    after = commit(store, "main", [AddFile("run", b"#!/bin/bash\n")], message="y", author="ada")
    assert store.entry(after, "run").mode == pygit2.enums.FileMode.BLOB_EXECUTABLE
