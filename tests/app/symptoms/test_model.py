"""The model is better than a guess, and refused when it is not what its metadata says."""

import json
import shutil

import pytest

from app.symptoms.src.model import train
from app.symptoms.src.model.features import COLUMNS, SYMPTOMS, Patient
from app.symptoms.src.model.model_file import ModelFileError, read_model_file
from app.symptoms.src.model.patients import CONDITIONS, LABELS, most_likely, patients
from app.symptoms.src.model.predictor import Predictor


@pytest.fixture
def folder(trained, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(trained, tmp_path / "model")


def metadata(folder):
    return json.loads((folder / "metadata.json").read_text())


def change(folder, **values):
    (folder / "metadata.json").write_text(json.dumps({**metadata(folder), **values}))


def test_the_same_seed_gives_the_same_file_and_another_seed_another(trained, tmp_path):
    train.train(tmp_path / "again", rows=1500, test_rows=1000)
    train.train(tmp_path / "other", rows=1500, test_rows=1000, seed=5)
    again, other = metadata(tmp_path / "again"), metadata(tmp_path / "other")
    assert again == metadata(trained)
    assert other["sha256"] != again["sha256"]


def test_it_learned_something_and_not_more_than_there_is_to_know(trained):
    said = metadata(trained)
    assert said["accuracy"] > said["accuracy_of_the_commonest_label"] + 0.5
    assert said["accuracy"] <= said["best_possible_accuracy"] + 0.01


def test_it_says_that_its_patients_are_synthetic_and_it_is_no_advice(trained):
    said = metadata(trained)
    assert said["data"].startswith("synthetic")
    assert said["data"].endswith("nothing here is medical advice")


def test_patients_are_those_of_their_seed_and_of_every_condition():
    assert list(patients(200, 3)) == list(patients(200, 3)) != list(patients(200, 4))
    assert {label for _, label in patients(500, 3)} == set(LABELS)
    assert sum(condition.share for condition in CONDITIONS.values()) == pytest.approx(1)
    assert all(set(condition.symptoms) <= set(SYMPTOMS) for condition in CONDITIONS.values())


def test_the_best_guess_follows_the_symptoms():
    allergy = Patient(20, 36.6, frozenset({"itchy_eyes", "sneezing", "runny_nose"}))
    assert most_likely(allergy) == "allergy"


def test_it_names_the_condition_whose_symptoms_they_are(trained):
    predictor = Predictor.load(trained)
    found = predictor.probabilities(30, 36.7, ["sneezing", "itchy_eyes", "runny_nose"])
    assert next(iter(found)) == "allergy"
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert sum(found.values()) == pytest.approx(1)
    assert set(found) == set(LABELS)


def test_a_git_lfs_pointer_in_place_of_the_model_is_refused_with_the_remedy(folder):
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 2276\n"
    (folder / "model.pkl").write_text(pointer)
    with pytest.raises(ModelFileError, match=r"Git LFS pointer.*`git lfs pull`"):
        read_model_file(folder)


def test_what_is_not_the_trained_file_is_refused_before_it_is_executed(folder):
    trap = b"cos\nsystem\n(S'touch " + str(folder / "executed").encode() + b"'\ntR."
    (folder / "model.pkl").write_bytes(trap)
    with pytest.raises(ModelFileError, match="is not the file that metadata"):
        Predictor.load(folder)
    assert not (folder / "executed").exists()


@pytest.mark.parametrize("name", ["model.pkl", "metadata.json"])
def test_a_missing_file_is_named_with_the_remedy(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelFileError, match="is missing: run `make model`"):
        read_model_file(folder)


def test_metadata_that_says_nothing_is_refused(folder):
    (folder / "metadata.json").write_text("[]")
    with pytest.raises(ModelFileError, match="lacks columns, labels, scikit_learn, sha256"):
        read_model_file(folder)
    (folder / "metadata.json").write_text("{")
    with pytest.raises(ModelFileError, match="no JSON object"):
        read_model_file(folder)


def test_the_pickle_of_another_scikit_learn_is_refused(folder):
    change(folder, scikit_learn="0.1")
    with pytest.raises(ModelFileError, match=r"written by scikit-learn 0\.1"):
        Predictor.load(folder)


def test_a_model_of_other_symptoms_is_refused(folder):
    change(folder, columns=[*COLUMNS, "hiccups"])
    with pytest.raises(ModelFileError, match="knows other symptoms"):
        Predictor.load(folder)


def test_training_says_how_good_it_is_beside_a_guess(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(train.train, "__kwdefaults__", {"seed": 1, "rows": 400, "test_rows": 200})
    assert train.main(["--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert f"accuracy {metadata(tmp_path)['accuracy']}" in said
    assert "synthetic" in said
