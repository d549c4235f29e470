"""The four alerts: just below, at, and just above their thresholds, on made-up logs."""

import json
import subprocess
import sys

import pytest

from app.turnover.src.log_pipeline import FEWEST, WINDOW, Monitor, measured, read
from tests.app.turnover.conftest import APP

GOOD = {"path": "/predict", "status_code": 200, "duration_ms": 45.2, "prediction": "Non"}


def log(count, odd, **change):
    """`count` lines, `odd` of which have the change."""
    return [GOOD | change] * odd + [GOOD] * (count - odd)


def raised(lines):
    return {alert.rule.name for alert in measured(lines) if alert.raised}


@pytest.mark.parametrize(
    ("alert", "threshold", "change"),
    [
        ("5xx_rate", 1, {"status_code": 500}),
        ("5xx_rate", 1, {"status_code": 503}),
        ("422_rate", 5, {"status_code": 422}),
        ("oui_rate", 40, {"prediction": "Oui"}),
    ],
)
def test_a_share_raises_its_alert_strictly_above_the_threshold(alert, threshold, change):
    at = threshold * WINDOW // 100
    assert raised(log(WINDOW, at - 1, **change)) == set()
    assert raised(log(WINDOW, at, **change)) == set()
    assert raised(log(WINDOW, at + 1, **change)) == {alert}


@pytest.mark.parametrize(
    ("milliseconds", "alerts"), [(1999.9, set()), (2000.0, set()), (2000.1, {"response_time"})]
)
def test_slowness_is_what_one_of_twenty_requests_takes_longer_than(milliseconds, alerts):
    assert raised(log(100, 6, duration_ms=milliseconds)) == alerts
    assert raised(log(100, 5, duration_ms=milliseconds)) == set()


def test_a_404_or_a_401_is_no_alert():
    assert raised(log(100, 100, status_code=404)) == raised(log(100, 100, status_code=401)) == set()


def test_of_few_requests_nothing_is_said():
    assert measured(log(FEWEST - 1, FEWEST - 1, status_code=500)) == []
    assert raised(log(FEWEST, FEWEST, status_code=500)) == {"5xx_rate"}


def test_health_probes_thin_out_no_share_and_raise_none():
    probes = [{"path": "/health", "status_code": 503, "duration_ms": 1.0}] * 500
    assert raised(probes) == set()
    assert raised([*probes, *log(100, 2, status_code=500)]) == {"5xx_rate"}


def test_the_share_of_yes_is_of_predictions_alone():
    lines = log(40, 17, prediction="Oui") + [{**GOOD, "prediction": None}] * 0
    lines += [{"path": "/logs", "status_code": 200, "duration_ms": 1.0}] * 100
    assert raised(lines) == {"oui_rate"}


def test_only_the_last_requests_count():
    assert raised(log(50, 50, status_code=500) + [GOOD] * WINDOW) == set()


def test_a_monitor_says_each_begin_and_each_end_once():
    monitor = Monitor()
    changes = [c for line in log(400, 30, status_code=500) for c in monitor.add(line)]
    assert [(alert.rule.name, begins) for alert, begins in changes] == [("5xx_rate", True)]
    changes = [c for line in log(WINDOW, 0) for c in monitor.add(line)]
    assert [(alert.rule.name, begins) for alert, begins in changes] == [("5xx_rate", False)]


def test_a_log_is_read_with_whatever_the_platform_puts_around_its_lines():
    text = json.dumps(GOOD)
    stream = [f"2026-01-11 | {text}\n", "Uvicorn running\n", "{broken\n", '{"a": 1}\n', text, "[]"]
    assert list(read(stream)) == [GOOD, GOOD]


@pytest.mark.parametrize(
    ("lines", "code", "says"),
    [
        (log(100, 0), 0, "ok"),
        (log(100, 2, status_code=500), 1, "ALERT 5xx_rate is 2 %, threshold 1. Read the logs"),
        ([], 2, "nothing can be said"),
    ],
)
def test_the_command_ends_with_1_if_an_alert_is_raised(lines, code, says):
    ended = subprocess.run(
        [sys.executable, "-m", "src.log_pipeline"],
        cwd=APP,
        input="\n".join(map(json.dumps, lines)),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == code, ended.stderr
    assert says in ended.stdout + ended.stderr
