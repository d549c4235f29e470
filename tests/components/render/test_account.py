"""Protects where the account on Render is found."""

import pytest

from slipway.core.credentials import RENDER_API_KEY, RENDER_DEPLOY_HOOK_KEY, render_endpoint


def test_the_address_is_renders_own_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("RENDER_API_URL", raising=False)
    assert render_endpoint() == "https://api.render.com/v1"
    monkeypatch.setenv("RENDER_API_URL", "http://127.0.0.1:4000/v1/")
    assert render_endpoint() == "http://127.0.0.1:4000/v1"


@pytest.mark.parametrize("credential", [RENDER_API_KEY, RENDER_DEPLOY_HOOK_KEY])
def test_a_credential_is_taken_from_the_environment_before_the_stack(credential, monkeypatch):
    stack = {credential.config_key: "from-the-stack"}.get
    monkeypatch.delenv(credential.variable, raising=False)
    assert credential.find(stack) == "from-the-stack"
    monkeypatch.setenv(credential.variable, "from-the-environment")
    assert credential.find(stack) == "from-the-environment"


def test_where_a_missing_one_goes_is_told():
    assert "RENDER_API_KEY" in RENDER_API_KEY.missing()
    assert "--secret renderDeployHookKey" in RENDER_DEPLOY_HOOK_KEY.missing()
