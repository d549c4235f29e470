"""A sandbox's identity is its own: a moved folder keeps it, a copied one can't use it."""

import itertools
import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.server import home as home_module
from sandbox.server.forget import forget
from sandbox.server.home import Home
from toolchain.progress import Progress, SetupError


def home(folder):
    return Home(folder)


def test_a_copy_is_refused_with_the_remedy_and_reset_forgets_the_copy_alone(tmp_path):
    first = home(tmp_path / "first")
    identity = first.identity()
    shutil.copytree(first.folder, tmp_path / "copy")
    copy = home(tmp_path / "copy")
    with pytest.raises(SetupError, match=r"copy of .*/first.*`slipway-sandbox reset`"):
        copy.identity()
    copy.server_log.touch()  # as if its server had run
    forget(copy, Progress())
    assert not copy.folder.exists()
    assert copy.identity() != identity
    assert first.identity() == identity


def test_a_moved_one_keeps_its_identity_and_is_not_taken_for_a_copy_of_a_later_one(tmp_path):
    first = home(tmp_path / "first")
    identity = first.identity()
    first.folder.rename(tmp_path / "moved")
    moved = home(tmp_path / "moved")
    assert moved.original() is None
    assert moved.identity() == identity
    assert first.identity() != identity, "a new sandbox in the old place"
    assert moved.identity() == identity


def test_one_folder_under_two_paths_is_one_sandbox(tmp_path):
    first = home(tmp_path / "first")
    identity = first.identity()
    # A hard link stands for a bind mount, which needs root: the same file under another path.
    (tmp_path / "mounted").mkdir()
    (tmp_path / "mounted" / "identity.json").hardlink_to(first.folder / "identity.json")
    assert home(tmp_path / "mounted").original() is None
    assert home(tmp_path / "mounted").identity() == identity


def test_one_made_by_a_version_that_kept_no_place_stays_what_it_is(tmp_path):
    first = home(tmp_path / "first")
    identity = first.identity()
    file = first.folder / "identity.json"
    known = json.loads(file.read_text())
    del known["folder"]
    file.write_text(json.dumps(known))
    assert first.identity() == identity


def test_a_private_file_that_many_write_at_once_is_whole(tmp_path):
    made, file = home(tmp_path), tmp_path / "bundle.pem"
    text = "certificate\n" * 20_000
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: made.write_private(file, text), range(64)))
    assert file.read_text() == text
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["bundle.pem"]


def test_no_two_parts_of_a_sandbox_are_given_one_port(tmp_path, monkeypatch):
    monkeypatch.setattr(home_module, "free_low_port", _each_twice())
    made = home(tmp_path)
    identity = made.identity()
    assert (identity.hub_port, identity.render_port, identity.github_port) == (20000, 20001, 20002)
    monkeypatch.setattr(home_module, "free_low_port", _each_twice())
    assert made.port("fourth") == 20003
    # An older version knew fewer platforms.
    file = made.folder / "identity.json"
    known = json.loads(file.read_text())
    del known["render_port"]
    file.write_text(json.dumps(known))
    monkeypatch.setattr(home_module, "free_low_port", _each_twice())
    later = made.identity()
    ports = (later.hub_port, later.render_port, later.github_port, made.port("fourth"))
    assert (ports[0], ports[2:]) == (20000, (20002, 20003))
    assert len({*ports}) == 4


def _each_twice():
    """Draws 20000, 20000, 20001, 20001, …"""
    return (20000 + number // 2 for number in itertools.count()).__next__
