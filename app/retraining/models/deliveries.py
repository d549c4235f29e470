"""Deliveries to learn from: a synthetic history, and whatever CSV files lie beside it.

The history is SYNTHETIC: drawn from a seeded generator whose rule is written below. It says nothing
about any real courier. The rule has a part that is pure chance, so no model can be always right.
"""

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

DATA = Path(__file__).with_name("data")
NUMBERS: Mapping[str, tuple[float, float]] = {  # column -> smallest and largest value
    "distance_km": (0.0, 500.0),
    "weight_kg": (0.0, 1000.0),
    "stops": (0.0, 200.0),
}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "carrier": ("bike", "van", "truck"),
    "weather": ("clear", "rain", "snow"),
    "weekday": ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
}
LABEL = "late"

Row = dict[str, float | str]
_CARRIER = {"bike": 0.9, "van": 0.0, "truck": -0.4}  # effects on the log-odds of being late
_WEATHER = {"clear": -0.6, "rain": 0.5, "snow": 1.6}
_BUSY = {"fri": 0.7, "sat": 0.4}


class DataError(ValueError):
    """A file of deliveries can't be learnt from; the message names file, line and rule."""


def synthetic(count: int, seed: int) -> tuple[list[Row], list[int]]:
    """Draws deliveries and whether each came late.

    Args:
        count: how many.
        seed: the same one draws the same deliveries.
    """
    random = np.random.default_rng(seed)
    rows: list[Row] = []
    labels: list[int] = []
    for _ in range(count):
        row: Row = {
            "distance_km": round(float(random.gamma(2.0, 9.0)), 1),
            "weight_kg": round(float(random.gamma(1.5, 4.0)), 1),
            "stops": float(random.integers(1, 40)),
            **{name: str(random.choice(values)) for name, values in CHOICES.items()},
        }
        rows.append(row)
        labels.append(int(random.random() < _chance(row)))
    return rows, labels


def from_files(folder: Path = DATA) -> tuple[list[Row], list[int]]:
    """The deliveries of every CSV file of a folder, in the order of the files' names.

    Raises:
        DataError: a column is missing, or a value is not one of those that can be.
    """
    rows: list[Row] = []
    labels: list[int] = []
    for path in sorted(folder.glob("*.csv")):
        for row, label in _read(path):
            rows.append(row)
            labels.append(label)
    return rows, labels


def _chance(row: Row) -> float:
    """Of a delivery being late."""
    score = -2.6 + 0.055 * float(row["distance_km"]) + 0.05 * float(row["stops"])
    score += 0.04 * float(row["weight_kg"]) + _BUSY.get(str(row["weekday"]), 0.0)
    score += _CARRIER[str(row["carrier"])] + _WEATHER[str(row["weather"])]
    return 1 / (1 + math.exp(-score))


def _read(path: Path) -> Iterator[tuple[Row, int]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = sorted({*NUMBERS, *CHOICES, LABEL} - set(reader.fieldnames or []))
        if missing:
            raise DataError(f"{path.name}: the columns {', '.join(missing)} are missing")
        for fields in reader:
            where = f"{path.name}, line {reader.line_num}"
            yield _row(where, fields), int(_chosen(where, LABEL, fields[LABEL], ("0", "1")))


def _row(where: str, fields: Mapping[str, str | None]) -> Row:
    numbers = {name: _number(where, name, fields[name], NUMBERS[name]) for name in NUMBERS}
    chosen = {name: _chosen(where, name, fields[name], CHOICES[name]) for name in CHOICES}
    return {**numbers, **chosen}


def _number(where: str, name: str, text: str | None, limits: tuple[float, float]) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not limits[0] <= value <= limits[1]:
        raise DataError(
            f"{where}: {name} is {text!r}; it must be from {limits[0]:g} to {limits[1]:g}"
        )
    return value


def _chosen(where: str, name: str, text: str | None, allowed: tuple[str, ...]) -> str:
    value = (text or "").strip()
    if value not in allowed:
        raise DataError(f"{where}: {name} is {text!r}; it must be one of {', '.join(allowed)}")
    return value
