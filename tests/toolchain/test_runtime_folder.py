"""Sockets lie in a short folder that is ours alone, wherever the cache folder is."""

import stat

import pytest

from toolchain.engine.dockerd import LONGEST_SOCKET
from toolchain.runtime_folder import SOCKET_LIMIT, remove_runtime_folder, runtime_folder


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Stands for /run, and for a login's own folder where the tests are not root's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ("long" * 30)))
    folder = tmp_path / "run"
    folder.mkdir(mode=0o755)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


def test_it_is_the_same_at_each_call_private_and_another_for_another_cache(
    run, tmp_path, monkeypatch
):
    folder = runtime_folder(run)
    assert folder == runtime_folder(run)
    assert folder.parent == run
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    assert runtime_folder(run) != folder


@pytest.mark.usefixtures("run")
def test_no_cache_folder_makes_a_socket_too_long():
    folder = runtime_folder()
    try:
        assert len(str(folder / LONGEST_SOCKET)) <= SOCKET_LIMIT
    finally:
        remove_runtime_folder()
    assert not folder.exists()


@pytest.mark.parametrize("what", ["open", "link", "file"])
def test_what_somebody_put_in_its_place_is_refused_by_name(run, tmp_path, what):
    folder = runtime_folder(run)
    folder.rmdir()
    if what == "open":
        folder.mkdir()
        folder.chmod(0o777)
    elif what == "link":
        (tmp_path / "mine").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "mine")
    else:
        folder.write_text("")
    with pytest.raises(OSError, match=folder.name):
        runtime_folder(run)


def test_in_a_folder_that_others_can_write_a_name_is_drawn_and_kept(run, tmp_path, monkeypatch):
    shared = tmp_path / "tmp"
    shared.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(shared))
    run.chmod(0o777)
    folder = runtime_folder(run)
    assert run not in folder.parents
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder == runtime_folder(run)
    folder.chmod(0o755)  # as if another user had made it after a reboot
    assert runtime_folder(run) != folder
    for made in (folder, runtime_folder(run)):
        made.rmdir()


def test_who_only_looks_makes_nothing(run, tmp_path):
    folder = runtime_folder(run, create=False)
    assert not folder.exists()
    assert runtime_folder(run) == folder
    run.chmod(0o777)
    drawn = runtime_folder(run, create=False)
    assert not drawn.exists()
    assert not list((tmp_path).rglob("runtime-folder"))
