"""Protects how Render is called: what is tried again, after how long, and what is said."""

import json

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from slipway.errors import ApiError
from slipway.render.api.rate_limits import Budget, bucket_of, seconds_asked
from slipway.render.api.transport import Calls, UnclearError, is_gone
from tests.components.render.fake_render import Wire, answer

WHAT = "Render service shop: set env var MODE"
KEY = "rnd_canaryofthekey0123456789abcdef"
CANARY = "canary-value-7c1f"
METHODS = ("GET", "PUT", "PATCH", "DELETE")


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self):
        self.time = 1000.0
        self.pauses = []

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.time += seconds


class Script:
    """Calls that meet each of the given events in turn, and the pauses made between."""

    def __init__(self, *events):
        self.events = list(events)
        self.clock = Clock()
        self.wire = Wire(self.next)
        budget = Budget(self.clock.now)
        self.calls = Calls("http://render/v1", KEY, self.clock.sleep, budget)
        self.calls._connections.session.mount("http://", self.wire)

    @property
    def pauses(self):
        return self.clock.pauses

    def next(self, _sent):
        return self.events.pop(0) if len(self.events) > 1 else self.events[0]

    def run(self, method="GET", path="/services/srv-1", **options):
        return self.calls.request(WHAT, method, path, **options)

    def refused(self, *arguments, kind=ApiError, **options):
        with pytest.raises(kind) as caught:
            self.run(*arguments, **options)
        return caught.value


def unsent():
    return requests.ConnectionError(
        MaxRetryError(None, "/", NewConnectionError(None, "connection refused"))
    )


LOST = [
    requests.ReadTimeout("slow"),
    requests.ConnectionError("reset"),
    requests.exceptions.ChunkedEncodingError("cut"),
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_bears_being_made_twice_is_tried_again_until_the_trouble_is_over(method, status):
    script = Script(answer(status), answer(status), answer(200, {"id": 1}))
    assert script.run(method) == {"id": 1}
    assert len(script.wire.sent) == 3


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("lost", LOST)
def test_a_lost_connection_is_tried_again_and_named_when_it_stays_lost(method, lost):
    assert Script(lost, answer(200, [])).run(method) == []
    script = Script(lost)
    error = script.refused(method)
    assert len(script.wire.sent) == 6
    assert error.status is None
    assert str(error).startswith(f"{WHAT}: no usable answer from http://render/v1")
    assert "RENDER_API_URL" in str(error)


@pytest.mark.parametrize("event", [*LOST, answer(500), answer(503), answer(200, text="<html>")])
def test_a_post_that_may_have_been_carried_out_is_never_made_again(event):
    script = Script(event, answer(201, {}))
    script.refused("POST", kind=UnclearError)
    assert len(script.wire.sent) == 1


@pytest.mark.parametrize("event", [answer(429), requests.ConnectTimeout("slow"), unsent()])
def test_a_post_that_surely_had_no_effect_is_made_again(event):
    script = Script(event, answer(201, {"id": "srv-1"}))
    assert script.run("POST") == {"id": "srv-1"}


@pytest.mark.parametrize("method", [*METHODS, "POST"])
@pytest.mark.parametrize("status", [302, 400, 401, 402, 403, 404, 409, 410])
def test_a_refusal_is_final(method, status):
    script = Script(answer(status, headers={"Location": "/elsewhere"}))
    assert script.refused(method).status == status
    assert (len(script.wire.sent), script.pauses) == (1, [])


def test_tries_end_and_their_pauses_double_up_to_eight_seconds_with_jitter():
    script = Script(answer(503))
    assert script.refused().status == 503
    for pause, middle in zip(script.pauses, [1, 2, 4, 8, 8], strict=True):
        assert 0.8 * middle <= pause <= 1.2 * middle


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry-After": "7"}, 8),
        ({"Ratelimit-Reset": "20"}, 21),
        ({"Retry-After": "7", "Ratelimit-Reset": "20"}, 8),
    ],
)
def test_the_platforms_own_wish_decides_the_pause(headers, pause):
    script = Script(answer(429, headers=headers), answer(200, []))
    script.run()
    assert script.pauses == [pause]


def test_a_limit_by_the_hour_is_told_at_once_and_not_waited_for():
    script = Script(answer(429, headers={"Retry-After": "2300"}))
    assert "It asks to wait 2300 s" in str(script.refused("POST", "/services"))
    again = script.refused("POST", "/services")
    assert "used up for another 2300 s" in str(again)
    assert (len(script.wire.sent), script.pauses) == (1, [])


def test_who_hears_that_no_call_is_left_waits_before_the_next_of_that_bucket_alone():
    last = {"Ratelimit-Remaining": "0", "Ratelimit-Reset": "30"}
    script = Script(answer(200, [], headers=last), answer(200, []))
    script.run("PATCH", "/services/srv-1")
    script.run("GET")
    script.run("PATCH", "/services/srv-2")
    assert script.pauses == []
    script.run("POST", "/services/srv-1/deploys")
    assert script.pauses == [30]


@pytest.mark.parametrize(
    ("method", "path", "bucket"),
    [
        ("GET", "/services", "reads"),
        ("POST", "/services", "POST /services"),
        ("POST", "/postgres", "POST /postgres"),
        ("PATCH", "/services/srv-1", "service srv-1"),
        ("POST", "/services/srv-1/deploys", "service srv-1"),
        ("POST", "/services/srv-1/suspend", "service srv-1"),
        ("PUT", "/services/srv-1/env-vars/X", "writes"),
        ("DELETE", "/services/srv-1", "writes"),
        ("POST", "/registrycredentials", "writes"),
    ],
)
def test_calls_count_against_the_bucket_render_counts_them_in(method, path, bucket):
    assert bucket_of(method, path) == bucket


def test_a_reset_is_seconds_or_an_epoch():
    assert seconds_asked({"Ratelimit-Reset": "59"}) == 59
    assert seconds_asked({"Ratelimit-Reset": "1700000030"}, wall=lambda: 1_700_000_000.0) == 30
    assert seconds_asked({"Ratelimit-Reset": "soon"}) == 0


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (answer(401, text="Unauthorized"), "(Unauthorized). The API key"),
        (answer(502, text="<html><h1>Bad gateway</h1></html>"), "(a page of HTML)"),
        (answer(400, {"message": "bad plan"}), "(bad plan)"),
        (answer(400, ["odd"]), "answered 400. "),
        (answer(402, {}), "https://dashboard.render.com/billing"),
        (answer(404, {"message": "not found: srv-1"}), "(not found: srv-1)"),
        (answer(409, {}), "names are unique"),
    ],
)
def test_an_error_names_the_object_the_status_the_reason_and_the_remedy(response, said):
    response.headers["Render-Request-Id"] = "api-x/1"
    text = str(Script(response).refused())
    assert text.startswith(f"{WHAT}: Render answered {response.status_code}")
    assert said in text
    assert text.endswith("Render-Request-Id: api-x/1")


@pytest.mark.parametrize("status", [400, 503])
def test_no_error_repeats_a_secret_the_key_or_the_key_of_a_hook(status):
    echoed = f"{CANARY} {KEY} https://api.render.com/deploy/srv-1?key=hookcanary"
    for response in (answer(status, {"message": echoed}), answer(status, text=echoed)):
        text = str(Script(response).refused("PUT", hidden=(CANARY,)))
        assert str(status) in text
        assert not [part for part in (CANARY, KEY, "hookcanary") if part in text]


def test_of_a_long_answer_no_part_of_a_secret_is_repeated():
    lines = [f"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj{each:02}" for each in range(20)]
    for secret in (
        f"{CANARY}-" + "0123456789abcdef" * 9,
        "\n".join(lines),
        'two  words "é"\n of it',
    ):
        for padding in range(0, 320, 20):
            echoed = f"invalid: {'x' * padding} {secret} {json.dumps(secret)}"
            for response in (answer(400, {"message": echoed}), answer(400, text=echoed)):
                said = str(Script(response).refused("PUT", hidden=(secret,)))
                for part in (secret[:8], secret[-8:], *lines, "two words"):
                    assert part not in said
                assert len(said) < 600


def test_the_key_is_sent_with_every_call_and_shows_in_no_representation(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine render login ann password theirs\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    script = Script(answer(200, []))
    script.run()
    assert script.wire.sent[0].headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(script.calls)


@pytest.mark.parametrize(
    ("response", "gone"),
    [
        (answer(404, {"message": "not found: srv-1"}), True),
        (answer(410, {}), True),
        (answer(404), False),
        (answer(404, text="no such page"), False),
        (answer(403, {"message": "not found"}), False),
    ],
)
def test_only_renders_own_word_means_that_something_is_gone(response, gone):
    assert is_gone(Script(response).refused()) is gone
