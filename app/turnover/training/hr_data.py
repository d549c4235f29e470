"""Made-up employees of a made-up company, and who of them leaves: synthetic, and seeded.

No person stands behind any row. The relations are those that everybody expects (overtime, low pay,
long ways and years without promotion drive people away), chosen by hand; they say nothing of work
in any real company.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Employee = dict[str, float | str]

_DEPARTMENTS = {"research": 0.55, "sales": 0.35, "human_resources": 0.10}
_TRAVEL = {"none": 0.2, "rare": 0.6, "frequent": 0.2}
_YOUNGEST_AT_WORK = 16
_INTERCEPT = -2.35  # about one in five leaves


@dataclass(frozen=True)
class HrData:
    """Employees and, for each, whether they left."""

    employees: list[Employee]
    left: NDArray[np.bool_]


def generate(count: int, seed: int) -> HrData:
    """Draws employees and then, from each one's own odds, who left.

    Args:
        count: of employees.
        seed: the same one draws the same company.
    """
    rng = np.random.default_rng(seed)
    age = np.clip(rng.normal(38, 9, count).round(), 18, 65)
    tenure = np.minimum(rng.gamma(1.6, 4.2, count).round(), np.maximum(age - 18, 0))
    promotion = np.floor(tenure * rng.beta(1, 2.5, count))
    income = np.exp(rng.normal(7.9 + 0.018 * (age - 38) + 0.02 * tenure, 0.3)).round()
    columns: dict[str, Any] = {
        "age": age,
        "department": _draw(rng, _DEPARTMENTS, count),
        "business_travel": _draw(rng, _TRAVEL, count),
        "overtime": (rng.random(count) < 0.28).astype(float),  # noqa: PLR2004 - 28 of 100
        "monthly_income": np.minimum(income, 100_000),
        "distance_km": np.minimum(rng.gamma(1.5, 8, count).round(1), 500),
        "job_satisfaction": rng.integers(1, 5, count).astype(float),
        "work_life_balance": rng.integers(1, 5, count).astype(float),
        "companies_before": np.minimum(rng.poisson(0.06 * (age - 18)), 20).astype(float),
        "years_at_company": tenure,
        "years_since_promotion": promotion,
    }
    left = rng.random(count) < 1 / (1 + np.exp(-_log_odds(columns)))
    rows = zip(*columns.values(), strict=True)
    employees = [
        {
            name: value if isinstance(value, str) else float(value)
            for name, value in zip(columns, row, strict=True)
        }
        for row in rows
    ]
    return HrData(employees, left)


def _log_odds(of: dict[str, Any]) -> NDArray[np.float64]:
    """The hand-chosen truth that the model has to find again."""
    odds: NDArray[np.float64] = (
        _INTERCEPT
        + 1.5 * of["overtime"]
        + 0.9 * (of["business_travel"] == "frequent")
        - 0.5 * (of["business_travel"] == "none")
        + 0.4 * (of["department"] == "sales")
        - 0.55 * (of["job_satisfaction"] - 2.5)
        - 0.4 * (of["work_life_balance"] - 2.5)
        - 1.3 * np.log(of["monthly_income"] / 2700)
        + 0.025 * (of["distance_km"] - 12)
        + 0.16 * of["years_since_promotion"]
        - 0.07 * of["years_at_company"]
        + 0.16 * of["companies_before"]
        - 0.02 * (of["age"] - 38)
    )
    return odds


def _draw(rng: np.random.Generator, shares: dict[str, float], count: int) -> NDArray[np.object_]:
    drawn = rng.choice(list(shares), size=count, p=list(shares.values()))
    return drawn.astype(object)
