"""Old versions leave the cache; none that somebody uses, and never the last of its kind."""

import os
import subprocess
import sys
import time

import pytest

from toolchain.cache import cache_folder, locked, made_once
from toolchain.old_versions import remove_old_versions

DAY = 86_400


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return cache_folder()


def version(cache, name: str, days: float):
    """A version that was asked for so many days ago."""
    folder = cache / name
    folder.mkdir(parents=True)
    (folder / "file").touch()
    moment = time.time() - days * DAY
    os.utime(folder, (moment, moment))
    return folder


def removed() -> set[str]:
    return {each.name for each in remove_old_versions(30)}


def test_old_versions_go_and_the_last_of_each_kind_stays(cache):
    version(cache, "small-model-18edcfa2986e8e5e", 90)
    version(cache, "small-model-2ccdc59dddf75dda", 60)
    version(cache, "small-model-3ccdc59dddf75dda", 10)
    version(cache, "base-system-bookworm-ef6267012bde", 90)
    version(cache, "go-1.26.3", 90)
    version(cache, "go-1.27.3", 40)
    version(cache, "built/act-68f4f5814c06", 90)
    version(cache, "built/act-ca50066882a6", 1)
    version(cache, "built/docker-build-d6bd427dd7e0", 90)
    version(cache, "pulumi/3.250.0-built-ad42de818a07", 90)
    version(cache, "pulumi/3.274.1-built-64ef077ffb65", 1)
    others = ("go-compiled", "go-downloads", "engine", "logs", "sandboxes", ".locks", "built")
    for each in others:
        version(cache, each, 90) if not (cache / each).exists() else None
    assert removed() == {
        "small-model-18edcfa2986e8e5e",
        "small-model-2ccdc59dddf75dda",
        "go-1.26.3",
        "act-68f4f5814c06",
        "3.250.0-built-ad42de818a07",
    }
    assert removed() == set()
    assert all((cache / each).is_dir() for each in others)
    assert list(cache.rglob(".partial-*")) == []


def test_what_is_asked_for_is_not_old_any_more(cache):
    version(cache, "small-model-2ccdc59dddf75dda", 1)
    old = version(cache, "small-model-18edcfa2986e8e5e", 90)
    assert made_once(old, lambda _: pytest.fail("it was made again")) == old
    assert removed() == set()


def test_what_a_process_runs_from_stays(cache):
    version(cache, "built/act-ca50066882a6", 1)
    old = version(cache, "built/act-68f4f5814c06", 90)
    (old / "program.py").write_text("print('up', flush=True); input()")
    os.utime(old, (1, 1))
    program = subprocess.Popen(
        [sys.executable, str(old / "program.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert program.stdout.readline() == b"up\n"
        assert removed() == set()
    finally:
        program.communicate(b"\n")
    assert removed() == {old.name}


def test_what_somebody_makes_at_this_moment_stays(cache):
    version(cache, "small-model-2ccdc59dddf75dda", 1)
    old = version(cache, "small-model-18edcfa2986e8e5e", 90)
    with locked(cache / ".locks" / f"{old.name}.lock"):
        assert removed() == set()
    assert removed() == {old.name}
