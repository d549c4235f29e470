"""A snapshot holds no secret in any encoding, and providers see no difference where none is."""

import json

import pytest

from slipway.core.credentials import PLACEHOLDER
from slipway.core.secrecy.digests import keyed_digests, new_salt
from slipway.core.secrecy.sealing import seal, unseal
from slipway.errors import ConfigError
from slipway.github.secrets.kept_key import keep, open_kept
from slipway.github.secrets.kept_key_provider import GeneratedKeyProvider
from slipway.huggingface.space.provider import SpaceProvider
from slipway.snapshot.redaction import SALT, redacted
from tests.e2e.leaks import encodings, holds

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
TOKEN = "hf_canaryoftheowner"
CANARIES = {f"K{i:02}": f"canary+{i:02}/{i * 7919 + 10**9:x}" for i in range(20)}


def secret(value):
    return {SIGNATURE: SECRET, "plaintext": json.dumps(value)}


def export(*resources):
    deployment = {
        "manifest": {"time": "2026-11-27T00:00:00Z"},
        "secrets_providers": {"type": "passphrase", "state": {"salt": "v1:the-stack-s-own"}},
        "resources": list(resources),
        "pending_operations": [{"type": "creating"}],
    }
    return {"version": 3, "deployment": deployment}


def space(**plain):
    salt = new_salt()
    sealed = {name: seal(TOKEN, value) for name, value in CANARIES.items()}
    inputs = {"repo_id": "acme/demo", "variables": {"MODE": "calm", **plain}}
    return {
        "urn": "urn:pulumi:dev::slipway::pulumi-python:dynamic/huggingface:Space::demo-space",
        "inputs": {**inputs, "secrets": {name: secret(each) for name, each in sealed.items()}},
        "outputs": {
            **inputs,
            "secrets": secret({name: secret(each) for name, each in sealed.items()}),
            "salt": secret(salt),
            "secret_digests": secret(keyed_digests(salt, CANARIES)),
        },
    }


def test_no_secret_no_key_and_no_pending_operation_is_left():
    plain = {"urn": "a::b::c::config", "inputs": {"all": secret(list(CANARIES.values()))}}
    made = export(space(), plain)
    snapshot = json.dumps(redacted(made, [TOKEN]))
    hidden = {**CANARIES, "token": TOKEN, "key": "the-stack-s-own"}
    assert holds(snapshot.encode(), hidden) == set()
    assert "pending_operations" not in snapshot
    assert holds(json.dumps(made).encode(), hidden) >= {*CANARIES, "key"}  # they would be found


def test_digests_are_those_of_the_placeholder_so_that_a_provider_sees_no_difference():
    (made,) = redacted(export(space()))["deployment"]["resources"]
    outputs = {
        k: json.loads(v["plaintext"]) if k not in {"variables", "repo_id"} else v
        for k, v in made["outputs"].items()
    }
    assert outputs["salt"] == SALT
    assert set(outputs["secrets"]) == set(CANARIES)
    provider = SpaceProvider()
    provider.token = PLACEHOLDER
    news = {"secrets": {name: seal(PLACEHOLDER, PLACEHOLDER) for name in CANARIES}}
    assert provider._digests(SALT, news) == outputs["secret_digests"]
    news["secrets"]["K07"] = seal(PLACEHOLDER, "rotated")
    assert provider._digests(SALT, news) != outputs["secret_digests"]
    assert {unseal(PLACEHOLDER, each) for each in outputs["secrets"].values()} == {PLACEHOLDER}


@pytest.mark.parametrize("form", sorted(encodings(CANARIES["K03"])))
def test_a_secret_that_also_stands_unmarked_is_refused_in_every_encoding_and_not_repeated(form):
    planted = form.decode()
    with pytest.raises(
        ConfigError, match=r"^State of demo-space: .* stands in it unmarked"
    ) as said:
        redacted(export(space(GREETING=f"x{planted}y")), [TOKEN])
    assert holds(str(said.value).encode(), CANARIES) == set()


@pytest.mark.parametrize("value", ['pass"wörd/é+1', "zeile\\zwei\tö", "schlüssel<&>'\"0"])
@pytest.mark.parametrize("wrapped", [str, json.dumps, lambda value: json.dumps({"key": value})])
def test_characters_that_json_writes_otherwise_hide_no_secret(value, wrapped):
    plain = {"urn": "a::b::c::config", "inputs": {"all": secret(value)}}
    redacted(export(space(), plain))
    with pytest.raises(ConfigError, match="stands in it unmarked") as said:
        redacted(export(space(GREETING=f"x{wrapped(value)}y"), plain))
    assert value not in str(said.value)


def test_a_credential_is_refused_by_its_shape_alone():
    with pytest.raises(ConfigError, match="a Hugging Face token stands in it unmarked"):
        redacted(export(space(GREETING="hf_" + "a" * 34)))


def test_an_export_whose_secrets_are_encrypted_is_refused_with_what_to_do():
    resource = {"urn": "a::b::c::d", "inputs": {"x": {SIGNATURE: SECRET, "ciphertext": "v1:…"}}}
    with pytest.raises(ConfigError, match="--show-secrets"):
        redacted(export(resource))


def test_the_same_state_gives_the_same_snapshot():
    assert redacted(export(space())) == redacted(export(space()))


def test_a_key_that_was_drawn_is_neither_drawn_nor_sealed_anew(monkeypatch):
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "the passphrase of the stack")
    drawn = {"name": "apiKey", "rotation": 0}
    kept = keep(TOKEN, CANARIES["K00"])
    resource = {"urn": "a::b::c::key", "outputs": {**drawn, "kept": secret(kept)}}
    [found] = redacted(export(resource), [TOKEN])["deployment"]["resources"]
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", PLACEHOLDER)
    provider = GeneratedKeyProvider()
    provider.token = PLACEHOLDER
    olds = {**drawn, "kept": json.loads(found["outputs"]["kept"]["plaintext"])}
    assert open_kept(PLACEHOLDER, olds["kept"]) == PLACEHOLDER
    assert not provider.diff("apiKey", olds, drawn).changes
