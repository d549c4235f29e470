"""Protects Postgres on Render: found again by its mark, never made twice, addresses sealed."""

import pytest
import requests
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config

from slipway.core.secrecy.sealing import seal, unseal
from slipway.errors import ConfigError, DeployError
from slipway.render.postgres import ready_provider as postgres_ready
from slipway.render.postgres.postgres import Postgres, PostgresArgs
from slipway.render.postgres.provider import PostgresProvider, owner_user
from slipway.render.postgres.ready_provider import PostgresReadyProvider
from tests.components.recorder import OUTPUTS, is_secret, record
from tests.components.render.fake_render import Wire, answer

TOKEN = "rnd_canaryofthepostgreskey"
URL = "postgresql://u:canary-password@dpg-1/db"
INPUTS = {
    "name": "shop",
    "owner": "tea-1",
    "region": "frankfurt",
    "plan": "basic_256mb",
    "version": "17",
    "database_name": "db",
    "disk_gb": None,
    "allowed_cidrs": ["10.0.0.0/8"],
    "mark": "slipway/dev@0a0a0a0a.0b0b0b0b",
    "adopt": False,
    "delete_data": True,
}


class Databases:
    """Postgres as Render answers for it."""

    def __init__(self):
        self.all = {}
        self.statuses = ["creating", "available"]
        self.trouble = None

    def __call__(self, sent):
        *_, head, tail = sent.path.split("/")
        if sent.method == "POST":
            made = {**sent.body, "id": "dpg-1", "databaseName": f"{sent.body['databaseName']}_x1y2"}
            made |= {"owner": {"id": "tea-1"}, "dashboardUrl": "https://page"}
            self.all["dpg-1"] = made
            trouble, self.trouble = self.trouble, None
            return trouble if trouble is not None else answer(201, made)
        if tail == "connection-info":
            return answer(200, {"internalConnectionString": URL, "externalConnectionString": URL})
        if tail == "postgres":
            found = [{"postgres": each} for each in self.all.values()]
            return answer(200, found)
        if tail not in self.all:
            return answer(404, {"message": f"not found: {tail}"})
        if sent.method == "DELETE":
            del self.all[tail]
            return answer(204)
        if sent.method == "PATCH":
            self.all[tail] |= sent.body
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        assert head == "postgres"
        return answer(200, {**self.all[tail], "status": status})


@pytest.fixture
def databases():
    return Databases()


@pytest.fixture
def provider(databases, monkeypatch):
    monkeypatch.setenv("RENDER_API_KEY", TOKEN)
    monkeypatch.setenv("RENDER_API_URL", "http://render/v1")
    for name in ("FIRST_POLL_SECONDS", "POLL_SECONDS"):
        monkeypatch.setattr(postgres_ready, name, 0)

    def make(kind=PostgresProvider):
        made = kind()
        made.configure(ConfigureRequest(Config({}, "slipway")))
        made.client.sleep = made.client.calls.sleep = lambda _seconds: None
        made.wire = Wire(databases)
        made.client.calls._connections.session.mount("http://", made.wire)
        return made

    return make


def test_it_is_made_once_and_known_again_by_its_mark(provider, databases):
    first = provider().create(INPUTS)
    again = provider()
    assert again.create(INPUTS).id == first.id
    assert again.wire.writes() == []
    assert databases.all["dpg-1"]["name"] == f"shop ({INPUTS['mark']})"
    assert databases.all["dpg-1"]["databaseUser"] == owner_user(INPUTS)


def test_the_mark_is_no_part_of_what_postgresql_calls_the_database(provider, databases):
    provider().create({**INPUTS, "name": "9 Shops.of-mine", "database_name": ""})
    assert databases.all["dpg-1"]["databaseName"] == "db_9_shops_of_mine_x1y2"


def test_a_lost_answer_makes_no_second_one(provider, databases):
    databases.trouble = requests.ReadTimeout("slow")
    made = provider()
    assert made.create(INPUTS).id == "dpg-1"
    assert made.wire.writes() == ["POST /v1/postgres"]


def test_somebody_elses_is_refused_unless_it_is_handed_over(provider, databases):
    provider().create({**INPUTS, "mark": "slipway/prod@11111111.22222222"})
    with pytest.raises(DeployError, match=r"\(dpg-1\): it exists already.*Set adopt"):
        provider().create(INPUTS)
    assert provider().create({**INPUTS, "adopt": True}).id == "dpg-1"
    with pytest.raises(DeployError, match="its version can't be changed"):
        provider().create({**INPUTS, "adopt": True, "version": "16"})
    assert databases.all["dpg-1"]["version"] == "17"


@pytest.mark.parametrize("key", ["region", "version", "database_name", "owner"])
def test_what_render_can_not_change_replaces_and_deletes_first(provider, key):
    made = provider()
    outputs = made.create(INPUTS).outs
    difference = made.diff("dpg-1", outputs, {**INPUTS, key: "tea-other"})
    assert difference.replaces == [key]
    assert difference.delete_before_replace
    assert not made.diff("dpg-1", outputs, INPUTS).changes


@pytest.mark.parametrize("key", ["region", "version", "database_name"])
def test_a_word_in_a_file_takes_no_data_away(provider, key):
    made = provider()
    first = made.check({}, INPUTS).inputs
    news = {**INPUTS, key: "16"}
    for before, after in ((True, False), (False, True), (False, False)):
        with pytest.raises(DeployError, match=r"shop: its .* 16 is declared.*pg_dump") as refused:
            made.check({**first, "delete_data": before}, {**news, "delete_data": after})
        assert ("Render upgrades one on its page" in str(refused.value)) is (key == "version")
    assert made.check(first, news).failures == []  # both times told that the data may go
    assert made.check({**first, "delete_data": False}, {**INPUTS, key: ""}).failures == []


def test_an_upgrade_on_renders_page_is_found_by_a_refresh_and_then_declared(provider, databases):
    made = provider()
    outputs = made.create(INPUTS | {"delete_data": False}).outs
    databases.all["dpg-1"]["version"] = "18"
    found = made.read("dpg-1", outputs)
    made.diff("dpg-1", found.outs, INPUTS)  # what a refresh asks, with the inputs of before
    news = {**INPUTS, "delete_data": False, "version": "18"}
    assert made.check(found.inputs, news).failures == []
    assert not made.diff("dpg-1", found.outs, news).changes


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({"plan": "basic_1gb"}, {"plan": "basic_1gb"}),
        ({"disk_gb": 15.0}, {"diskSizeGB": 15}),
        ({"allowed_cidrs": []}, {"ipAllowList": []}),
    ],
)
def test_a_change_is_one_call_with_that_key_alone_and_drift_of_it_is_found(
    provider, databases, changes, body
):
    made = provider()
    outputs = made.create(INPUTS).outs
    news = {**INPUTS, **changes}
    assert made.diff("dpg-1", outputs, news).changes
    outputs = made.update("dpg-1", outputs, news).outs
    assert [each.body for each in made.wire.sent if each.method == "PATCH"] == [body]
    assert not made.diff("dpg-1", made.read("dpg-1", outputs).outs, news).changes
    databases.all["dpg-1"] |= {"plan": "free", "diskSizeGB": 99, "ipAllowList": None}
    found = made.read("dpg-1", outputs)
    assert made.diff("dpg-1", found.outs, {**news, "allowed_cidrs": ["::/0"]}).changes


def test_what_is_gone_is_read_as_gone_and_deleted_twice_without_an_error(provider):
    made = provider()
    outputs = made.create(INPUTS).outs
    made.delete("dpg-1", outputs)
    made.delete("dpg-1", outputs)
    assert made.read("dpg-1", outputs).id == ""


def test_it_is_ready_once_it_is_available_and_its_addresses_are_sealed(provider):
    provider().create(INPUTS)
    ready = provider(PostgresReadyProvider)
    outputs = ready.create({"database_id": "dpg-1", "timeout_seconds": 5.0}).outs
    assert unseal(TOKEN, outputs["internal_url"]) == URL
    assert "canary" not in repr(outputs)
    assert ready.read("ready:dpg-1", outputs).outs == outputs


def test_a_rotated_key_seals_the_addresses_anew_and_writes_nothing(provider, monkeypatch):
    provider().create(INPUTS)
    inputs = {"database_id": "dpg-1", "timeout_seconds": 5.0}
    outputs = provider(PostgresReadyProvider).create(inputs).outs
    monkeypatch.setenv("RENDER_API_KEY", "rnd_thenextone")
    rotated = provider(PostgresReadyProvider)
    assert rotated.diff("ready:dpg-1", outputs, inputs).changes
    outputs = rotated.update("ready:dpg-1", outputs, inputs).outs
    assert unseal("rnd_thenextone", outputs["internal_url"]) == URL
    assert not rotated.diff("ready:dpg-1", outputs, inputs).changes
    assert rotated.wire.writes() == []


def test_one_that_was_stopped_is_not_waited_for(provider, databases):
    provider().create(INPUTS)
    databases.statuses = ["suspended"]
    with pytest.raises(DeployError, match=r"it is suspended\. See https://page"):
        provider(PostgresReadyProvider).create({"database_id": "dpg-1", "timeout_seconds": 5})


def test_one_that_is_unavailable_is_waited_for_a_while(provider, databases, monkeypatch):
    provider().create(INPUTS)
    databases.statuses = ["unavailable", "unavailable", "available"]
    wanted = {"database_id": "dpg-1", "timeout_seconds": 5}
    assert provider(PostgresReadyProvider).create(wanted).outs["internal_url"]
    monkeypatch.setattr(postgres_ready, "UNAVAILABLE_SECONDS", -1)
    databases.statuses = ["unavailable"]
    with pytest.raises(DeployError, match="it is unavailable"):
        provider(PostgresReadyProvider).create(wanted)


# --- the component


def test_its_addresses_are_secrets_of_the_program_and_sealed_in_the_engine(monkeypatch):
    monkeypatch.setenv("RENDER_API_KEY", TOKEN)
    outputs = dict.fromkeys(("internal_url", "external_url"), seal(TOKEN, URL))
    monkeypatch.setitem(OUTPUTS, "pulumi-python:dynamic/render:PostgresReady", outputs)
    monkeypatch.setitem(
        OUTPUTS, "pulumi-python:dynamic/render:Postgres", {"page": "p", "expires_at": ""}
    )

    def program():
        made = Postgres("db", PostgresArgs(name="shop", protect=False))
        return {"url": made.internal_url, "secret": made.internal_url.is_secret()}

    recorder = record(program)
    assert recorder.outputs["secret"] is True
    assert recorder.outputs["url"] == URL
    assert "canary-password" not in repr(recorder.resources)
    assert recorder["db-ready"].secret_outputs >= {"internal_url", "external_url"}
    assert not is_secret(recorder["db-database"].inputs["name"])


def test_a_database_is_protected_unless_told_otherwise(monkeypatch):
    monkeypatch.setenv("RENDER_API_KEY", TOKEN)
    outputs = {"page": "p", "expires_at": "", "internal_url": seal(TOKEN, URL)}
    outputs["external_url"] = outputs["internal_url"]
    for kind in ("Postgres", "PostgresReady"):
        monkeypatch.setitem(OUTPUTS, f"pulumi-python:dynamic/render:{kind}", outputs)
    recorder = record(lambda: {"p": Postgres("db", PostgresArgs(name="shop")).page})
    assert recorder["db-database"].protect


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"plan": "huge"}, "plan 'huge'"),
        ({"version": "10"}, "version '10'"),
        ({"region": "paris"}, "region 'paris'"),
        ({"allowed_cidrs": ("all",)}, "allowed_cidrs"),
        ({"plan": "free", "disk_gb": 5}, "the free plan.s disk has one size"),
    ],
)
def test_what_cannot_work_is_refused(changes, said):
    with pytest.raises(ConfigError, match=said):
        PostgresArgs(name="shop", **changes)
