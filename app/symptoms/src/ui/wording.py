"""The API's answers in words and tables, as the page shows them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..model.features import SYMPTOMS

GOOD, UNAUTHORIZED, INVALID = 200, 401, 422
LOG_COLUMNS = ("time", "request", "status", "ms", "prediction", "probability")
CHOICES = [(name.replace("_", " ").capitalize(), name) for name in SYMPTOMS]


def patient(
    age: float | None, temperature_c: float | None, symptoms: Iterable[str]
) -> dict[str, Any]:
    """The form as the API takes it."""
    # A cleared number field is None; the API says what is missing in its own words.
    return {
        "age": int(age) if age is not None and age == int(age) else age,
        "temperature_c": temperature_c,
        "symptoms": list(symptoms),
    }


def result(response: Mapping[str, Any], status: int) -> str:
    """The prediction as a sentence."""
    if status != GOOD:
        return f"**No prediction.** {trouble(response, status)}"
    return f"### Most likely: {response['prediction']} ({percent(response['probability'])})"


def percent(probability: float) -> str:
    """A probability in words that claim no certainty."""
    most = 0.99
    return "over 99 %" if probability > most else f"{100 * probability:.0f} %"


def trouble(response: Mapping[str, Any], status: int) -> str:
    """Why there is no answer, for somebody who does not run the service."""
    if status == UNAUTHORIZED:
        return "The key is missing or wrong."
    detail = response.get("detail")
    if status == INVALID and isinstance(detail, list):
        said = "; ".join(f"{each['loc'][-1]}: {each['msg'].lower()}" for each in detail)
        return f"Please check the form: {said}."
    return f"The service has a problem ({status}). Please try again later."


def log_rows(entries: Iterable[Mapping[str, Any]]) -> list[Sequence[Any]]:
    """The log as a table, in the order of LOG_COLUMNS."""
    return [
        (
            str(each["timestamp"])[:19].replace("T", " "),
            f"{each['method']} {each['path']}",
            each["status_code"],
            each["duration_ms"],
            each["prediction"] or "",
            "" if each["probability"] is None else percent(each["probability"]),
        )
        for each in entries
    ]
