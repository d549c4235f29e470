"""Protects where tokens come from: the environment first, then the stack, else an error."""

import pytest

from slipway.core.credentials import HUB_READ_TOKEN, HUB_TOKEN, hub_endpoint
from slipway.errors import ConfigError

BOTH = pytest.mark.parametrize("credential", [HUB_TOKEN, HUB_READ_TOKEN])


@BOTH
def test_the_environment_wins_over_the_stack(credential, monkeypatch):
    monkeypatch.setenv(credential.variable, "from-environment")
    assert credential.require({credential.config_key: "from-stack"}.get) == "from-environment"


@BOTH
@pytest.mark.parametrize("environment", [None, ""])
def test_the_stack_is_asked_where_the_environment_holds_nothing(
    credential, environment, monkeypatch
):
    monkeypatch.delenv(credential.variable, raising=False)
    if environment is not None:
        monkeypatch.setenv(credential.variable, environment)
    assert credential.require({credential.config_key: "from-stack"}.get) == "from-stack"


@BOTH
def test_without_either_the_refusal_names_both_ways(credential, monkeypatch):
    monkeypatch.delenv(credential.variable, raising=False)
    assert credential.find({}.get) is None
    with pytest.raises(ConfigError) as refusal:
        credential.require({}.get)
    assert f"Export {credential.variable}" in str(refusal.value)
    assert f"pulumi config set --secret {credential.config_key}" in str(refusal.value)


@pytest.mark.parametrize(
    ("value", "endpoint"),
    [
        (None, "https://huggingface.co"),
        ("", "https://huggingface.co"),
        ("http://127.0.0.1:8800/", "http://127.0.0.1:8800"),
    ],
)
def test_the_endpoint_is_the_environments_or_the_real_hub(value, endpoint, monkeypatch):
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    if value is not None:
        monkeypatch.setenv("HF_ENDPOINT", value)
    assert hub_endpoint() == endpoint


@BOTH
@pytest.mark.parametrize("given", ["token\n", "  token \r\n"])
def test_what_was_pasted_with_its_line_end_is_the_token(credential, given, monkeypatch):
    monkeypatch.setenv(credential.variable, given)
    assert credential.require({}.get) == "token"
    monkeypatch.setenv(credential.variable, " \n")
    assert credential.find({credential.config_key: given}.get) == "token"
    assert credential.find({}.get) is None
