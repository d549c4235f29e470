"""What the model is told of a patient, in the order of its columns."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

Symptom = Literal[
    "cough",
    "runny_nose",
    "sneezing",
    "sore_throat",
    "headache",
    "muscle_ache",
    "fatigue",
    "nausea",
    "vomiting",
    "diarrhoea",
    "itchy_eyes",
    "light_sensitivity",
]
SYMPTOMS: tuple[str, ...] = get_args(Symptom)
COLUMNS = ("age", "temperature_c", *SYMPTOMS)
AGES = (0, 120)  # years
TEMPERATURES = (34.0, 43.0)  # degrees Celsius, of a living body


@dataclass(frozen=True)
class Patient:
    """One patient's answers."""

    age: int  # years
    temperature_c: float
    symptoms: frozenset[str]  # of SYMPTOMS


def row(age: float, temperature_c: float, symptoms: Collection[str]) -> list[float]:
    """The columns of one patient."""
    return [float(age), float(temperature_c), *(float(name in symptoms) for name in SYMPTOMS)]
