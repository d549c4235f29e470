"""Protects secrets from the engine's own logs: it is handed nothing that it could show."""

import base64

import pytest

from slipway.core.secrecy.sealing import seal, unseal
from slipway.errors import DeployError

TOKEN = "hf_token"


@pytest.mark.parametrize("value", ["", "secret", "ä€\n", "x" * 10_000])
def test_what_was_sealed_is_opened_by_the_same_token(value):
    assert unseal(TOKEN, seal(TOKEN, value)) == value


def test_the_value_is_not_in_what_is_sealed():
    text = seal(TOKEN, "a-rather-long-secret")
    assert "a-rather-long-secret" not in text
    assert b"secret" not in base64.b64decode(text.partition(":")[2])


def test_the_same_value_is_sealed_the_same_and_every_other_differently():
    assert seal(TOKEN, "a") == seal(TOKEN, "a")
    assert len({seal(TOKEN, "a"), seal(TOKEN, "b"), seal("other", "a")}) == 3


@pytest.mark.parametrize(
    "text",
    [
        seal("other", "value"),
        seal(TOKEN, "value")[:-6] + "AAAAA=",
        "sealed:",
        "sealed:!!!",
        "value",
        "(changed outside of this stack)",
    ],
)
def test_what_was_not_sealed_for_this_token_is_refused_without_repeating_it(text):
    with pytest.raises(DeployError) as refusal:
        unseal(TOKEN, text)
    assert "in one place only" in str(refusal.value)
    assert text not in str(refusal.value)
