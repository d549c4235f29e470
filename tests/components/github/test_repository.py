"""Protects what is declared of a repository, in which order, and that no value crosses in clear."""

import json
from pathlib import Path

import pytest
import yaml
from pulumi import ComponentResource, ResourceOptions

from slipway.core.credentials import Credential
from slipway.core.secrecy.sealing import unseal
from slipway.errors import ConfigError, DeployError
from slipway.github.environments import EnvironmentArgs
from slipway.github.repository import RepositorySettings, RepositorySettingsArgs
from slipway.github.rulesets import BranchRules
from slipway.github.secrets.api_key import api_key
from slipway.github.secrets.kept_key import keep
from slipway.render.service.hook import DEPLOY_HOOK, deploy_hook_secret
from tests.components.recorder import OUTPUTS, clear_texts, is_secret, record, unwrap

CHECKOUT = Path(__file__).parents[3]
TOKEN = "ghp_canary-token"
GIVEN_AS = Credential("SLIPWAY_API_KEY", "apiKey", "API key")
ENVIRONMENT_TYPE = "github:index/repositoryEnvironment:RepositoryEnvironment"
SERVICE = "srv-0123456789abcdefghij"


@pytest.fixture(autouse=True)
def platform(monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_BASE_URL", "http://127.0.0.1:7/")
    for name in ("GITHUB_OWNER", "SLIPWAY_API_KEY", "PULUMI_CONFIG_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE_FILE", raising=False)
    monkeypatch.setenv("RENDER_API_URL", "http://127.0.0.1:8/v1")
    sealed = {"encrypted": "only-github-opens-it", "key_id": "42"}
    monkeypatch.setitem(OUTPUTS, "pulumi-python:dynamic/github:SealedSecret", sealed)
    page = {"page": "http://127.0.0.1:7/acme/demo"}
    monkeypatch.setitem(OUTPUTS, "pulumi-python:dynamic/github:Claim", page)


def declared(config=None, secret_keys=(), **values):
    args = {"owner": "acme", "repository": "demo", **values}

    def program():
        return {"page": RepositorySettings("it", RepositorySettingsArgs(**args)).page}

    return record(program, config, secret_keys)


def inputs(registration):
    return {key: unwrap(value) for key, value in registration.inputs.items()}


def test_a_secrets_value_crosses_sealed_and_github_gets_ciphertext():
    seen = declared(secrets={"HF_TOKEN": "canary-value"})
    sealed = seen["acme/demo/secret/HF_TOKEN/sealed"]
    assert is_secret(sealed.inputs["sealed"])
    assert unseal(TOKEN, inputs(sealed)["sealed"]) == "canary-value"
    secret = seen["acme/demo/secret/HF_TOKEN"]
    assert inputs(secret) == {
        "repository": "demo",
        "secretName": "HF_TOKEN",
        "valueEncrypted": "only-github-opens-it",
        "keyId": "42",
    }
    for each in seen.resources.values():
        assert "canary-value" not in json.dumps(each.inputs, default=str)
        assert TOKEN not in json.dumps(each.inputs, default=str)


def test_a_token_of_the_environment_stays_there():
    seen = declared(config={"slipway:githubToken": "of-the-stack"})
    [provider] = seen.of_type("pulumi:providers:github")
    assert inputs(provider) == {"baseUrl": "http://127.0.0.1:7/", "owner": "acme"}


def test_a_token_of_the_stack_alone_is_handed_over_as_a_secret(monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN")
    seen = declared(
        config={"slipway:githubToken": "of-the-stack"}, secret_keys=("slipway:githubToken",)
    )
    [provider] = seen.of_type("pulumi:providers:github")
    assert inputs(provider)["token"] == "of-the-stack"
    assert "of-the-stack" not in clear_texts(provider.inputs)


def test_without_a_token_nothing_is_declared_and_both_ways_are_named(monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN")
    with pytest.raises(ConfigError, match=r"Export GITHUB_TOKEN.*--secret githubToken"):
        declared()


def test_the_environments_owner_wins(monkeypatch):
    monkeypatch.setenv("GITHUB_OWNER", "other")
    seen = declared()
    assert inputs(seen.of_type("pulumi:providers:github")[0])["owner"] == "other"
    assert inputs(seen["it-claim"])["owner"] == "other"


EVERYTHING = {
    "secrets": {"HF_TOKEN": "a"},
    "variables": {"SPACE_ID": "b"},
    "branches": {"branch": BranchRules(branch="main", checks=["lint", "test"], reviews=1)},
    "environments": {
        "deployment": EnvironmentArgs(
            name="a/b",
            branch="main",
            secrets={"KEY": "c"},
            variables={"URL": "d"},
        )
    },
}


def test_everything_is_claimed_and_belongs_to_the_component_and_its_provider():
    seen = declared(**EVERYTHING, protect=True)
    made = [each for each in seen.resources.values() if each.type.startswith("github:index/")]
    assert {each.name for each in made} == {
        "acme/demo/secret/HF_TOKEN",
        "acme/demo/variable/SPACE_ID",
        "acme/demo/rules/main",
        "acme/demo/environment/a=2Fb",
        "acme/demo/environment/a=2Fb/branch",
        "acme/demo/environment/a=2Fb/secret/KEY",
        "acme/demo/environment/a=2Fb/variable/URL",
    }
    assert {each.parent for each in made} == {"it"}
    assert {each.provider for each in made} == {"github-acme"}
    assert all(each.protect for each in made)
    claims = inputs(seen["it-claim"])["claims"]
    # The branch policy lives and dies with its environment: nobody else can have made it.
    assert {logical for *_, logical in claims} == {each.name for each in made} - {
        "acme/demo/environment/a=2Fb/branch"
    }
    assert seen.outputs == {"page": "http://127.0.0.1:7/acme/demo"}


def test_another_key_or_name_in_the_program_is_no_other_resource():
    def urns(role, component):
        args = {
            **EVERYTHING,
            "environments": {role: EVERYTHING["environments"]["deployment"]},
            "branches": {role: EVERYTHING["branches"]["branch"]},
        }

        def program():
            RepositorySettings(
                component, RepositorySettingsArgs(owner="acme", repository="demo", **args)
            )

        made = record(program).resources.values()
        return {each.urn for each in made if each.type.startswith(("github:", "pulumi-python:"))}

    named = urns("deployment", "it")
    assert urns("release", "it") == named
    differ = urns("deployment", "renamed") ^ named
    assert {urn.rpartition("::")[2] for urn in differ} == {"it-claim", "renamed-claim"}


def test_names_that_look_alike_are_two_resources():
    environments = {
        str(number): EnvironmentArgs(name=name, secrets={key: "x"})
        for number, (name, key) in enumerate(
            [("a/b", "KEY"), ("a-b", "KEY"), ("a=2Fb", "KEY"), ("a", "B_KEY"), ("a::b", "KEY")]
        )
    }
    seen = declared(environments=environments)
    found = {each.name for each in seen.of_type(ENVIRONMENT_TYPE)}
    assert len(found) == len(environments)
    assert not any("::" in name for name in found)


def test_what_a_refusal_says_to_import_names_the_component_where_it_is():
    def program():
        below = ResourceOptions(parent=ComponentResource("test:test:Group", "group"))
        RepositorySettings("it", RepositorySettingsArgs(owner="acme", repository="demo"), below)

    seen = record(program)
    assert inputs(seen["it-claim"])["parent"] == seen["it"].urn
    assert "test:test:Group$slipway:github:RepositorySettings::it" in seen["it"].urn
    assert inputs(seen["it-claim"])["provider"].endswith("::pulumi:providers:github::github-acme")


def test_the_hooks_address_is_composed_and_a_secret():
    def program():
        hook = deploy_hook_secret(SERVICE, "hookKey01")
        inside = EnvironmentArgs(name="prod", secrets={DEPLOY_HOOK: hook})
        args = {"owner": "acme", "repository": "demo", "environments": {"deployment": inside}}
        RepositorySettings("it", RepositorySettingsArgs(**args))

    made = record(program)["acme/demo/environment/prod/secret/RENDER_DEPLOY_HOOK/sealed"]
    assert is_secret(made.inputs["sealed"])
    sealed = inputs(made)["sealed"]
    assert unseal(TOKEN, sealed) == f"http://127.0.0.1:8/deploy/{SERVICE}?key=hookKey01"


def test_rules_ask_for_what_was_said():
    seen = declared(**EVERYTHING)
    asked = inputs(seen["acme/demo/rules/main"])
    assert asked["conditions"] == {"refName": {"includes": ["refs/heads/main"], "excludes": []}}
    assert asked["rules"]["pullRequest"] == {"requiredApprovingReviewCount": 1}
    checks = asked["rules"]["requiredStatusChecks"]["requiredChecks"]
    assert checks == [{"context": "lint"}, {"context": "test"}]
    assert asked["bypassActors"][0]["actorType"] == "RepositoryRole"
    strict = {"branch": BranchRules(branch="main", admins_bypass=False)}
    asked = inputs(declared(branches=strict)["acme/demo/rules/main"])
    assert not asked["bypassActors"]
    assert set(asked["rules"]) == {"deletion", "nonFastForward"}


def test_an_environments_things_name_it_by_its_output():
    seen = declared(**EVERYTHING)
    inside = [each for name, each in seen.resources.items() if "/environment/a=2Fb/" in name]
    assert inside
    assert {inputs(each)["environment"] for each in inside} == {"a/b"}


# --- the API key


def key(config=None, secret_keys=()):
    seen = []
    recorded = record(
        lambda: {
            "key": api_key("it", given_as=GIVEN_AS).apply(lambda value: seen.append(value) or value)
        },
        config,
        secret_keys,
    )
    return seen, recorded


def test_a_given_api_key_is_used_and_none_is_drawn(monkeypatch):
    seen, recorded = key({"slipway:apiKey": "of-the-stack"}, ("slipway:apiKey",))
    assert seen == ["of-the-stack"]
    monkeypatch.setenv("SLIPWAY_API_KEY", "of-the-environment")
    assert key({"slipway:apiKey": "of-the-stack"})[0] == ["of-the-environment"]
    assert recorded.of_type("pulumi-python:dynamic/github:GeneratedKey") == []


def test_a_drawn_api_key_comes_out_of_the_state_sealed(monkeypatch):
    kept = {"kept": keep(TOKEN, "drawn-once")}
    monkeypatch.setitem(OUTPUTS, "pulumi-python:dynamic/github:GeneratedKey", kept)
    seen, recorded = key()
    assert seen == ["drawn-once"]
    [made] = recorded.of_type("pulumi-python:dynamic/github:GeneratedKey")
    assert made.secret_outputs == {"kept"}


def test_a_drawn_api_key_that_can_not_be_opened_is_an_error_of_the_program(monkeypatch):
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "of the stack")
    kept = {"kept": keep(TOKEN, "drawn-once")}
    monkeypatch.setitem(OUTPUTS, "pulumi-python:dynamic/github:GeneratedKey", kept)
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE")  # it was typed in, at the engine's question
    with pytest.raises(DeployError, match=r"as apiKey can't be opened.*PULUMI_CONFIG_PASSPHRASE"):
        key()


# --- the stack files


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_required_checks_are_jobs_of_the_workflow_that_runs_for_the_branch(stack):
    own = yaml.safe_load((CHECKOUT / f"Pulumi.{stack}.yaml").read_text())["config"]
    values = own["slipway:repository"]
    text = (CHECKOUT / ".github/workflows/checks.yml").read_text()
    workflow = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - else `on` is read as true
    names = {job.get("name", key) for key, job in workflow["jobs"].items()}
    assert values["checks"]
    assert set(values["checks"]) <= names
    assert "pull_request" in workflow["on"]
