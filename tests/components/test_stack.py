"""Protects what a program takes from its stack: its mark, and credentials, which stay secret."""

import pulumi
import pytest

from slipway.core.credentials import HUB_TOKEN
from slipway.core.stack import require_stack_credential, stack_credential, stack_mark
from slipway.errors import ConfigError
from tests.components.recorder import record

CONFIG = {"config": {"slipway:hfToken": "from-stack"}, "secret_keys": ("slipway:hfToken",)}


def test_a_stack_is_told_by_its_project_and_its_name():
    assert record(lambda: {"mark": stack_mark()}, stack="prod").outputs == {"mark": "slipway/prod"}


@pytest.mark.parametrize(("exported", "value"), [("from-env", "from-env"), ("", "from-stack")])
def test_a_credential_is_a_secret_wherever_it_comes_from(exported, value, monkeypatch):
    monkeypatch.setenv(HUB_TOKEN.variable, exported)

    def program():
        token = require_stack_credential(HUB_TOKEN)
        return {"value": token, "secret": pulumi.Output.from_input(token.is_secret())}

    assert record(program, **CONFIG).outputs == {"value": value, "secret": True}


def test_a_credential_that_stands_nowhere_is_none_or_refused_with_both_ways(monkeypatch):
    monkeypatch.delenv(HUB_TOKEN.variable, raising=False)
    assert record(lambda: {"token": stack_credential(HUB_TOKEN)}).outputs == {"token": None}
    with pytest.raises(ConfigError) as refusal:
        record(lambda: require_stack_credential(HUB_TOKEN))
    assert "Export HF_TOKEN" in str(refusal.value)
    assert "pulumi config set --secret hfToken" in str(refusal.value)
