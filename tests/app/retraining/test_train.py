"""Training: the same model from the same data, better than a constant, and never from bad data."""

import hashlib
import subprocess
import sys
from pathlib import Path

import joblib
import pytest

from app.retraining.models import train
from app.retraining.models.deliveries import DataError, from_files

APP = Path(__file__).parents[3] / "app" / "retraining"
HEADER = "distance_km,weight_kg,stops,carrier,weather,weekday,late\n"


def sums(folder):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def test_another_process_writes_the_same_bytes(assets, tmp_path):
    program = "import sys; from pathlib import Path; from models import train; "
    program += "train.build(Path(sys.argv[1]), count=1500)"
    for hash_seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": hash_seed, "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run(
            [sys.executable, "-c", program, tmp_path], cwd=APP, env=environment, check=True
        )
        assert sums(tmp_path) == sums(assets)


def test_it_beats_the_majority_and_loads(tmp_path):
    metrics = train.build(tmp_path, count=3000)
    assert metrics["accuracy"] > metrics["baseline_accuracy"] + 0.05
    assert len(list(tmp_path.glob("*.joblib"))) >= 2
    preprocessor, model = (joblib.load(tmp_path / name) for name in train.FILES)
    far = {"distance_km": 90.0, "weight_kg": 9.0, "stops": 30.0}
    far |= {"carrier": "bike", "weather": "snow", "weekday": "fri"}
    near = {**far, "distance_km": 1.0, "stops": 1.0, "weather": "clear", "carrier": "truck"}
    late = model.predict_proba(preprocessor.transform([far, near]))[:, 1]
    assert late[0] > 0.9
    assert late[1] < 0.3


def test_more_data_make_another_model_and_are_counted(assets, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "more.csv").write_text(HEADER + "12.5,3.2,14,van,rain,fri,1\n" * 40)
    metrics = train.build(tmp_path / "out", data=data, count=1500)
    assert metrics["given_deliveries"] == 40
    assert sums(tmp_path / "out")["model.joblib"] != sums(assets)["model.joblib"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("distance_km,late\n1,1\n", "more.csv: the columns carrier, stops, weather, weekday"),
        (HEADER + "x,3,4,van,rain,fri,1\n", "more.csv, line 2: distance_km is 'x'"),
        (HEADER + "nan,3,4,van,rain,fri,1\n", "distance_km is 'nan'"),
        (HEADER + "1,3,4,ship,rain,fri,1\n", "carrier is 'ship'; it must be one of bike, van"),
        (HEADER + "1,3,4,van,rain,fri,2\n", "late is '2'"),
    ],
)
def test_bad_data_are_named_by_file_line_and_rule(tmp_path, text, says):
    (tmp_path / "more.csv").write_text(text)
    with pytest.raises(DataError, match=says):
        from_files(tmp_path)


def test_what_is_no_better_than_a_constant_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(train, "accuracy_score", lambda *_: 0.5)
    with pytest.raises(train.NotBetterError, match=r"is not above 0\.\d+"):
        train.build(tmp_path / "out", count=400)
    assert not (tmp_path / "out").exists()
