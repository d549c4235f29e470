"""Protects how the Hub is called: which failures are tried again, after how long, what is said."""

import functools
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest
from huggingface_hub import constants
from huggingface_hub.utils import get_session, hf_raise_for_status

from slipway.errors import ApiError, ConfigError
from slipway.huggingface.hub import transport as calls
from slipway.huggingface.hub.client import HubClient

WHAT = "Space acme/demo: set secret API_KEY"
REQUEST = httpx2.Request("POST", "https://huggingface.co/api/spaces/acme/demo/secrets")
CANARY = "canary-value-7c1f"


def response(status, body=None, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, json=body or {}, headers=names, request=REQUEST)


class Script:
    """An action that meets each of the given events in turn, and the pauses made between."""

    def __init__(self, *events):
        self.events = list(events)
        self.calls = 0
        self.pauses = []

    def __call__(self):
        event = self.events[min(self.calls, len(self.events) - 1)]
        self.calls += 1
        if isinstance(event, Exception):
            raise event
        hf_raise_for_status(event)
        return event.status_code

    def run(self, **options):
        return calls.call(WHAT, self, sleep=self.pauses.append, **options)

    def refused(self, **options):
        with pytest.raises(ApiError) as caught:
            self.run(**options)
        return caught.value


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_status_that_may_pass_is_tried_again_until_it_does(status):
    script = Script(response(status), response(status), response(200))
    assert script.run() == 200
    assert script.calls == 3


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 412, 416])
def test_a_refusal_is_final(status):
    script = Script(response(status))
    assert script.refused().status == status
    assert (script.calls, script.pauses) == (1, [])


@pytest.mark.parametrize(
    "lost",
    [
        httpx2.ConnectError("refused"),
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("cut"),
        ConnectionResetError("reset"),
        TimeoutError("slow"),
        json.JSONDecodeError("a gateway's page", "<html>", 0),
    ],
)
def test_a_lost_connection_is_tried_again_and_named_when_it_stays_lost(lost):
    assert Script(lost, response(200)).run() == 200
    script = Script(lost)
    error = script.refused()
    assert script.calls == 6
    assert error.status is None
    assert str(error).startswith(f"{WHAT}: no usable answer from {constants.ENDPOINT}")
    assert type(lost).__name__ in str(error)
    assert "HF_ENDPOINT" in str(error)


def test_without_retry_the_first_failure_is_final():
    for event in (response(503), httpx2.ConnectError("refused")):
        script = Script(event, response(200))
        script.refused(retry=False)
        assert (script.calls, script.pauses) == (1, [])


def test_tries_end_and_their_pauses_double_up_to_eight_seconds_with_jitter():
    script = Script(response(503))
    assert script.refused().status == 503
    assert script.calls == 6
    for pause, middle in zip(script.pauses, [1, 2, 4, 8, 8], strict=True):
        assert 0.8 * middle <= pause <= 1.2 * middle


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        (response(429, RateLimit='"api";r=0;t=55'), 56),
        (response(429, RateLimit='"api";r=0;t=300'), 301),
        (response(429, RateLimit='"api";r=0;t=5', Retry_After="40"), 6),
        (response(429, Retry_After="7"), 8),
        (response(503, Retry_After="2"), 3),
        (response(503, Retry_After="300"), 301),
    ],
)
def test_the_platforms_own_wish_decides_the_pause(answer, pause):
    script = Script(answer, response(200))
    script.run()
    assert script.pauses == [pause]


@pytest.mark.parametrize(
    "answer",
    [
        response(
            429, RateLimit='"api";r=12;t=280'
        ),  # another, finer quota: the window says nothing
        response(503, RateLimit='"api";r=0;t=280'),
        response(503, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"),  # passed
        response(503, Retry_After="-5"),
        response(503, Retry_After="1e3"),
        response(503, Retry_After="soon"),
        response(429, RateLimit="nonsense"),
    ],
)
def test_a_header_that_says_nothing_about_this_failure_is_not_waited_for(answer):
    script = Script(answer, response(200))
    script.run()
    assert script.pauses[0] <= 1.2


def test_a_date_is_waited_for_and_people_are_told(capsys):
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    script = Script(response(503, Retry_After=later), response(200))
    script.run()
    assert 98 < script.pauses[0] <= 102
    assert f"{WHAT}: the platform asks to wait; trying again in 10" in capsys.readouterr().err


@pytest.mark.parametrize(
    "answer",
    [response(503, Retry_After="999999"), response(429, RateLimit='"api";r=0;t=99999')],
)
def test_a_wish_that_nobody_can_wait_for_ends_the_run_at_once(answer):
    script = Script(answer)
    assert "It asks to wait" in str(script.refused())
    assert (script.calls, script.pauses) == (1, [])


def test_wishes_of_a_few_minutes_each_do_not_add_up_to_half_an_hour():
    script = Script(response(503, Retry_After="200"))
    script.refused()
    assert script.pauses == [201]


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (401, "check HF_TOKEN"),
        (402, "paid plan"),
        (403, "pulumi config set hfNamespace"),
        (404, "does not exist, or the token may not see it"),
        (412, "pulumi refresh"),
        (429, "Wait a few minutes"),
        (500, "status.huggingface.co"),
    ],
)
def test_an_error_names_the_object_the_status_the_reason_and_the_remedy(status, remedy):
    error = Script(response(status, {"error": "because"})).refused(retry=False)
    assert str(error).startswith(f"{WHAT}: the Hub answered {status} (")
    assert "because" in str(error)
    assert remedy in str(error)


def test_the_hubs_word_for_the_reason_is_kept():
    assert Script(response(404, X_Error_Code="RepoNotFound")).refused().code == "RepoNotFound"
    assert Script(response(404)).refused().code is None


def test_hidden_values_are_masked_in_what_the_platform_echoes():
    echo = response(400, {"error": f"bad value {CANARY}!"}, X_Error_Message=f"no {CANARY}")
    error = Script(echo).refused(hidden=(CANARY,))
    assert CANARY not in str(error)
    assert "[secret]" in str(error)


def test_the_failed_request_is_not_carried_along_in_the_error():
    error = Script(response(400, {"error": CANARY})).refused(hidden=(CANARY,))
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_errors_of_the_program_itself_pass_untouched():
    with pytest.raises(ZeroDivisionError):
        Script(ZeroDivisionError()).run()


@pytest.fixture
def unprepared():
    """As in a process that has made no client yet; the next test finds it so as well."""
    calls._set_timeouts.cache_clear()
    yield
    calls._set_timeouts.cache_clear()


@pytest.mark.usefixtures("unprepared")
def test_the_session_gets_deadlines():
    calls.prepare_session()
    timeout = get_session().timeout
    assert (timeout.connect, timeout.read) == (10.0, 60.0)


@pytest.mark.usefixtures("unprepared")
def test_a_second_client_leaves_the_session_of_the_first_open():
    HubClient("http://127.0.0.1:9", "one")
    session = get_session()
    HubClient("http://127.0.0.1:9", "two")
    assert get_session() is session
    assert not session.is_closed


@pytest.mark.usefixtures("unprepared")
def test_settings_that_would_print_secrets_are_refused(monkeypatch):
    monkeypatch.setattr(constants, "HF_DEBUG", True)
    with pytest.raises(ConfigError, match="HF_DEBUG is set"):
        calls.prepare_session()


@pytest.mark.usefixtures("unprepared")
def test_a_hub_of_ones_own_without_the_plain_protocol_is_refused(monkeypatch):
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", False)
    with pytest.raises(ConfigError, match="Export HF_HUB_DISABLE_XET=1"):
        calls.prepare_session()
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    calls.prepare_session()


@pytest.mark.parametrize(("busy", "made"), [(2, True), (1000, False)])
def test_repositories_of_one_namespace_are_made_one_after_the_other_and_not_for_ever(
    busy, made, monkeypatch
):
    """The client alone asks again without a pause, for as long as it is told so."""
    told = iter(range(1000))
    pauses = []

    def answer(request):
        if next(told) < busy:
            said = "Cannot create repo: another conflicting operation is in progress"
            return httpx2.Response(409, json={"error": said}, request=request)
        return httpx2.Response(200, json={"url": "https://hub/acme/demo"}, request=request)

    session = calls._BoundedClient(transport=httpx2.MockTransport(answer))
    monkeypatch.setattr("huggingface_hub.hf_api.get_session", lambda: session)
    monkeypatch.setattr(
        "slipway.huggingface.hub.client.call", functools.partial(calls.call, sleep=pauses.append)
    )
    hub = HubClient("https://hub", "hf_token")
    if made:
        assert hub.create_model_repository("acme/demo", "private")
        assert len(pauses) == busy
    else:
        with pytest.raises(ApiError, match=r"acme/demo: create: the Hub is at work on another"):
            hub.create_model_repository("acme/demo", "private")
        assert next(told) <= 7
