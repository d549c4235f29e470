"""Simulated traffic is real requests at the rate that was asked for, and can raise the alerts."""

import time
from collections import Counter

import pytest

from app.symptoms.src.logs_pipeline.alerts import alerts, rates
from app.symptoms.src.logs_pipeline.entry import LogEntry
from app.symptoms.src.proxy import APIProxyClient
from app.symptoms.src.simulator import __main__ as command
from app.symptoms.src.simulator.traffic import Traffic, send_traffic
from tests.app.app_process import free_port
from tests.app.symptoms.conftest import ServedApi


@pytest.fixture
def api(trained):
    with ServedApi(trained) as served:
        yield served


def raised(api):
    answer, _ = APIProxyClient(api.url).get_logs(1000)
    return {alert.name for alert in alerts(rates([LogEntry.from_dict(e) for e in answer["logs"]]))}


def send(api, **traffic):
    client = APIProxyClient(api.url)
    given = {"rate_per_second": 100, "seconds": 1, **traffic}
    return send_traffic(Traffic(**given), client.post_predict)


def test_as_many_are_sent_as_the_rate_says_and_in_that_time():
    begun = []

    def note(_patient):
        begun.append(time.monotonic())
        return {}, 200

    outcome = send_traffic(Traffic(rate_per_second=50, seconds=0.5), note)
    assert (outcome.sent, outcome.statuses) == (25, {200: 25})
    assert max(begun) - min(begun) >= 0.3  # 0.48 s by the clock, less where the first began late


def test_the_same_seed_sends_the_same_patients():
    one, same, other = (
        list(Traffic(rate_per_second=10, seconds=5, seed=seed).requests()) for seed in (1, 1, 2)
    )
    assert one == same != other


@pytest.mark.parametrize("percent", [0, 7, 50, 100])
def test_invalid_requests_are_the_share_that_was_asked_for(percent):
    requests = list(Traffic(rate_per_second=100, seconds=2, invalid_percent=percent).requests())
    assert Counter(each["age"] < 0 for each in requests)[True] == 2 * percent


def test_ordinary_traffic_raises_no_alert(api):
    assert send(api).statuses == {200: 100}
    assert raised(api) == set()


def test_invalid_traffic_raises_its_alert(api):
    assert send(api, invalid_percent=10).statuses == {200: 90, 422: 10}
    assert raised(api) == {"invalid-input"}


def test_patients_of_one_condition_raise_the_alert_of_drift(api):
    send(api, only="influenza")
    assert raised(api) == {"one-label"}


def test_the_command_fails_when_the_api_does(api, monkeypatch, capsys):
    monkeypatch.setenv("API_URL", api.url)
    assert command.main(["--rate", "50", "--seconds", "0.2"]) == 0
    assert '"sent": 10' in capsys.readouterr().out
    monkeypatch.setenv("API_URL", f"http://127.0.0.1:{free_port()}")
    assert command.main(["--rate", "50", "--seconds", "0.2"]) == 1
    assert '"statuses": {"503": 10}' in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["--rate", "0"], ["--seconds", "-1"], ["--only", "hiccups"]])
def test_a_wrong_option_is_refused(wrong):
    with pytest.raises(SystemExit) as refused:
        command.main(wrong)
    assert refused.value.code == 2
