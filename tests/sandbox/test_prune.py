"""What a sandbox keeps is bounded, and what one that is gone left can be found."""

import hashlib
import json
import os
import subprocess
import time

import pytest

from sandbox.git.packing import needs_packing, pack
from sandbox.git.store import GitStore
from sandbox.http.request_log import ObservedRequest, RequestLog
from sandbox.hub.repositories.lfs import Pointer
from sandbox.hub.repositories.names import RepoKind, RepoName
from sandbox.hub.repositories.operations import AddFile, AddPointer, commit, create_repository
from sandbox.hub.repositories.registry import Registry
from sandbox.server.gone import gone_homes, note_home, remove_gone
from sandbox.server.home import Home
from sandbox.server.prune import prune, pruned_daily
from sandbox.store.database import Database
from toolchain.cache import cache_folder

LONG_AGO = 1.0  # seconds since 1970


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = Home(tmp_path / "home")
    made.identity()
    return made


def test_the_request_log_keeps_its_newest_requests_without_being_told(tmp_path):
    log = RequestLog(Database(tmp_path / "state.db"), kept=200)
    for number in range(1000):
        log.record(
            ObservedRequest(
                time=float(number), platform="hub", method="GET", path="/", mutates=False, agent=""
            )
        )
    assert len(log.requests()) == 200
    assert log.last_id() == 1000


def test_large_files_go_a_day_after_no_commit_has_them(home):
    registry = Registry(home.open_database(), home.repositories)
    uid, folder = registry.folders.draw()
    folder.mkdir()
    create_repository(folder / "git", [AddFile("README.md", b"x")], "slipway")
    repository = registry.add(uid, RepoName(RepoKind.MODEL, "slipway", "m"), "public")
    stored = {}
    for name in ("committed", "deleted again", "never committed", "just uploaded"):
        content = name.encode()
        oid = hashlib.sha256(content).hexdigest()
        with repository.objects.receive(oid) as upload:
            upload.write(content)
            upload.finish()
        if name != "just uploaded":
            os.utime(repository.objects.path(oid), (LONG_AGO, LONG_AGO))
        stored[name] = Pointer(oid, len(content))
    for name in ("committed", "deleted again"):
        change = [AddPointer("w.bin", stored[name])]
        commit(repository.git, "main", change, message=name, author="slipway")
    partial = repository.objects.path(stored["committed"].oid).parents[2] / "incoming-x"
    partial.touch()
    os.utime(partial, (LONG_AGO, LONG_AGO))
    said = "\n".join(prune(home))
    assert "0.0 MB of large files" in said
    left = {name for name, each in stored.items() if repository.objects.size(each.oid) is not None}
    # What history leads to can be asked for at its commit.
    assert left == {"committed", "deleted again", "just uploaded"}
    assert not partial.exists()


def fill(store: GitStore, *, files: int) -> None:
    """A commit of small files, each an object of its own on the disk."""
    lines = [b"commit refs/heads/main", b"committer t <t@localhost> 0 +0000", b"data 1", b"m"]
    for number in range(files):
        lines += [b"M 100644 inline f%d" % number, b"data 5", b"%05d" % number]
    command = ["git", "-C", str(store.path), "-c", "fastimport.unpackLimit=20000", "fast-import"]
    script = b"\n".join(lines) + b"\n"
    subprocess.run([*command, "--quiet"], input=script, check=True, capture_output=True)


def test_a_repository_of_many_loose_objects_is_packed_and_reads_as_before(tmp_path):
    store = GitStore.create(tmp_path / "r.git")
    assert not needs_packing(store.path)
    fill(store, files=9000)
    head = store.branch_head("main")
    assert needs_packing(store.path)
    assert pack(store.path)
    assert not needs_packing(store.path)
    assert store.branch_head("main") == head
    assert store.entry(head, "f4711") is not None


def test_a_repository_is_packed_as_it_fills(home):
    store = GitStore.create(home.folder / "github" / "repositories" / "r" / "git")
    fill(store, files=2000)
    assert needs_packing(store.path)
    with pruned_daily(home, first_seconds=1000, pack_seconds=0.01):
        deadline = time.monotonic() + 20
        while needs_packing(store.path) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert not needs_packing(store.path)


def test_a_sandbox_whose_folder_is_gone_is_found_and_what_it_left_removed_once(home, tmp_path):
    other = Home(tmp_path / "other")
    for each in (home, other):
        note_home(each)
    name = other.identity().name
    assert gone_homes() == []
    (other.folder / "identity.json").unlink()
    assert [(each.name, each.folder) for each in gone_homes()] == [(name, other.folder)]
    removed = []
    remove_gone(removed.append)
    assert removed == [name]
    assert gone_homes() == []


def test_a_sandbox_that_was_moved_is_known_again_once_it_is_served(home, tmp_path):
    note_home(home)
    moved = home.folder.rename(tmp_path / "moved")
    assert len(gone_homes()) == 1
    note_home(Home(moved))
    assert gone_homes() == []
    assert json.loads((moved / "identity.json").read_text())["folder"] == str(moved)


def test_versions_that_no_checkout_uses_go_by_themselves(home):
    made = {}
    for name, days in (("go-1.26.3", 90), ("go-1.27.1", 20), ("go-1.27.3", 0)):
        made[name] = cache_folder() / name
        made[name].mkdir()
        moment = time.time() - days * 86_400
        os.utime(made[name], (moment, moment))
    with pruned_daily(home, first_seconds=0):
        deadline = time.monotonic() + 10
        while made["go-1.26.3"].exists() and time.monotonic() < deadline:
            time.sleep(0.01)
    assert not made["go-1.26.3"].exists()
    # Another clone may want what it asked for a while ago.
    assert made["go-1.27.1"].is_dir()
    assert made["go-1.27.3"].is_dir()
