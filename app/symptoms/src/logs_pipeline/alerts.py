"""What the log warns of: four rates, each with the limit that the runbook acts upon."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .entry import LogEntry

_SERVER_ERROR, _INVALID, _ALL = 500, 422, 100.0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """An alert is raised above, not at, a limit."""

    server_errors_percent: float = 1.0
    p95_seconds: float = 2.0
    invalid_percent: float = 5.0
    one_label_percent: float = 40.0  # of the predictions; the commonest condition has 30
    fewest_predictions: int = 20  # below that a share of one label says nothing


@dataclass(frozen=True)
class Rates:
    """Of some entries; an empty log has none of anything."""

    requests: int
    predictions: int
    server_errors_percent: float
    p95_seconds: float
    invalid_percent: float
    commonest_label: str
    one_label_percent: float


@dataclass(frozen=True)
class Alert:
    """One limit that is passed, and what to do."""

    name: str
    said: str


def rates(entries: Sequence[LogEntry]) -> Rates:
    """The figures of a log."""
    count = len(entries)
    durations = sorted(entry.duration_ms / 1e3 for entry in entries)
    labels = Counter(entry.prediction for entry in entries if entry.prediction is not None)
    predictions = labels.total()
    label, most = labels.most_common(1)[0] if labels else ("", 0)
    return Rates(
        requests=count,
        predictions=predictions,
        server_errors_percent=_share(
            sum(entry.status_code >= _SERVER_ERROR for entry in entries), count
        ),
        # The smallest duration that 95 of 100 requests do not exceed.
        p95_seconds=durations[-(-95 * count // 100) - 1] if durations else 0.0,
        invalid_percent=_share(sum(entry.status_code == _INVALID for entry in entries), count),
        commonest_label=label,
        one_label_percent=_share(most, predictions),
    )


def alerts(found: Rates, limits: Limits | None = None) -> list[Alert]:
    """What of it needs somebody."""
    allowed = limits or Limits()
    raised = []
    if found.server_errors_percent > allowed.server_errors_percent:
        said = f"{found.server_errors_percent:.1f} % of {found.requests} requests ended with 5xx"
        raised.append(Alert("server-errors", f"{said}: read the run log, deploy again"))
    if found.p95_seconds > allowed.p95_seconds:
        said = f"95 of 100 requests took up to {found.p95_seconds:.2f} s"
        raised.append(Alert("slow", f"{said}: look at the model and the hardware"))
    if found.invalid_percent > allowed.invalid_percent:
        said = f"{found.invalid_percent:.1f} % of {found.requests} requests were invalid (422)"
        raised.append(Alert("invalid-input", f"{said}: compare the form with the API's rules"))
    if (
        found.predictions >= allowed.fewest_predictions
        and found.one_label_percent > allowed.one_label_percent
    ):
        said = f"{found.one_label_percent:.1f} % of {found.predictions} predictions are"
        raised.append(
            Alert("one-label", f"{said} '{found.commonest_label}': look at the data, it may drift")
        )
    return raised


def _share(part: int, whole: int) -> float:
    return _ALL * part / whole if whole else 0.0
