"""One line of the log. It never holds what a patient answered."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self


@dataclass(frozen=True)
class LogEntry:
    """One request for a prediction and how it ended."""

    timestamp: str  # ISO 8601, UTC
    level: str  # info, warning from status 400 on, error from 500 on
    message: str  # "Request POST /predict"
    method: str
    path: str
    status_code: int
    duration_ms: float
    prediction: str | None = None  # the condition named; None where none was
    probability: float | None = None

    @classmethod
    def of(
        cls,
        method: str,
        path: str,
        status_code: int,
        duration_ms: float,
        prediction: str | None = None,
        probability: float | None = None,
    ) -> Self:
        """An entry of this moment."""
        server_error, client_error = 500, 400
        level = "info"
        if status_code >= client_error:
            level = "error" if status_code >= server_error else "warning"
        return cls(
            timestamp=datetime.now(UTC).isoformat(timespec="milliseconds"),
            level=level,
            message=f"Request {method} {path}",
            method=method,
            path=path,
            status_code=status_code,
            duration_ms=round(duration_ms, 1),
            prediction=prediction,
            probability=probability,
        )

    def as_dict(self) -> dict[str, Any]:
        """As JSON shows it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Self:
        """From JSON; keys nobody knows are left out.

        Raises:
            KeyError, ValueError, TypeError: it is no entry.
        """
        prediction, probability = given.get("prediction"), given.get("probability")
        return cls(
            timestamp=str(given["timestamp"]),
            level=str(given["level"]),
            message=str(given["message"]),
            method=str(given["method"]),
            path=str(given["path"]),
            status_code=int(given["status_code"]),
            duration_ms=float(given["duration_ms"]),
            prediction=None if prediction is None else str(prediction),
            probability=None if probability is None else float(probability),
        )
