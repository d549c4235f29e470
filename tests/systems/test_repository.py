"""Protects who can read the secrets that deploy a stack: one branch's jobs, after the reviewers."""

import json

import pytest

from slipway.core.findings import Severity
from slipway.core.secrecy.sealing import unseal
from slipway.errors import ConfigError
from tests.components.recorder import clear_texts, is_secret, record, unwrap
from tests.systems.raising import findings_of, raise_system

SECRET = "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret"
OF_THE_REPOSITORY = "github:index/actionsSecret:ActionsSecret"
SEALED = "pulumi-python:dynamic/github:SealedSecret"
BRANCHES = {"dev": "dev", "prod": "main"}


@pytest.fixture
def raised(stack_values, monkeypatch):
    monkeypatch.setenv("GITHUB_BASE_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("SLIPWAY_API_KEY", "canary-api-key")
    monkeypatch.setenv("RENDER_DEPLOY_HOOK_KEY", "canaryHookKey")

    def raise_it(stack="dev", **changes):
        values = stack_values(stack)
        own = {**json.loads(values["slipway:repository"]), **changes}
        values["slipway:repository"] = json.dumps(own)
        return record(lambda: raise_system("repository"), values, stack=stack)

    return raise_it


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_every_secret_lies_in_the_stacks_environment_which_one_branch_alone_may_use(raised, stack):
    recorder = raised(stack, storedToken=True, deployHookService="srv-0123456789abcdefghij")
    found = {(s.inputs["secretName"], s.inputs["environment"]) for s in recorder.of_type(SECRET)}
    names = {"HF_TOKEN", "API_KEY", "RENDER_DEPLOY_HOOK"}
    assert found == {(name, stack) for name in names}
    assert recorder.of_type(OF_THE_REPOSITORY) == []
    [policy] = recorder.of_type(
        "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"
    )
    wanted = {"environment": stack, "branchPattern": BRANCHES[stack], "repository": "slipway"}
    assert dict(policy.inputs) == wanted


def test_each_stacks_own_values_are_what_lies_there(raised, monkeypatch):
    for token in ("canary-of-dev", "canary-of-prod"):
        monkeypatch.setenv("HF_TOKEN", token)
        made = raised(storedToken=True).of_type(SEALED)
        boxes = {each.inputs["name"]: each.inputs for each in made}
        assert is_secret(boxes["HF_TOKEN"]["sealed"])
        opened = {
            name: unseal("canary-github-token", unwrap(box["sealed"]))
            for name, box in boxes.items()
        }
        assert opened == {"HF_TOKEN": token, "API_KEY": "canary-api-key"}


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_no_token_of_the_hub_is_stored_where_nobody_asked_for_it(raised, stack):
    laid = {each.inputs["secretName"] for each in raised(stack).of_type(SECRET)}
    assert laid == {"API_KEY"}


def test_nothing_of_a_credential_stands_in_clear(raised):
    recorder = raised("prod", storedToken=True, deployHookService="srv-0123456789abcdefghij")
    texts = [text for each in recorder.resources.values() for text in clear_texts(each.inputs)]
    assert not [text for text in texts if "canary" in text]


@pytest.mark.parametrize("branch", ["", "  "])
def test_an_environment_that_every_branch_could_read_is_refused(raised, branch):
    with pytest.raises(ConfigError, match=r"slipway:repository\.branch is .*a branch's name"):
        raised(branch=branch)


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_what_deploys_a_stack_finds_its_state_and_the_key_and_no_token(raised, stack, monkeypatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://states")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "canary-passphrase")
    recorder = raised(stack, deploys=True)
    names = {stack, f"{stack}-plan", f"{stack}-drift"}
    found = {(s.inputs["secretName"], s.inputs["environment"]) for s in recorder.of_type(SECRET)}
    for name in names:
        assert ("PULUMI_CONFIG_PASSPHRASE", name) in found
    assert not [where for what, where in found if what == "HF_TOKEN"]
    policies = recorder.of_type(
        "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"
    )
    # Schedules run on main, whatever branch deploys the stack.
    assert {p.inputs["environment"]: p.inputs["branchPattern"] for p in policies} == {
        stack: BRANCHES[stack],
        f"{stack}-plan": BRANCHES[stack],
        f"{stack}-drift": "main",
    }
    texts = [text for each in recorder.resources.values() for text in clear_texts(each.inputs)]
    assert not [text for text in texts if "canary" in text]
    assert texts.count("s3://states") >= len(names)


def test_a_preview_from_a_snapshot_lays_out_the_state_of_the_deployment(raised, monkeypatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///of-the-preview")
    monkeypatch.setenv("SLIPWAY_BACKEND_URL", "s3://states")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "canary-passphrase")
    texts = [
        text
        for each in raised(deploys=True).resources.values()
        for text in clear_texts(each.inputs)
    ]
    assert "s3://states" in texts
    assert "file:///of-the-preview" not in texts


def test_a_state_that_is_nowhere_is_refused_and_so_is_a_missing_key(raised, monkeypatch):
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "canary-passphrase")
    with pytest.raises(ConfigError, match=r"repository\.deploys: PULUMI_BACKEND_URL is not set"):
        raised(deploys=True)
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://states")
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE")
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE_FILE", raising=False)
    with pytest.raises(ConfigError, match="Export PULUMI_CONFIG_PASSPHRASE") as refusal:
        raised(deploys=True)
    # The stack's own file can't hold what opens it: no key of that name is known there.
    assert "config set" not in str(refusal.value)


def test_workflows_and_whoever_raises_the_stack_mean_the_same_owner(raised, monkeypatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://states")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "canary-passphrase")
    monkeypatch.setenv("GITHUB_OWNER", "ada")
    with pytest.raises(ConfigError, match="`pulumi config set githubOwner ada`"):
        raised(deploys=True)
    monkeypatch.setenv("GITHUB_OWNER", "slipway")
    assert raised(deploys=True).of_type(SEALED)


def test_the_key_may_stand_in_a_file_as_the_engine_takes_it(raised, monkeypatch, tmp_path):
    file = tmp_path / "passphrase"
    file.write_text("canary-passphrase\n")
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://states")
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE", raising=False)
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", str(file))
    made = raised(deploys=True).of_type(SEALED)
    sealed = [e.inputs["sealed"] for e in made if e.inputs["name"] == "PULUMI_CONFIG_PASSPHRASE"]
    assert len(sealed) == 3
    opened = {unseal("canary-github-token", unwrap(each)) for each in sealed}
    assert opened == {"canary-passphrase"}


@pytest.mark.parametrize(
    ("stack", "changes", "said"),
    [
        ("prod", {"deploys": True}, True),
        ("prod", {"deploys": True, "reviewers": [7]}, False),
        ("prod", {}, False),
        ("dev", {"deploys": True}, False),
    ],
)
def test_a_production_that_is_deployed_with_nobodys_approval_is_said(
    stack_values, monkeypatch, stack, changes, said
):
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://states")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "canary-passphrase")
    values = stack_values(stack)
    own = {**json.loads(values["slipway:repository"]), **changes}
    values["slipway:repository"] = json.dumps(own)
    found = []
    record(lambda: found.extend(findings_of("repository")), values, stack=stack)
    warnings = [each for each in found if each.severity is Severity.WARNING]
    assert [each.subject for each in warnings] == ["slipway:repository.reviewers"] * said
