"""Protects a key that is drawn: it stays whoever holds the token, and opens for its stack alone."""

import hashlib
import re
import time

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


def test_a_key_is_drawn_once_and_again_on_demand(monkeypatch):
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
    monkeypatch.setenv("GITHUB_TOKEN", "another")
    assert engine.up(drawn(rotation=1)) == "updated"  # nobody can open it any more


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


def marked(mark, rotation=0):
    return {**drawn(rotation), "passphrase_mark": mark}


@pytest.mark.usefixtures("passphrase")
def test_under_the_passphrase_it_was_made_with_no_key_is_opened_to_see_that_it_can_be():
    engine = Engine(GeneratedKeyProvider)
    engine.up(marked("first"))
    kept = engine.outputs["kept"]
    kept_key._derived.cache_clear()
    assert engine.up(marked("first")) == "same"
    assert kept_key._derived.cache_info().misses == 0
    assert engine.up(marked("first", rotation=1)) == "updated"  # which it does not hide
    assert engine.outputs["kept"] != kept


@pytest.mark.usefixtures("passphrase")
def test_under_another_mark_a_key_is_drawn_anew_only_if_it_can_not_be_opened(monkeypatch):
    engine = Engine(GeneratedKeyProvider)
    engine.up(marked("first"))
    key = open_kept(TOKEN, engine.outputs["kept"])
    assert engine.up(marked("second")) == "same"  # as in a preview that has another stack file
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "another")
    assert engine.up(marked("second")) == "updated"
    assert open_kept(TOKEN, engine.outputs["kept"]) != key


@pytest.mark.usefixtures("passphrase")
def test_a_key_from_before_the_mark_gets_it_once_and_stays():
    engine = Engine(GeneratedKeyProvider)
    engine.up(drawn())
    key = open_kept(TOKEN, engine.outputs["kept"])
    assert [engine.up(marked("first")) for _ in range(2)] == ["updated", "same"]
    assert open_kept(TOKEN, engine.outputs["kept"]) == key


def test_without_a_passphrase_at_hand_the_mark_proves_nothing(monkeypatch):
    engine = Engine(GeneratedKeyProvider)
    engine.up(marked("first"))  # one typed in: sealed under the token
    monkeypatch.setenv("GITHUB_TOKEN", "another")
    assert engine.up(marked("first")) == "updated"


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
