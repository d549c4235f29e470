# ruff: noqa: T201 - a command line: its figures are printed
"""Trains the turnover model and writes a folder: model.pkl, metrics.json, README.md.

    python app/turnover/training/train.py --out FOLDER [--count N] [--seed S]

The same seed and the same versions give the same file, byte for byte.
"""

import argparse
import json
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__" and not __package__:  # started by its path instead of with -m
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    __package__ = "app.turnover.training"

import numpy as np
import sklearn
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, brier_score_loss, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from . import hr_data, model_card

COUNT, SEED = 6000, 20
HELD_OUT = 0.25  # the share that the model never sees
_DIGITS = 4
_PICKLE_PROTOCOL = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=COUNT, help="employees to make up")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    metrics = build(options.out, count=options.count, seed=options.seed)
    print(json.dumps(metrics, indent=2))
    return 0


def build(out: Path, *, count: int = COUNT, seed: int = SEED) -> dict[str, object]:
    """Trains, measures on employees that were held out, and writes the files; the figures.

    Args:
        out: folder for the files.
        count: of employees to make up.
        seed: of the employees.
    """
    data = hr_data.generate(count, seed)
    labels = np.where(data.left, "Oui", "Non")
    split = round(count * (1 - HELD_OUT))
    pipeline = fit(data.employees[:split], labels[:split])
    metrics = {
        "data": "synthetic: every employee is made up by training/hr_data.py",
        "seed": seed,
        "trained_on": split,
        "held_out": count - split,
        "scikit_learn": sklearn.__version__,
        **measure(pipeline, data.employees[split:], data.left[split:]),
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.pkl").write_bytes(pickle.dumps(pipeline, protocol=_PICKLE_PROTOCOL))
    (out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    (out / "README.md").write_text(model_card.render(metrics), encoding="utf-8")
    return metrics


def fit(
    employees: list[hr_data.Employee], labels: "np.ndarray[tuple[int], np.dtype[np.str_]]"
) -> Pipeline:
    """A pipeline from dictionaries of features to the labels."""
    pipeline = make_pipeline(
        DictVectorizer(sparse=False), StandardScaler(), LogisticRegression(max_iter=1000)
    )
    return pipeline.fit(employees, labels)


def measure(
    pipeline: Pipeline,
    employees: list[hr_data.Employee],
    left: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
) -> dict[str, float]:
    """Figures on employees that the model has not seen."""
    oui = list(pipeline.classes_).index("Oui")
    probability = pipeline.predict_proba(employees)[:, oui]
    predicted = pipeline.predict(employees) == "Oui"
    figures = {
        "share_who_left": left.mean(),
        "accuracy": accuracy_score(left, predicted),
        "majority_accuracy": max(left.mean(), 1 - left.mean()),
        "roc_auc": roc_auc_score(left, probability),
        "brier": brier_score_loss(left, probability),
        "share_predicted_oui": predicted.mean(),
    }
    return {name: round(float(value), _DIGITS) for name, value in figures.items()}


if __name__ == "__main__":
    sys.exit(main())
