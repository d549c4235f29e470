"""Protects a composed build context: exactly the given files, in nobody else's folder."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from filelock import FileLock

from slipway.dockerfile.context import read_context
from slipway.errors import ConfigError, DeployError
from slipway.images import composed_context
from slipway.images.composed_context import compose_context


@pytest.fixture
def sources(tmp_path):
    """Files in two folders, by their path in the context."""
    for name in ("one/Dockerfile", "one/app.py", "two/shared.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "one/app.py").chmod(0o755)
    return {
        "Dockerfile": tmp_path / "one/Dockerfile",
        "app.py": tmp_path / "one/app.py",
        "kitchen/shared.py": tmp_path / "two/shared.py",
    }


def test_the_folder_holds_the_files_and_what_may_be_executed(sources, tmp_path):
    folder = compose_context(sources, tmp_path / "build" / "it")
    assert (folder / "kitchen/shared.py").read_text() == "two/shared.py"
    assert (folder / "app.py").stat().st_mode & 0o111
    assert set(sources) <= set(read_context(folder).files)


@pytest.mark.parametrize("more", [0o000, 0o020, 0o022, 0o002, 0o200])
@pytest.mark.parametrize("less", [0o000, 0o044, 0o077])
def test_modes_are_the_same_whatever_a_machine_makes_of_them(sources, tmp_path, more, less):
    def modes(folder):
        return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}

    before = modes(compose_context(sources, tmp_path / "it"))
    assert before == {
        "Dockerfile": 0o644,
        "app.py": 0o755,
        ".composed": 0o644,
        "kitchen": 0o755,
        "shared.py": 0o644,
    }
    for source in sources.values():
        source.chmod(stat.S_IMODE(source.stat().st_mode) & ~less | more)
    umask = os.umask(0o077 ^ more)
    try:
        other = compose_context(sources, tmp_path / "elsewhere" / "it")
    finally:
        os.umask(umask)
    assert modes(other) == before
    (other / "kitchen").chmod(0o775)  # an older composing, or somebody
    (other / "app.py").chmod(0o644)
    assert modes(compose_context(sources, other)) == before
    assert stat.S_IMODE(other.stat().st_mode) == 0o755


def test_a_second_time_writes_what_changed_and_removes_what_is_gone(sources, tmp_path):
    folder = compose_context(sources, tmp_path / "it")
    kept = (folder / "app.py").stat().st_ino
    sources["kitchen/shared.py"].write_text("changed!!")
    compose_context(sources, folder)
    assert (folder / "app.py").stat().st_ino == kept
    assert (folder / "kitchen/shared.py").read_text() == "changed!!"

    del sources["kitchen/shared.py"]
    compose_context(sources, folder)
    compose_context(sources, folder)
    assert not (folder / "kitchen").exists()


def test_a_folder_of_somebody_else_is_left_alone(sources, tmp_path):
    mine = tmp_path / "two"
    with pytest.raises(ConfigError, match="holds other files"):
        compose_context(sources, mine)
    assert (mine / "shared.py").read_text() == "two/shared.py"


def test_paths_and_files_that_cannot_be_are_refused_before_anything_is_written(sources, tmp_path):
    folder = tmp_path / "it"
    for name in ("../x", "/x"):
        with pytest.raises(ConfigError, match="leads out"):
            compose_context({**sources, name: sources["app.py"]}, folder)
    with pytest.raises(ConfigError, match="does not exist"):
        compose_context({**sources, "gone": tmp_path / "gone"}, folder)
    assert not folder.exists()


def test_programs_that_compose_one_folder_at_the_same_time_do_not_meet(sources, tmp_path):
    many = {f"deep/{n}/file.py": sources["app.py"] for n in range(20)}
    folder = tmp_path / "build" / "it"
    # Both ways at once: what the one removes the other writes.
    turns = [sources, {**sources, **many}] * 12
    with ThreadPoolExecutor(8) as pool:
        for composed in pool.map(lambda files: compose_context(files, folder), turns):
            assert composed == folder
    compose_context(sources, folder)
    assert set(read_context(folder).files) == {*sources, ".composed"}


def test_a_program_that_never_ends_is_named_by_what_it_holds(sources, tmp_path, monkeypatch):
    monkeypatch.setattr(composed_context, "_LOCKED_SECONDS", 0.1)
    with FileLock(tmp_path / ".it.lock"), pytest.raises(DeployError, match=r"held .*\.it\.lock"):
        compose_context(sources, tmp_path / "it")
    compose_context(sources, tmp_path / "it")
