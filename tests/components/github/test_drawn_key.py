"""Protects a key that is drawn: it stays whoever holds the token, and opens for its stack alone."""

import hashlib
import re
import time

import pulumi
import pytest

from slipway.core.secrecy.sealing import seal, unseal
from slipway.errors import DeployError
from slipway.github.secrets import kept_key
from slipway.github.secrets.kept_key import find_kept, keep, open_kept
from slipway.github.secrets.kept_key_provider import GeneratedKeyProvider
from tests.providers.engine import Engine

TOKEN = "canary-of-a-token"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    for name in ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)


def drawn(rotation=0):
    return {"name": "apiKey", "rotation": rotation}


def test_a_key_is_drawn_once_and_again_on_demand():
    engine = Engine(GeneratedKeyProvider)
    assert engine.up(drawn()) == "created"
    key = open_kept(TOKEN, engine.outputs["kept"])
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", key)
    assert key not in str(engine.outputs)
    assert engine.up(drawn()) == "same"
    assert engine.refresh()
    assert engine.up(drawn()) == "same"
    assert engine.up(drawn(rotation=1)) == "updated"
    assert open_kept(TOKEN, engine.outputs["kept"]) != key


PASSPHRASE = {"PULUMI_CONFIG_PASSPHRASE": "of the stack"}


@pytest.mark.parametrize(
    ("before", "now", "takes"),
    [
        (PASSPHRASE, {}, "export PULUMI_CONFIG_PASSPHRASE=…`, or PULUMI_CONFIG_PASSPHRASE_FILE"),
        (PASSPHRASE, {"PULUMI_CONFIG_PASSPHRASE": "another"}, "the passphrase that it was sealed"),
        ({}, {"GITHUB_TOKEN": "another"}, "the token, or the passphrase, that it was sealed under"),
        ({}, {"GITHUB_TOKEN": "another", **PASSPHRASE}, "today's GITHUB_TOKEN does not open it"),
    ],
    ids=["typed passphrase", "another passphrase", "another token", "a passphrase came too late"],
)
def test_a_key_that_can_not_be_opened_stays_until_another_is_asked_for(
    monkeypatch, before, now, takes
):
    for name, value in before.items():
        monkeypatch.setenv(name, value)
    engine = Engine(GeneratedKeyProvider)
    engine.up(drawn())
    made, key = engine.outputs, open_kept(TOKEN, engine.outputs["kept"])
    with monkeypatch.context() as elsewhere:
        for name in before:
            elsewhere.delenv(name)
        for name, value in now.items():
            elsewhere.setenv(name, value)
        assert engine.up(drawn()) == "same"
        assert engine.refresh()
        assert engine.up(drawn()) == "same"
        with pytest.raises(DeployError, match=takes) as caught:
            engine.provider.update(engine.id, made, drawn())  # as after a state edited by hand
        assert "pulumi config set --secret apiKey" in str(caught.value)
        assert "Rotation" in str(caught.value)
        assert engine.diff(drawn(rotation=1)).changes
    assert engine.outputs == made
    assert engine.up(drawn()) == "same"
    assert open_kept(TOKEN, engine.outputs["kept"]) == key
    for name, value in now.items():
        monkeypatch.setenv(name, value)
    assert engine.up(drawn(rotation=1)) == "updated"  # whatever can be opened
    assert engine.outputs["kept"] != made["kept"]


@pytest.mark.parametrize("exported", [True, False])
def test_who_draws_a_key_without_a_passphrase_is_told_what_opens_it(monkeypatch, exported):
    said = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    if exported:
        monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "of the stack")
    engine = Engine(GeneratedKeyProvider)
    for rotation in (0, 0, 1):
        engine.up(drawn(rotation))
    assert ["No other token opens it" in each for each in said] == ([] if exported else [True] * 2)


def test_under_a_passphrase_it_outlives_the_token(monkeypatch, tmp_path):
    file = tmp_path / "passphrase"
    file.write_text("of the stack\n")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", str(file))
    engine = Engine(GeneratedKeyProvider)
    engine.up(drawn())
    monkeypatch.setenv("GITHUB_TOKEN", "another")
    assert engine.up(drawn()) == "same"
    kept = engine.outputs["kept"]
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE_FILE")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "of the stack")
    assert find_kept("another", kept) == open_kept("yet another", kept)
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "another")
    assert find_kept(TOKEN, kept) is None
    with pytest.raises(DeployError, match="can't be opened"):
        open_kept(TOKEN, kept)


def test_what_was_kept_under_the_token_is_found_after_a_passphrase_came(monkeypatch):
    kept = keep(TOKEN, "drawn")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "new")
    assert open_kept(TOKEN, kept) == "drawn"


@pytest.fixture
def passphrase(monkeypatch):
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "of the stack")
    return "of the stack"


def test_a_guess_of_the_passphrase_costs_more_than_at_pulumis_own_derivation(passphrase):
    kept = keep(TOKEN, "drawn")
    assert kept.startswith("scrypt:")
    with pytest.raises(DeployError):  # as it stands it opens nothing, nor does the token
        unseal(passphrase, kept.rpartition("sealed:")[2])
    assert find_kept(TOKEN, kept.replace("scrypt:", "", 1)) is None
    kept_key._derived.cache_clear()
    start = time.process_time()
    assert find_kept(TOKEN, kept) == "drawn"
    ours = time.process_time() - start
    start = time.process_time()
    hashlib.pbkdf2_hmac("sha256", passphrase.encode(), b"12345678", 1_000_000)
    assert ours > 0.5 * (time.process_time() - start)  # and takes 128 MB, which the other does not


def test_each_process_draws_its_own_salt_and_derives_once(passphrase):
    first, second = keep(TOKEN, "one"), keep(TOKEN, "two")
    salt = first.split(":")[1]
    assert second.split(":")[1] == salt
    derivations = kept_key._derived.cache_info().misses
    assert [open_kept(TOKEN, kept) for kept in (first, second)] == ["one", "two"]
    assert kept_key._derived.cache_info().misses == derivations
    kept_key._salt.cache_clear()
    assert keep(TOKEN, "one").split(":")[1] != salt
    assert passphrase not in first


@pytest.mark.usefixtures("passphrase")
@pytest.mark.parametrize("mark", [{}, {"passphrase_mark": "of a former version"}])
def test_no_key_is_opened_to_see_that_it_can_be(mark):
    engine = Engine(GeneratedKeyProvider)
    engine.up(drawn() | mark)
    kept = engine.outputs["kept"]
    kept_key._derived.cache_clear()
    assert engine.up(drawn()) == "same"
    assert kept_key._derived.cache_info().misses == 0
    assert engine.up(drawn(rotation=1)) == "updated"  # which it does not hide
    assert engine.outputs["kept"] != kept


@pytest.mark.usefixtures("passphrase")
@pytest.mark.parametrize("sealed_under", ["of the stack", TOKEN])
def test_a_key_that_was_sealed_otherwise_is_sealed_anew_and_stays(sealed_under):
    engine = Engine(GeneratedKeyProvider)
    engine.up(drawn())
    engine.outputs["kept"] = seal(sealed_under, "drawn long ago")
    assert open_kept(TOKEN, engine.outputs["kept"]) == "drawn long ago"
    assert engine.up(drawn()) == "updated"
    assert engine.outputs["kept"].startswith("scrypt:")
    assert open_kept("another token", engine.outputs["kept"]) == "drawn long ago"
    assert engine.up(drawn()) == "same"
