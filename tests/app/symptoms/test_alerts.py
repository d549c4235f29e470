"""Each alert is raised above its limit, not at it, and a quiet log raises none."""

import io
import json

import pytest

from app.symptoms.src.logs_pipeline import __main__ as command
from app.symptoms.src.logs_pipeline.alerts import Limits, alerts, rates
from app.symptoms.src.logs_pipeline.entry import LogEntry

LABELS = ("common cold", "influenza", "allergy", "gastroenteritis", "migraine")


def entries(count, *, errors=0, invalid=0, slow=0, label="", labelled=0):
    """`count` requests, so many of them out of the ordinary; the rest spread over all labels."""
    made = []
    for i in range(count):
        status = 500 if i < errors else 422 if i < errors + invalid else 200
        named = label if count - i <= labelled else LABELS[i % len(LABELS)]
        made.append(
            LogEntry.of(
                "POST",
                "/predict",
                status,
                2001.0 if i >= count - slow else 20.0,
                named if status == 200 else None,
                0.9 if status == 200 else None,
            )
        )
    return made


def names(found):
    return [alert.name for alert in alerts(rates(found))]


def test_a_quiet_log_and_an_empty_one_raise_nothing():
    assert names(entries(1000)) == []
    assert names([]) == []


@pytest.mark.parametrize(
    ("name", "at", "above"),
    [
        ("server-errors", {"errors": 10}, {"errors": 11}),  # 1 % of 1000
        ("invalid-input", {"invalid": 50}, {"invalid": 51}),  # 5 %
        ("slow", {"slow": 50}, {"slow": 51}),  # 95 of 100 within 2 s
    ],
)
def test_an_alert_is_raised_above_its_limit_only(name, at, above):
    assert names(entries(1000, **at)) == []
    assert names(entries(1000, **above)) == [name]


def test_one_label_of_more_than_forty_percent_may_be_drift():
    def of_influenza(number):
        return [
            LogEntry.of("POST", "/predict", 200, 1, "influenza" if i < number else f"other {i}", 1)
            for i in range(1000)
        ]

    assert names(of_influenza(400)) == []
    assert names(of_influenza(401)) == ["one-label"]
    [alert] = alerts(rates(of_influenza(401)))
    assert "40.1 % of 1000 predictions are 'influenza'" in alert.said


def test_a_few_predictions_of_one_label_say_nothing_yet():
    assert names(entries(19, label="influenza", labelled=19)) == []
    assert names(entries(20, label="influenza", labelled=20)) == ["one-label"]


def test_exactly_at_a_limit_nothing_is_raised_whatever_the_limit():
    found = rates(entries(100, errors=3))
    assert alerts(found, Limits(server_errors_percent=3.0)) == []
    assert alerts(found, Limits(server_errors_percent=2.9)) != []


def test_the_command_reads_a_run_log_and_passes_over_other_programs_lines(tmp_path, capsys):
    log = tmp_path / "run.log"
    lines = [json.dumps(entry.as_dict()) for entry in entries(100, errors=2)]
    log.write_text("\n".join(["===== Application Startup", '{"message": "ready"}', *lines, "[1]"]))
    assert command.main([str(log)]) == 1
    said = capsys.readouterr().out
    assert '"requests": 100' in said
    assert "ALERT server-errors: 2.0 % of 100 requests ended with 5xx" in said


def test_the_command_reads_standard_input_and_is_content_with_a_quiet_log(monkeypatch, capsys):
    lines = "\n".join(json.dumps(entry.as_dict()) for entry in entries(100))
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    assert command.main(["-"]) == 0
    assert "ALERT" not in capsys.readouterr().out


def test_the_command_reads_the_log_of_a_running_api(open_api, monkeypatch, capsys):
    monkeypatch.setenv("API_URL", open_api.url)
    assert command.main([]) in (0, 1)
    assert '"requests":' in capsys.readouterr().out


def test_the_command_says_why_it_can_not_read_the_log(closed_api, monkeypatch, capsys):
    monkeypatch.setenv("API_URL", closed_api.url)
    monkeypatch.setenv("API_KEY", "wrong")
    assert command.main([]) == 2
    assert "401 X-API-Key is missing or wrong" in capsys.readouterr().err
