# ruff: noqa: T201 - a command line: it says what it made
"""Trains the model on synthetic patients and writes it with its card.

    python -m src.model.train --out model

The same seed gives the same predictions. Two files: `model.pkl`, which travels by Git LFS, and
`metadata.json`, which says what it is, how good, and the sum it is checked against at every start.
"""

import argparse
import hashlib
import json
import os
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# The order of additions decides the last bits of the coefficients, and with them the file's sum.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .features import COLUMNS, row
from .model_file import METADATA_FILE, MODEL_FILE
from .patients import LABELS, most_likely, patients

SEED, ROWS, TEST_ROWS = 20250121, 6000, 3000


def train(out: Path, *, seed: int = SEED, rows: int = ROWS, test_rows: int = TEST_ROWS) -> None:
    """Writes the two files into `out`.

    Args:
        out: folder, made if need be.
        seed: of the patients; those of the test are drawn from the next one.
        rows: patients to learn from.
        test_rows: patients to judge by, none of whom was learned from.
    """
    x, y = _table(rows, seed)
    test_x, test_y = _table(test_rows, seed + 1)
    # Plain estimators and no class of ours: whoever loads the pickle needs scikit-learn alone.
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    pipeline.fit(x, y)
    data = pickle.dumps(pipeline, protocol=5)
    probabilities = pipeline.predict_proba(test_x)
    best = [most_likely(patient) for patient, _ in patients(test_rows, seed + 1)]
    common = max(set(y), key=list(y).count)
    metadata: dict[str, Any] = {
        "name": "symptoms",
        "data": "synthetic: drawn from probabilities written by hand (src/model/patients.py); "
        "no person's record was used, and nothing here is medical advice",
        "labels": [str(each) for each in pipeline.classes_],
        "columns": list(COLUMNS),
        "seed": seed,
        "rows": rows,
        "test_rows": test_rows,
        "accuracy": round(float(accuracy_score(test_y, pipeline.predict(test_x))), 4),
        "log_loss": round(float(log_loss(test_y, probabilities, labels=pipeline.classes_)), 4),
        "accuracy_of_the_commonest_label": round(float(np.mean(test_y == common)), 4),
        "best_possible_accuracy": round(float(accuracy_score(test_y, best)), 4),
        "scikit_learn": sklearn.__version__,
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / MODEL_FILE).write_bytes(data)
    (out / METADATA_FILE).write_text(json.dumps(metadata, indent=2) + "\n", encoding="utf-8")


def _table(count: int, seed: int) -> tuple["np.ndarray[Any, Any]", "np.ndarray[Any, Any]"]:
    drawn = list(patients(count, seed))
    rows = [row(each.age, each.temperature_c, each.symptoms) for each, _ in drawn]
    return np.array(rows), np.array([label for _, label in drawn])


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m src.model.train", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("model"))
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args(arguments)
    train(given.out, seed=given.seed)
    said = json.loads((given.out / METADATA_FILE).read_text(encoding="utf-8"))
    print(
        f"{given.out / MODEL_FILE}: accuracy {said['accuracy']} on {said['test_rows']} synthetic "
        f"patients; always '{LABELS[0]}' would have {said['accuracy_of_the_commonest_label']}, and "
        f"nobody more than about {said['best_possible_accuracy']}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
