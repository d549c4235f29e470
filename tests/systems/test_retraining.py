"""Protects what retraining raises: no race with training, secrets where they are needed alone."""

import json

import pytest

from tests.components.recorder import clear_texts, record, unwrap
from tests.systems.raising import raise_system


@pytest.fixture
def raised(stack_values, monkeypatch):
    monkeypatch.setenv("RENDER_API_KEY", "rnd_canary")
    monkeypatch.setenv("GITHUB_TOKEN", "canary-github-token")
    monkeypatch.setenv("GITHUB_BASE_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "passphrase")
    monkeypatch.setenv("RENDER_DEPLOY_HOOK_KEY", "canary-hook-key")
    monkeypatch.setenv("RETRAINING_API_KEY", "canary-api-key")

    def raise_it(stack="dev", **changes):
        values = stack_values(stack)
        own = {**json.loads(values["slipway:retraining"]), **changes}
        values["slipway:retraining"] = json.dumps(own)
        return record(lambda: raise_system("retraining"), values, stack=stack)

    return raise_it


def backend(recorder):
    return recorder["retraining-backend-service"].inputs


def test_a_push_does_not_deploy_the_backend(raised):
    for stack in ("dev", "prod"):
        recorder = raised(stack)
        assert backend(recorder)["auto_deploy"] == "off"
        assert recorder["retraining-frontend-site"].inputs["auto_deploy"] == "off"


def test_the_workflow_finds_its_secrets_in_its_own_environment_alone(raised):
    recorder = raised()
    secrets = recorder.of_type("github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret")
    found = {(each.inputs["secretName"], each.inputs["environment"]) for each in secrets}
    environment = "retraining-dev"
    assert found == {("RENDER_DEPLOY_HOOK", environment)}
    assert recorder.of_type("github:index/actionsSecret:ActionsSecret") == []


def test_where_the_hub_trusts_no_workflow_its_token_lies_in_that_environment(raised):
    recorder = raised(storedToken=True)
    secrets = recorder.of_type("github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret")
    found = {(each.inputs["secretName"], each.inputs["environment"]) for each in secrets}
    assert found == {(name, "retraining-dev") for name in ("HF_TOKEN", "RENDER_DEPLOY_HOOK")}


def test_the_workflow_asks_for_a_token_of_its_own_model_repository(raised):
    made = raised("prod").of_type(
        "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable"
    )
    variables = {each.inputs["variableName"]: each.inputs["value"] for each in made}
    assert variables["HF_OIDC_RESOURCE"] == variables["HF_MODEL_REPO"] == "slipway/late-deliveries"


def test_nothing_of_a_credential_stands_in_clear(raised):
    recorder = raised("prod")
    texts = [text for each in recorder.resources.values() for text in clear_texts(each.inputs)]
    assert not [text for text in texts if "canary" in text]


def test_without_the_hooks_key_it_warns_and_raises_the_rest(raised, monkeypatch):
    monkeypatch.setenv("RENDER_DEPLOY_HOOK_KEY", "")
    recorder = raised()
    [warning] = [each for each in recorder.warnings if "RENDER_DEPLOY_HOOK_KEY" in each]
    assert "`pulumi config set --secret renderDeployHookKey`" in warning
    assert "one that an earlier run laid there is taken away" in warning
    secrets = recorder.of_type("github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret")
    assert secrets == []


def test_prod_is_closed_and_dev_is_open(raised):
    closed, opened = backend(raised("prod")), backend(raised("dev"))
    assert closed["env"]["AUTH_REQUIRED"] == "true"
    assert set(unwrap(closed["secrets"])) == {"API_KEY"}
    assert (opened["env"]["AUTH_REQUIRED"], dict(unwrap(opened["secrets"]))) == ("false", {})


def test_a_pinned_revision_is_served_and_proven(raised):
    pin = "a" * 40
    recorder = raised(modelRevision=pin)
    assert backend(recorder)["env"]["MODEL_REVISION"] == pin
    expected = recorder["retraining-backend-deploy"].inputs["expect"]
    assert expected == {"status": "healthy", "revision": pin}
    assert raised()["retraining-backend-deploy"].inputs["expect"] == {"status": "healthy"}
