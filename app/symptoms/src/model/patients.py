"""Synthetic patients: drawn from probabilities written down here, never from anybody's records.

The numbers are this project's own guesses at what a textbook would call typical. They make a task
that can be learned and whose best possible score is known; they are no medical knowledge.
"""

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .features import SYMPTOMS, TEMPERATURES, Patient


@dataclass(frozen=True)
class Condition:
    """How one condition shows itself."""

    share: float  # of all patients
    temperature_c: tuple[float, float]  # mean and standard deviation
    age: tuple[float, float]  # the same, in years
    symptoms: Mapping[str, float]  # probability of each; RARE for those not named


RARE = 0.1
CONDITIONS: Mapping[str, Condition] = {
    "common cold": Condition(
        0.30,
        (37.3, 0.6),
        (34, 20),
        {"cough": 0.6, "runny_nose": 0.9, "sneezing": 0.75, "sore_throat": 0.6, "fatigue": 0.35},
    ),
    "influenza": Condition(
        0.20,
        (38.5, 0.8),
        (42, 22),
        {
            "cough": 0.8,
            "headache": 0.7,
            "muscle_ache": 0.85,
            "fatigue": 0.9,
            "sore_throat": 0.4,
            "runny_nose": 0.3,
        },
    ),
    "allergy": Condition(
        0.20,
        (36.8, 0.4),
        (28, 14),
        {"runny_nose": 0.8, "sneezing": 0.9, "itchy_eyes": 0.85, "cough": 0.2, "fatigue": 0.2},
    ),
    "gastroenteritis": Condition(
        0.15,
        (37.8, 0.7),
        (30, 22),
        {"nausea": 0.85, "vomiting": 0.65, "diarrhoea": 0.85, "fatigue": 0.5, "headache": 0.25},
    ),
    "migraine": Condition(
        0.15,
        (36.8, 0.4),
        (38, 12),
        {"headache": 0.97, "light_sensitivity": 0.8, "nausea": 0.5, "fatigue": 0.4},
    ),
}
LABELS = tuple(CONDITIONS)
_OLDEST = 99


def patients(count: int, seed: int) -> Iterator[tuple[Patient, str]]:
    """(patient, condition), the same ones for the same seed."""
    # For a fair game of chance, not for secrets.
    drawn = random.Random(seed)  # noqa: S311
    shares = [condition.share for condition in CONDITIONS.values()]
    for name in drawn.choices(LABELS, shares, k=count):
        condition = CONDITIONS[name]
        low, high = TEMPERATURES
        yield (
            Patient(
                age=min(_OLDEST, max(0, round(drawn.gauss(*condition.age)))),
                temperature_c=round(min(high, max(low, drawn.gauss(*condition.temperature_c))), 1),
                symptoms=frozenset(
                    each for each in SYMPTOMS if drawn.random() < _probability(condition, each)
                ),
            ),
            name,
        )


def most_likely(patient: Patient) -> str:
    """The condition that who knows the probabilities above would name: nobody can do better."""
    return max(LABELS, key=lambda name: _log_likelihood(CONDITIONS[name], patient))


def _probability(condition: Condition, symptom: str) -> float:
    return condition.symptoms.get(symptom, RARE)


def _log_likelihood(condition: Condition, patient: Patient) -> float:
    total = math.log(condition.share)
    for value, (mean, deviation) in (
        (patient.temperature_c, condition.temperature_c),
        (patient.age, condition.age),
    ):
        total -= math.log(deviation) + ((value - mean) / deviation) ** 2 / 2
    for symptom in SYMPTOMS:
        probability = _probability(condition, symptom)
        total += math.log(probability if symptom in patient.symptoms else 1 - probability)
    return total
