"""The README.md of the model repository, with the front matter that the Hub validates."""

from collections.abc import Mapping

_FRONT_MATTER = """\
---
license: apache-2.0
library_name: sklearn
pipeline_tag: tabular-classification
tags:
- sklearn
- tabular-classification
- synthetic-data
---
"""


def render(metrics: Mapping[str, object]) -> str:
    """Front matter, what the model is and is not, and the figures of this very training."""
    return f"""{_FRONT_MATTER}
# Employee turnover

Says whether an employee is likely to leave: `Oui` or `Non`. A scikit-learn pipeline
(`DictVectorizer`, `StandardScaler`, `LogisticRegression`) in `model/model.pkl`, for scikit-learn
{metrics["scikit_learn"]}.

**The data are synthetic.** A seeded generator made up every employee, and whether they left; its
rules were chosen by hand. The figures say that the model found these rules again, nothing about
people at work. Do not decide anything about anybody with it.

| measured at training | |
|---|---|
| employees to learn from, held out | {metrics["trained_on"]}, {metrics["held_out"]} |
| seed | {metrics["seed"]} |
| share who left, held out | {metrics["share_who_left"]} |
| accuracy, held out | {metrics["accuracy"]} |
| accuracy of always saying `Non` | {metrics["majority_accuracy"]} |
| area under the ROC curve (0.5 is chance) | {metrics["roc_auc"]} |
| Brier score | {metrics["brier"]} |
| share predicted `Oui` | {metrics["share_predicted_oui"]} |
"""
