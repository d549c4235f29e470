"""Protects a Space whose payload holds a `.gitattributes`: quiet, and a clone fetches all of it."""

import pygit2
import pytest
from huggingface_hub.utils import get_session
from pygit2.enums import AttrCheck

from slipway.huggingface.model_repo.provider import ModelRepoProvider
from slipway.huggingface.space.provider import SpaceProvider
from tests.providers.engine import Engine

ATTRIBUTES = ".gitattributes"
OWN = "*.jsonl filter=lfs diff=lfs merge=lfs -text\n"
BIG = ("0" * 99 + "\n") * 110_000  # more than the 10 MiB that git itself may hold


@pytest.fixture
def engine():
    return Engine(SpaceProvider)


@pytest.fixture
def up(engine, hub, space_inputs):
    def run():
        hub.mark()
        return engine.up(space_inputs())

    return run


@pytest.fixture
def in_lfs(engine, hub, tmp_path):
    """Asks for the files that lie in LFS, after seeing that a clone fetches each of them."""

    def ask():
        repo_id = engine.id
        found = hub.api.list_repo_tree(repo_id, repo_type="space", recursive=True)
        stored = {each.path for each in found if getattr(each, "lfs", None)}
        url = f"{hub.url}/spaces/{repo_id}/resolve/main/{ATTRIBUTES}"
        folder = tmp_path / "clone"
        look = pygit2.init_repository(folder).get_attr
        (folder / ATTRIBUTES).write_bytes(get_session().get(url).content)
        assert {p for p in stored if look(p, "filter", AttrCheck.FILE_THEN_INDEX) != "lfs"} == set()
        return stored, (folder / ATTRIBUTES).read_text()

    return ask


def test_what_the_hub_adds_for_a_large_file_stays_and_is_no_change(
    up, hub, engine, app_folder, in_lfs
):
    (app_folder / ATTRIBUTES).write_text(OWN)
    (app_folder / "big.txt").write_text(BIG)
    up()
    stored, text = in_lfs()
    assert stored == {"big.txt"}
    assert text.startswith(OWN)
    assert engine.refresh()
    assert up() == "same"
    assert hub.writes() == []


def test_a_change_of_the_rules_keeps_large_files_in_reach(up, hub, engine, app_folder, in_lfs):
    (app_folder / ATTRIBUTES).write_text(OWN)
    (app_folder / "big.txt").write_text(BIG)
    (app_folder / "weights.bin").write_bytes(b"\0\xff" * 2000)
    up()
    for text in ("", "*.md text\r\n", f"{OWN}*.bin filter=lfs -text"):
        (app_folder / ATTRIBUTES).write_text(text, newline="")
        assert up() == "updated"
        assert hub.writes() == ["POST commit/main"]
        stored, there = in_lfs()
        assert stored == {"big.txt", "weights.bin"}
        assert there.startswith(text.replace("\r\n", "\n"))
        assert engine.refresh()
        assert up() == "same"


def test_rules_that_leave_the_payload_leave_no_pointer_behind(up, engine, app_folder, in_lfs):
    (app_folder / ATTRIBUTES).write_text(OWN)
    (app_folder / "big.txt").write_text(BIG)
    up()
    (app_folder / ATTRIBUTES).unlink()
    assert up() == "updated"
    stored, text = in_lfs()
    assert stored == {"big.txt"}
    assert "jsonl" not in text
    assert engine.refresh()
    assert up() == "same"


def test_rules_that_somebody_else_changed_are_a_difference(up, hub, engine, app_folder, in_lfs):
    (app_folder / ATTRIBUTES).write_text(OWN)
    (app_folder / "big.txt").write_text(BIG)
    up()
    hub.push("space", engine.id, {ATTRIBUTES: b"* text\n"})
    assert engine.refresh()
    assert up() == "updated"
    assert in_lfs()[1].startswith(OWN)


def test_a_seed_with_rules_of_its_own_is_sent_once(hub, model_inputs, tmp_path):
    (tmp_path / "model" / ATTRIBUTES).write_text("*.md text\n")
    engine = Engine(ModelRepoProvider)
    engine.up(model_inputs())
    engine.id = ""  # the engine died before it noted anything
    engine.up(model_inputs())
    assert len(hub.titles("model", engine.id or model_inputs()["repo_id"])) == 2
    assert engine.outputs["sha256s"].keys() == {"weights.gguf"}
