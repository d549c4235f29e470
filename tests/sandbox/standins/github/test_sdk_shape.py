"""The stand-in's types are the SDK's: tokens, names of properties, which are required or secret."""

from importlib.metadata import version

import pytest

from tests.sandbox.standins.github.sdk import (
    inputs_of,
    misfits,
    outputs_of,
    resource_class,
    secrets_of,
)
from toolchain.standins.github import PLUGIN, TYPES

TOKENS = sorted(TYPES)


def test_its_version_is_the_installed_sdks():
    assert PLUGIN.version == version("pulumi_github")


@pytest.mark.parametrize("token", TOKENS)
def test_the_token_is_the_sdks(token):
    assert resource_class(token)[0].pulumi_type == token


@pytest.mark.parametrize("token", TOKENS)
def test_inputs_and_the_required_ones_are_the_sdks(token):
    inputs, required = inputs_of(token)
    assert set(TYPES[token].inputs) == inputs
    assert set(TYPES[token].required) == required


@pytest.mark.parametrize("token", TOKENS)
def test_inputs_and_outputs_together_are_the_sdks_properties(token):
    kind = TYPES[token]
    assert {*kind.inputs, *kind.computed} == outputs_of(token)
    assert {*kind.renewed} <= {*kind.computed}
    assert {*kind.replace} <= {*kind.inputs}


@pytest.mark.parametrize("token", TOKENS)
def test_what_the_sdk_hides_is_secret(token):
    assert set(TYPES[token].secret) == secrets_of(token)


def test_a_state_that_does_not_fit_would_be_found():
    token = "github:index/repositoryRuleset:RepositoryRuleset"
    state = {
        "rulesetId": "7",
        "surprise": 1,
        "rules": {"deletion": 1, "requiredStatusChecks": {"requiredChecks": [{"name": "x"}]}},
        "bypassActors": {"actorId": 1},
    }
    assert sorted(misfits(token, state)) == [
        "bypassActors: no list",
        "rules.deletion: int, not bool",
        "rules.requiredStatusChecks.requiredChecks[0].name: unknown",
        "rulesetId: str, not int",
        "surprise: unknown",
    ]
