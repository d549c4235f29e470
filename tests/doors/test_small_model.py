"""Weights are put where the program looks for them, and never over somebody else's."""

import pytest

from doors import small_model
from doors.small_model import OUTPUT, SOURCES, ensure_weights
from toolchain.progress import Progress


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "checkout"
    (folder / SOURCES).mkdir(parents=True)
    (folder / SOURCES / "train.py").write_text("version 1")

    def train(checkout, output, _log):
        (output / "tiny.gguf").write_text(
            "trained by " + (checkout / SOURCES / "train.py").read_text()
        )
        (output / "README.md").write_text("a card")

    monkeypatch.setattr(small_model, "_train", train)
    return folder


def weights(checkout):
    return checkout / OUTPUT / "tiny.gguf"


def test_they_are_put_there_and_follow_the_training_code(checkout):
    ensure_weights(checkout, Progress())
    assert weights(checkout).read_text() == "trained by version 1"
    (checkout / SOURCES / "train.py").write_text("version 2")
    ensure_weights(checkout, Progress())
    assert weights(checkout).read_text() == "trained by version 2"


def test_a_second_time_nothing_is_written_and_what_is_missing_comes_back(checkout):
    ensure_weights(checkout, Progress())
    before = weights(checkout).stat().st_mtime_ns
    (checkout / OUTPUT / "README.md").unlink()
    ensure_weights(checkout, Progress())
    assert (checkout / OUTPUT / "README.md").read_text() == "a card"
    written = weights(checkout).stat().st_mtime_ns
    ensure_weights(checkout, Progress())
    assert weights(checkout).stat().st_mtime_ns == written >= before


def test_a_model_trained_by_hand_is_left_and_that_is_said(checkout, capsys):
    ensure_weights(checkout, Progress())
    weights(checkout).write_text("a user's own work")
    (checkout / SOURCES / "train.py").write_text("version 2")
    ensure_weights(checkout, Progress())
    assert weights(checkout).read_text() == "a user's own work"
    assert "used as it is" in capsys.readouterr().err


def test_what_an_older_version_put_there_without_a_record_is_known_by_the_cache(checkout):
    ensure_weights(checkout, Progress())
    (checkout / OUTPUT / small_model._RECORD).unlink()
    (checkout / SOURCES / "train.py").write_text("version 2")
    ensure_weights(checkout, Progress())
    assert weights(checkout).read_text() == "trained by version 2"
