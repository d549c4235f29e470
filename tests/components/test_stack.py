"""Protects what a program takes from its stack: its mark, and credentials, which stay secret."""

import pulumi
import pytest

from slipway.core.credentials import HUB_TOKEN
from slipway.core.stack import (
    passphrase_mark,
    require_stack_credential,
    stack_credential,
    stack_mark,
)
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


def test_another_passphrase_has_another_mark_which_does_not_help_to_guess_it(monkeypatch, tmp_path):
    monkeypatch.setattr(pulumi.runtime, "get_root_directory", lambda: str(tmp_path))
    file = tmp_path / "Pulumi.dev.yaml"

    def mark():
        return record(lambda: {"mark": passphrase_mark()}, stack="dev").outputs["mark"]

    assert mark() == ""  # no file: another secrets provider's stack may have none
    file.write_text("config:\n  slipway:protect: true\n")
    assert mark() == ""
    marks = []
    for salt in ("v1:m0ae=:v1:nonce:word", "v1:other=:v1:nonce:word"):
        file.write_text(f"config:\n  slipway:encryptionsalt: mine\nencryptionsalt: {salt}\n")
        marks += [mark(), mark()]
        assert salt not in marks
    assert (marks[0], marks[2]) == (marks[1], marks[3])
    assert marks[0] != marks[2]
