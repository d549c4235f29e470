"""Protects what is asked of Render: pages to the end, nothing created twice, nothing lost."""

import pytest
import requests

from slipway.core.difference import Change
from slipway.errors import ApiError, DeployError
from slipway.render.api.client import ENV_VARS, SECRET_FILES, RenderClient
from slipway.render.deploy.client import DeployClient
from tests.components.render.fake_render import Wire, answer

SERVICE = {"id": "srv-1", "name": "shop", "type": "web_service", "serviceDetails": {}}


def client_of(reply):
    client = RenderClient("http://render/v1", f"rnd_{id(reply)}", lambda _seconds: None)
    wire = Wire(reply)
    client.calls._connections.session.mount("http://", wire)
    return client, wire


class Lists:
    """Pages of one list, and what was made meanwhile."""

    def __init__(self, items):
        self.items = items

    def __call__(self, sent):
        start = int(sent.query.get("cursor", 0))
        size = int(sent.query["limit"])
        page = self.items[start : start + size]
        pages = [{**item, "cursor": str(start + n + 1)} for n, item in enumerate(page)]
        return answer(200, pages)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 250])
def test_a_list_is_read_to_its_end(count):
    items = [{"envVar": {"key": f"K{n}", "value": str(n)}} for n in range(count)]
    client, _ = client_of(Lists(items))
    assert client.settings("srv-1", ENV_VARS) == {f"K{n}": str(n) for n in range(count)}


def test_a_list_that_never_moves_on_is_left():
    page = [{"envVar": {"key": f"K{n}", "value": ""}, "cursor": "same"} for n in range(100)]
    client, wire = client_of(lambda _sent: answer(200, page))
    assert len(client.settings("srv-1", ENV_VARS)) == 100
    assert len(wire.sent) == 2


# --- workspaces


OWNERS = [{"owner": {"id": "tea-1", "name": "acme"}}, {"owner": {"id": "usr-2", "name": "ann"}}]


def test_a_workspace_is_found_by_its_name_or_is_the_only_one():
    assert client_of(Lists(OWNERS))[0].owner_id("ann") == "usr-2"
    assert client_of(Lists(OWNERS[:1]))[0].owner_id("") == "tea-1"


def test_the_id_of_a_workspace_is_taken_without_a_call():
    client, wire = client_of(Lists(OWNERS))
    assert client.owner_id("tea-9") == "tea-9"
    assert wire.sent == []


@pytest.mark.parametrize("asked", ["", "other"])
def test_a_workspace_nobody_can_tell_is_refused_with_all_there_are(asked):
    with pytest.raises(DeployError, match=r"acme \(tea-1\), ann \(usr-2\)"):
        client_of(Lists(OWNERS))[0].owner_id(asked)


# --- creation


class Creating:
    """A Render that has its own mind about the first answers to a create."""

    def __init__(self, troubles, *, takes_effect):
        self.troubles = list(troubles)
        self.takes_effect = takes_effect
        self.made = 0

    def __call__(self, sent):
        if sent.method == "GET":
            found = [{"service": SERVICE}] * self.made
            return answer(200, found)
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is None or self.takes_effect:
            self.made += 1
        made = answer(201, {"service": SERVICE, "deployId": "dep-1"})
        return made if trouble is None else trouble  # an answer of 503 is false


TROUBLES = [requests.ReadTimeout("slow"), requests.ConnectionError("reset"), answer(503)]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_service_whose_creation_was_carried_out_without_an_answer_is_not_made_again(trouble):
    render = Creating([trouble], takes_effect=True)
    client, _ = client_of(render)
    service, first = client.create_service("shop", "tea-1", {}, ())
    assert (service.id, first, render.made) == ("srv-1", None, 1)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_service_whose_creation_was_lost_is_made_after_a_look(trouble):
    render = Creating([trouble, trouble], takes_effect=False)
    client, wire = client_of(render)
    service, first = client.create_service("shop", "tea-1", {}, ())
    assert (service.id, first, render.made) == ("srv-1", "dep-1", 1)
    assert [each.method for each in wire.sent] == ["POST", "GET", "POST", "GET", "POST"]


def test_creation_is_given_up_after_three_tries():
    render = Creating([answer(503)] * 9, takes_effect=False)
    client, wire = client_of(render)
    with pytest.raises(ApiError):
        client.create_service("shop", "tea-1", {}, ())
    assert len(wire.writes()) == 3


def test_two_services_of_one_name_are_refused_by_their_ids():
    two = [{"service": SERVICE}, {"service": {**SERVICE, "id": "srv-2"}}]
    with pytest.raises(DeployError, match="srv-1, srv-2"):
        client_of(Lists(two))[0].find_service("shop", "tea-1")


def test_a_service_whose_name_only_begins_alike_is_another():
    client, wire = client_of(Lists([{"service": {**SERVICE, "name": "shop-two"}}]))
    assert client.find_service("shop", "tea-1") is None
    assert wire.sent[0].query["includePreviews"] == "false"


def test_a_deletion_ends_when_the_name_is_free():
    answers = [answer(204), answer(200, SERVICE), answer(200, SERVICE)]
    answers.append(answer(404, {"message": "not found: srv-1"}))
    client, wire = client_of(lambda _sent: answers.pop(0))
    client.delete_service("srv-1")
    assert [each.method for each in wire.sent] == ["DELETE", "GET", "GET", "GET"]


# --- settings


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [(ENV_VARS, "env-vars", "value"), (SECRET_FILES, "secret-files", "content")],
)
def test_few_changes_are_written_one_by_one_and_touch_nothing_else(kind, path, value):
    client, wire = client_of(lambda _sent: answer(200, {}))
    client.write_settings("srv-1", kind, Change(frozenset({"OLD"}), {"A": "1", "B": "2"}), ())
    assert wire.writes() == [
        f"PUT /v1/services/srv-1/{path}/A",
        f"PUT /v1/services/srv-1/{path}/B",
        f"DELETE /v1/services/srv-1/{path}/OLD",  # last: it stays where a value is refused
    ]
    assert [each.body for each in wire.sent[:2]] == [{value: "1"}, {value: "2"}]


def test_of_a_change_that_is_refused_nothing_new_stays_and_nothing_is_gone():
    client, wire = client_of(
        lambda sent: answer(400 if sent.method == "PUT" and "/C" in sent.path else 200, {})
    )
    change = Change(frozenset({"OLD"}), {"A": "1", "B": "2", "C": "3"})
    with pytest.raises(ApiError, match="set env var C"):
        client.write_settings("srv-1", ENV_VARS, change, {"A", "OLD"})
    path = "/v1/services/srv-1/env-vars"
    assert wire.writes() == [
        *(f"PUT {path}/{name}" for name in "ABC"),
        *(f"DELETE {path}/{name}" for name in "BC"),  # A was there before
    ]


def test_many_changes_are_one_call_that_sends_along_what_others_put_there():
    wanted = {f"K{n}": str(n) for n in range(11)}
    theirs = [{"envVar": {"key": key, "value": "x"}} for key in ("THEIRS", "OLD", "K1")]
    client, wire = client_of(
        lambda sent: Lists(theirs)(sent) if sent.method == "GET" else answer(200, [])
    )
    client.write_settings("srv-1", ENV_VARS, Change(frozenset({"OLD"}), wanted), ())
    assert wire.writes() == ["PUT /v1/services/srv-1/env-vars"]
    sent = {each["key"]: each["value"] for each in wire.sent[-1].body}
    assert sent == {**wanted, "THEIRS": "x"}


def test_no_change_is_no_call():
    client, wire = client_of(lambda _sent: answer(500))
    client.write_settings("srv-1", ENV_VARS, Change(frozenset(), {}), ())
    assert wire.sent == []


# --- deploys


class Deploying:
    """A service whose deploys are listed; each POST meets the next of the given answers."""

    def __init__(self, *answers, takes_effect=True):
        self.answers = list(answers)
        self.takes_effect = takes_effect
        self.ids = ["dep-0"]

    def __call__(self, sent):
        if sent.method == "GET":
            return answer(200, [{"deploy": {"id": each}} for each in reversed(self.ids)])
        reply = self.answers.pop(0)
        if self.takes_effect or not isinstance(reply, BaseException):
            self.ids.append(f"dep-{len(self.ids)}")
        return reply


def start(render):
    client, wire = client_of(render)
    return DeployClient(client).start("srv-1", commit="abc"), wire


def test_a_deploy_that_is_answered_is_known_by_its_id():
    made, wire = start(Deploying(answer(201, {"id": "dep-1"})))
    assert made == "dep-1"
    assert wire.sent[-1].body == {"clearCache": "do_not_clear", "commitId": "abc"}


def test_a_deploy_that_is_queued_without_an_id_is_the_one_that_was_not_there_before():
    assert start(Deploying(answer(202)))[0] == "dep-1"


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_deploy_whose_answer_was_lost_is_not_started_twice(trouble):
    made, wire = start(Deploying(trouble))
    assert made == "dep-1"
    assert len(wire.writes()) == 1


def test_a_deploy_that_was_lost_is_started_again():
    render = Deploying(
        requests.ReadTimeout("slow"), answer(201, {"id": "dep-1"}), takes_effect=False
    )
    made, wire = start(render)
    assert made == "dep-1"
    assert len(wire.writes()) == 2
