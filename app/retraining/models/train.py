"""Trains the model that says whether a delivery will be late.

    python -m models.train      from the folder of this app; writes backend/model_assets/

The same data, code and packages give the same files, byte for byte, so an upload of them changes
nothing. Half a dozen sums and figures go into metrics.json, which also holds the files together:
the backend loads a model and a preprocessor of one training or none at all.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import joblib
import numpy as np
import sklearn
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from .deliveries import DATA, DataError, from_files, synthetic

ASSETS = Path(__file__).parents[1] / "backend" / "model_assets"
FILES = ("preprocessor.joblib", "model.joblib")
METRICS, CARD = "metrics.json", "README.md"
SEED, COUNT = 20261127, 6000
_TEST_PART = 0.25
_DIGITS = 4
_CARD = """---
license: apache-2.0
library_name: sklearn
tags: [tabular-classification, synthetic]
---
# Late deliveries

A logistic regression that says whether a delivery will be late. It is trained on **synthetic**
data, drawn from a seeded generator, and on the CSV files of its repository; it says nothing about
any real courier. `metrics.json` holds its figures and the SHA-256 of the files it consists of.
"""


class NotBetterError(Exception):
    """The model is no better than always giving the more frequent answer; nothing was written."""


def build(
    folder: Path, *, data: Path = DATA, count: int = COUNT, seed: int = SEED
) -> dict[str, object]:
    """Trains, and writes the files if the model has learnt something.

    Args:
        folder: where the files go.
        data: folder of CSV files to learn from besides.
        count: synthetic deliveries.
        seed: of everything that is drawn.

    Returns:
        What metrics.json holds.

    Raises:
        DataError: a CSV file can't be learnt from.
        NotBetterError: accuracy on deliveries it has not seen is not above the baseline's.
    """
    rows, labels = synthetic(count, seed)
    given, given_labels = from_files(data)
    rows, labels = rows + given, labels + given_labels
    parts = train_test_split(rows, labels, test_size=_TEST_PART, random_state=seed, stratify=labels)
    seen, unseen, seen_labels, unseen_labels = parts
    # Sums in another order differ in their last digit: so many threads, so many models.
    with threadpool_limits(limits=1):
        preprocessor = make_pipeline(DictVectorizer(sparse=False), StandardScaler())
        model = LogisticRegression(max_iter=1000, random_state=seed)
        model.fit(preprocessor.fit_transform(seen), seen_labels)
        # What another processor adds up otherwise shows in the last digits: it is no other model.
        model.coef_ = np.round(model.coef_, _DIGITS)
        model.intercept_ = np.round(model.intercept_, _DIGITS)
        features = preprocessor.transform(unseen)
        accuracy = float(accuracy_score(unseen_labels, model.predict(features)))
        auc = float(roc_auc_score(unseen_labels, model.predict_proba(features)[:, 1]))
    late = sum(unseen_labels) / len(unseen_labels)
    baseline = max(late, 1 - late)
    if accuracy <= baseline:
        raise NotBetterError(
            f"accuracy {accuracy:.3f} on unseen deliveries is not above {baseline:.3f}, which "
            "always answering the same would have: look at the data before it is served"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, trained in zip(FILES, (preprocessor, model), strict=True):
        joblib.dump(trained, folder / name)
    metrics: dict[str, object] = {
        "synthetic_deliveries": count,
        "given_deliveries": len(given),
        "seed": seed,
        "accuracy": round(accuracy, 4),
        "baseline_accuracy": round(baseline, 4),
        "roc_auc": round(auc, 4),
        "scikit_learn": sklearn.__version__,
        "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES},
    }
    (folder / METRICS).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    (folder / CARD).write_text(_CARD, encoding="utf-8")
    return metrics


def main(arguments: Sequence[str] | None = None) -> int:
    """Ends with 1 if there is no model worth serving; the reason is the last line."""
    parser = argparse.ArgumentParser(description="Trains the model of late deliveries.")
    parser.add_argument("--out", type=Path, default=ASSETS)
    options = parser.parse_args(arguments)
    try:
        metrics = build(options.out)
    except (DataError, NotBetterError) as error:
        sys.stderr.write(f"No model was trained: {error}.\n")
        return 1
    sys.stdout.write(json.dumps(metrics, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
