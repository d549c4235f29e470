import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.toolchain.processes import text_of
from toolchain.cache import cache_folder, locked, locked_if_free, made_once, remove_tree

FORK = multiprocessing.get_context("fork")


def test_the_cache_follows_xdg_and_ignores_a_relative_path(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "slipway"
    assert cache_folder().is_dir()

    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / "home" / ".cache" / "slipway"


def _make_slowly(folder: Path, log: Path) -> None:
    def make(partial: Path) -> None:
        with log.open("a") as lines:
            lines.write("made\n")
        (partial / "first").write_text("1")
        time.sleep(0.3)
        (partial / "second").write_text("2")

    made = made_once(folder, make)
    assert {file.name for file in made.iterdir()} == {"first", "second"}


def test_processes_that_ask_at_once_get_one_whole_thing_made_once(tmp_path):
    log = tmp_path / "log"
    askers = [FORK.Process(target=_make_slowly, args=(tmp_path / "thing", log)) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(20)
    assert [asker.exitcode for asker in askers] == [0] * 4
    assert log.read_text() == "made\n"


def test_a_killed_making_is_not_believed_and_is_made_anew(tmp_path):
    def make_and_hang(partial: Path) -> None:
        (partial / "half").write_text("half")
        (tmp_path / "started").write_text("yes")
        time.sleep(60)

    maker = FORK.Process(target=made_once, args=(tmp_path / "thing", make_and_hang))
    maker.start()
    text_of(tmp_path / "started")
    os.kill(maker.pid, signal.SIGKILL)
    maker.join(10)
    assert not (tmp_path / "thing").exists()

    made_once(tmp_path / "thing", lambda partial: (partial / "whole").touch())
    assert [file.name for file in (tmp_path / "thing").iterdir()] == ["whole"]
    assert not list(tmp_path.glob(".partial*"))


def test_a_failed_making_leaves_nothing_and_passes_its_error_on(tmp_path):
    def fail(partial: Path) -> None:
        (partial / "half").touch()
        raise RuntimeError("no compiler")

    with pytest.raises(RuntimeError, match="no compiler"):
        made_once(tmp_path / "thing", fail)
    assert [entry.name for entry in tmp_path.iterdir()] == [".locks"]


def test_whoever_waits_for_another_is_told_so(tmp_path):
    waiting = threading.Event()
    release = threading.Event()

    def make(partial: Path) -> None:
        assert release.wait(10)
        (partial / "done").touch()

    first = threading.Thread(target=made_once, args=(tmp_path / "thing", make))
    with locked(tmp_path / ".locks" / "thing.lock"):
        first.start()
        second = threading.Thread(target=made_once, args=(tmp_path / "thing", make, waiting.set))
        second.start()
        assert waiting.wait(10)
    release.set()
    first.join(10)
    second.join(10)
    assert (tmp_path / "thing" / "done").exists()


def test_a_thing_that_is_there_is_returned_untouched(tmp_path):
    (tmp_path / "thing").mkdir()
    made_once(tmp_path / "thing", lambda _: pytest.fail("it was made again"))
    assert [entry.name for entry in tmp_path.iterdir()] == ["thing"]


def test_an_exclusive_lock_is_refused_while_others_share_it(tmp_path):
    lock = tmp_path / "lock"
    with locked(lock, shared=True), locked(lock, shared=True), locked_if_free(lock) as taken:
        assert not taken
    with locked_if_free(lock) as taken:
        assert taken


def test_read_only_folders_are_removed_too(tmp_path):
    folder = tmp_path / "modules" / "inner"
    folder.mkdir(parents=True)
    (folder / "file").touch(mode=0o444)
    folder.chmod(0o555)
    remove_tree(tmp_path / "modules")
    assert not (tmp_path / "modules").exists()
    remove_tree(tmp_path / "modules")  # absent is success
