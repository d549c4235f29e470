"""Trained files are put where the program looks for them, and never over somebody else's."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.retraining.models import deliveries
from doors import trained_models
from doors.trained_models import LANGUAGE_MODEL, RETRAINING_MODEL, TRAININGS, ensure_model
from toolchain.progress import Progress

SOURCES, OUTPUT = LANGUAGE_MODEL.sources, LANGUAGE_MODEL.output


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "checkout"
    (folder / SOURCES).mkdir(parents=True)
    (folder / SOURCES / "train.py").write_text("version 1")

    def train(training, checkout, output, _log):
        (output / "tiny.gguf").write_text(
            "trained by " + (checkout / training.sources / "train.py").read_text()
        )
        (output / "README.md").write_text("a card")

    monkeypatch.setattr(trained_models, "_train", train)
    return folder


def weights(checkout):
    return checkout / OUTPUT / "tiny.gguf"


def test_they_are_put_there_and_follow_the_training_code(checkout):
    ensure_model(LANGUAGE_MODEL, checkout, Progress())
    assert weights(checkout).read_text() == "trained by version 1"
    (checkout / SOURCES / "train.py").write_text("version 2")
    ensure_model(LANGUAGE_MODEL, checkout, Progress())
    assert weights(checkout).read_text() == "trained by version 2"


def test_a_second_time_nothing_is_written_and_what_is_missing_comes_back(checkout):
    ensure_model(LANGUAGE_MODEL, checkout, Progress())
    before = weights(checkout).stat().st_mtime_ns
    (checkout / OUTPUT / "README.md").unlink()
    ensure_model(LANGUAGE_MODEL, checkout, Progress())
    assert (checkout / OUTPUT / "README.md").read_text() == "a card"
    written = weights(checkout).stat().st_mtime_ns
    ensure_model(LANGUAGE_MODEL, checkout, Progress())
    assert weights(checkout).stat().st_mtime_ns == written >= before


def test_a_model_trained_by_hand_is_left_and_that_is_said(checkout, capsys):
    ensure_model(LANGUAGE_MODEL, checkout, Progress())
    weights(checkout).write_text("a user's own work")
    (checkout / SOURCES / "train.py").write_text("version 2")
    ensure_model(LANGUAGE_MODEL, checkout, Progress())
    assert weights(checkout).read_text() == "a user's own work"
    assert "used as it is" in capsys.readouterr().err


def test_what_an_older_version_put_there_without_a_record_is_known_by_the_cache(checkout):
    ensure_model(LANGUAGE_MODEL, checkout, Progress())
    (checkout / OUTPUT / trained_models._RECORD).unlink()
    (checkout / SOURCES / "train.py").write_text("version 2")
    ensure_model(LANGUAGE_MODEL, checkout, Progress())
    assert weights(checkout).read_text() == "trained by version 2"


def test_other_requirements_are_another_version_where_the_model_depends_on_them(checkout):
    (checkout / "requirements.in").write_text("one")
    pinned = replace(LANGUAGE_MODEL, requirements=Path("requirements.in"))
    ensure_model(pinned, checkout, Progress())
    weights(checkout).unlink()
    (checkout / SOURCES / "train.py").write_text("version 2")
    before = trained_models._digest(pinned, checkout)
    (checkout / "requirements.in").write_text("two")
    assert trained_models._digest(pinned, checkout) != before
    assert trained_models._digest(LANGUAGE_MODEL, checkout) != before


def test_what_is_learnt_from_is_another_version_and_a_word_about_it_is_not(checkout):
    data = checkout / SOURCES / "data"
    data.mkdir()
    learning = replace(LANGUAGE_MODEL, data=SOURCES / "data")
    found = [trained_models._digest(learning, checkout)]
    (data / "README.md").write_text("a word about the data")
    assert trained_models._digest(learning, checkout) == found[0]
    for name, text in (("a.csv", "late\n0\n"), ("a.csv", "late\n1\n"), ("b.csv", "late\n0\n")):
        (data / name).write_text(text)
        found.append(trained_models._digest(learning, checkout))
    assert len(set(found)) == len(found)
    (data / "b.csv").unlink()
    assert trained_models._digest(learning, checkout) == found[2]


def test_the_retraining_model_follows_the_folder_that_its_training_reads():
    root = Path(__file__).parents[2]
    assert RETRAINING_MODEL.data is not None
    assert (root / RETRAINING_MODEL.data).resolve() == deliveries.DATA.resolve()


def test_every_model_has_its_script_and_a_folder_of_its_own():
    root = Path(__file__).parents[2]
    assert all((root / each.sources / "train.py").is_file() for each in TRAININGS)
    for value in ("name", "output", "title"):
        assert len({getattr(each, value) for each in TRAININGS}) == len(TRAININGS)
