"""Protects the symptoms system: what dev and prod raise from the stack files as they are."""

import hashlib
import io
import json
import sys

import pytest

from slipway.core.findings import Severity
from slipway.core.secrecy.sealing import unseal
from slipway.errors import ConfigError
from slipway.github.secrets import kept_key
from systems import open_key, symptoms_files
from systems.symptoms import KEY, SymptomsSettings
from tests.components.recorder import OUTPUTS, record, unwrap
from tests.systems.raising import findings_of, raise_system

SPACE, READY = "symptoms-space", "symptoms-ready"
SHA256 = hashlib.sha256(b"model.pkl").hexdigest()  # of what stands in for the model


def raise_it():
    return raise_system("symptoms")


def changed(values, **changes):
    own = {**json.loads(values["slipway:symptoms"]), **changes}
    return {**values, "slipway:symptoms": json.dumps(own)}


@pytest.fixture(autouse=True)
def github(monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "canary-github-token")
    monkeypatch.delenv("SYMPTOMS_API_KEY", raising=False)
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)
    drawn = {"kept": kept_key.keep("canary-github-token", "canary-drawn-key")}
    monkeypatch.setitem(OUTPUTS, "pulumi-python:dynamic/github:GeneratedKey", drawn)


@pytest.fixture
def raised(stack_values):
    return lambda stack, **changes: record(
        raise_it, changed(stack_values(stack), **changes), stack=stack
    )


def secrets(recorder):
    """What the Space will find in its secrets."""
    return {
        name: unseal("canary-write-token", unwrap(value))
        for name, value in unwrap(recorder[SPACE].inputs["secrets"]).items()
    }


@pytest.mark.parametrize(
    ("stack", "repo_id", "required", "level"),
    [
        ("dev", "slipway/symptoms-dev", "false", "DEBUG"),
        ("prod", "slipway/symptoms", "true", "INFO"),
    ],
)
def test_a_stack_raises_one_space_with_its_own_values(raised, stack, repo_id, required, level):
    inputs = raised(stack)[SPACE].inputs
    assert inputs["repo_id"] == repo_id
    assert inputs["variables"] == {
        "AUTH_REQUIRED": required,
        "LOG_LEVEL": level,
        "LOG_CAPACITY": "1000",
    }


def test_logical_names_do_not_depend_on_the_stack_but_for_the_key(raised):
    dev, prod = raised("dev").resources, raised("prod").resources
    assert set(prod) - set(dev) == {KEY}
    assert set(dev) <= set(prod)


@pytest.mark.parametrize(("stack", "protect"), [("dev", False), ("prod", True)])
def test_prod_is_protected_and_dev_is_not(raised, stack, protect):
    assert raised(stack)[SPACE].protect is protect


def test_dev_needs_no_key_and_prod_gets_the_one_that_was_given(raised, monkeypatch):
    monkeypatch.setenv("SYMPTOMS_API_KEY", "canary-given-key")
    assert secrets(raised("dev")) == {}
    prod = raised("prod")
    assert secrets(prod) == {"API_KEY": "canary-given-key"}
    assert KEY not in prod.resources
    assert "canary" not in repr(prod.resources)


def test_prod_draws_a_key_where_nobody_gave_one_and_only_ciphertext_is_told(raised):
    prod = raised("prod")
    assert secrets(prod) == {"API_KEY": "canary-drawn-key"}
    assert "canary" not in repr(prod.resources)


def test_ready_is_the_space_whose_answer_names_this_model_its_store_and_who_is_let_in(raised):
    for stack, required in (("dev", "false"), ("prod", "true")):
        ready = raised(stack)[READY].inputs
        assert ready["probe_path"] == "/health"
        assert ready["expect"] == {
            "model_sha256": SHA256,
            "log_store": "redis",
            "auth_required": required,
        }


def test_the_files_are_those_of_the_guide_and_the_same_in_both_stacks(raised):
    dev = raised("dev")[SPACE].inputs["manifest"]
    assert dev == raised("prod")[SPACE].inputs["manifest"]
    assert {"Dockerfile", "README.md", "model/model.pkl", "src/proxy/client.py"} <= set(dev)
    assert not [name for name in dev if name.split("/")[0] in ("docs", "docker", "tests", "sql")]
    assert not {".env", "docker-compose.yml", "payload.py", ".composed"} & set(dev)


def test_a_stack_may_take_the_guides_own_name(raised):
    named = raised("prod", space="francoisformation/oc-project8")[SPACE].inputs["repo_id"]
    assert named == "francoisformation/oc-project8"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"logLevel": "LOUD"}, "slipway:symptoms.logLevel is 'LOUD'; it must be one of DEBUG"),
        ({"logCapacity": 0}, "slipway:symptoms.logCapacity is 0; it must be 1 to 100000"),
        (
            {"hardware": "cpu-golden"},
            "slipway:symptoms.hardware is 'cpu-golden'; it must be one of",
        ),
        ({"authRequired": "yes"}, "slipway:symptoms.authRequired is 'yes'; it must be a bool"),
    ],
)
def test_a_wrong_value_is_refused_by_its_key(stack_values, changes, said):
    with pytest.raises(ConfigError, match=said):
        record(raise_it, changed(stack_values("prod"), **changes), stack="prod")


def test_a_stack_that_does_not_say_who_is_let_in_is_refused():
    with pytest.raises(TypeError):
        SymptomsSettings(space="symptoms")


@pytest.fixture
def found(stack_values):
    def look(stack):
        seen = []
        record(lambda: seen.extend(findings_of("symptoms")), stack_values(stack))
        return [str(each) for each in seen if each.severity is Severity.ERROR]

    return look


def test_a_model_that_is_not_trained_is_found_before_anything_is_raised(found):
    assert found("dev") == []
    (symptoms_files.MODEL / "model.pkl").unlink()
    [said] = found("dev")
    assert "model.pkl is missing: train the model (`make model`)" in said


def test_a_key_that_can_not_be_kept_is_found_before_anything_is_raised(found, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN")
    assert found("dev") == []
    [said] = found("prod")
    assert "Export GITHUB_TOKEN" in said
    monkeypatch.setenv("SYMPTOMS_API_KEY", "given")
    assert found("prod") == []


def exported(kept):
    urn = f"urn:pulumi:prod::slipway::pulumi-python:dynamic/github:GeneratedKey::{KEY}"
    return json.dumps({"deployment": {"resources": [{"urn": urn, "outputs": {"kept": kept}}]}})


@pytest.mark.parametrize("wrapped", [False, True])
def test_whoever_holds_the_passphrase_can_read_the_drawn_key(monkeypatch, capsys, wrapped):
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "canary-passphrase")
    kept = kept_key.keep("canary-github-token", "drawn-key")
    given = {"4dabf18193072939515e22adb298388d": "1b", "plaintext": json.dumps(kept)}
    assert open_key.main([KEY], exported(given if wrapped else kept)) == 0
    assert capsys.readouterr().out == "drawn-key\n"


def test_nobody_else_can(monkeypatch, capsys):
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "canary-passphrase")
    kept = kept_key.keep("canary-github-token", "drawn-key")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "another")
    monkeypatch.setenv("GITHUB_TOKEN", "another")
    assert open_key.main([KEY], exported(kept)) == 1
    assert "can't be opened" in capsys.readouterr().err


def test_a_key_that_was_never_drawn_is_said(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert open_key.main([KEY], json.dumps({"deployment": {}})) == 1
    assert f"has drawn no key {KEY}" in capsys.readouterr().err
    assert open_key.main([], "{}") == 2
