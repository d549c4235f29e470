"""Frigo's database: declared only when it is wanted, and known to the one service that asks it."""

import json

import pytest

from slipway.core.secrecy.sealing import seal, unseal
from slipway.errors import ConfigError
from tests.components.recorder import OUTPUTS, record, unwrap
from tests.systems.conftest import CHECKOUT
from tests.systems.raising import raise_system

KEY = "rnd_canary"
URL = "postgresql://u:canary-password@dpg-1/frigo"
DIGEST = "sha256:" + "c" * 64


@pytest.fixture
def raised(stack_values, tmp_path, monkeypatch):
    (tmp_path / "app").symlink_to(CHECKOUT / "app")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLIPWAY_REGISTRY", "registry.example/me")
    monkeypatch.setenv("RENDER_API_KEY", KEY)
    facts = {"size_bytes": 5.0, "model_layer": "sha256:d", "model_layer_bytes": 3.0}
    outputs = {
        "docker-build:index:Image": {"ref": f"r.example/me/x:tag@{DIGEST}", "digest": DIGEST},
        "pulumi-python:dynamic/docker:ImageFacts": facts,
        "pulumi-python:dynamic/render:Postgres": {"page": "p", "expires_at": ""},
        "pulumi-python:dynamic/render:PostgresReady": dict.fromkeys(
            ("internal_url", "external_url"), seal(KEY, URL)
        ),
    }
    for kind, values in outputs.items():
        monkeypatch.setitem(OUTPUTS, kind, values)

    def raise_it(stack="dev", **changes):
        values = stack_values(stack)
        own = {**json.loads(values["slipway:frigo"]), **changes}
        values["slipway:frigo"] = json.dumps(own)
        return record(lambda: raise_system("frigo"), values)

    return raise_it


def secrets_of(recorder, service):
    return unwrap(recorder[f"frigo-{service}-service"].inputs["secrets"])


def test_without_one_there_is_neither_a_database_nor_its_address(raised):
    recorder = raised()
    assert recorder.of_type("slipway:render:Postgres") == []
    assert all("DATABASE_URL" not in secrets_of(recorder, each) for each in ("app", "chat", "gpt"))


def test_the_app_alone_is_given_the_address_and_the_engine_sees_it_sealed(raised):
    recorder = raised(database=True)
    assert unseal(KEY, unwrap(secrets_of(recorder, "app")["DATABASE_URL"])) == URL
    assert "DATABASE_URL" not in {**secrets_of(recorder, "chat"), **secrets_of(recorder, "gpt")}
    assert "canary-password" not in repr(recorder.resources)


@pytest.mark.parametrize(("stack", "protected"), [("dev", False), ("prod", True)])
def test_it_stands_beside_the_app_and_is_protected_as_the_stack_says(raised, stack, protected):
    recorder = raised(stack, database=True, region="ohio", databaseVersion="16")
    database = recorder["frigo-database-database"]
    assert (database.inputs["region"], database.inputs["version"]) == ("ohio", "16")
    assert recorder["frigo-app-service"].inputs["region"] == "ohio"
    assert database.protect is protected


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_its_data_outlive_the_stack_protected_or_not_unless_the_stack_says_otherwise(raised, stack):
    said = [{}, {"deleteData": False}, {"deleteData": True}]
    databases = [raised(stack, database=True, **each)["frigo-database-database"] for each in said]
    assert [each.inputs["delete_data"] for each in databases] == [False, False, True]


def test_a_docker_host_has_none_of_renders(raised):
    with pytest.raises(ConfigError, match=r"database|names no engine"):
        raised(database=True, host="docker")
