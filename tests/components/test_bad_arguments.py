"""Protects that a component refuses bad arguments by name, before it declares anything."""

from dataclasses import fields
from typing import Any, get_type_hints

import pulumi
import pytest

from slipway.core.arguments import check_types
from slipway.docker_host.service import DockerServiceArgs
from slipway.errors import ConfigError
from slipway.github.environments import EnvironmentArgs
from slipway.github.repository import RepositorySettingsArgs
from slipway.github.rulesets import BranchRules
from slipway.huggingface.model_repo.model_repo import ModelRepoArgs
from slipway.huggingface.space.space import SpaceArgs
from slipway.render.postgres.postgres import PostgresArgs
from slipway.render.registry_credential.registry_credential import RegistryCredentialArgs
from slipway.render.service.sources import Image, Repository
from slipway.render.service.static_site import StaticSiteArgs
from slipway.render.service.web_service import DeployArgs, WebServiceArgs
from tests.components.recorder import record

CANARY = "canary-of-a-secret"
ARGUMENTS = {
    SpaceArgs: {"repo_id": "acme/demo", "payload": None},
    ModelRepoArgs: {"repo_id": "acme/demo"},
    WebServiceArgs: {"name": "demo", "image": Image(ref="ghcr.io/acme/demo:1")},
    StaticSiteArgs: {"name": "demo", "repository": Repository(url="https://github.com/acme/demo")},
    PostgresArgs: {"name": "demo"},
    RegistryCredentialArgs: {"name": "demo", "registry": "GITHUB", "username": "ann", "token": "t"},
    DockerServiceArgs: {"name": "demo", "image": "demo:1", "port": 80},
    RepositorySettingsArgs: {"owner": "acme", "repository": "demo"},
    EnvironmentArgs: {"name": "prod"},
    BranchRules: {"branch": "main"},
}
WRONG = {
    str: [7, True, None, ["a"], {"a": "b"}, 1.5, b"text", object(), "a\0b"],
    bool: [0, 1, "true", None, [], object()],
    int: ["7", True, 1.5, [7], object()],
}


def kinds_of(arguments):
    """Each argument with the plain type behind it: text, flag or number; else Mapping or None."""
    hints = get_type_hints(arguments, localns={"Output": pulumi.Output, "T": Any})
    for each in fields(arguments):
        text = str(hints[each.name])
        plain = {"<class 'str'>": str, "<class 'bool'>": bool, "<class 'int'>": int}.get(text)
        yield each.name, int if text == "int | None" else plain, "Mapping" in text


CASES = [
    (arguments, name, value)
    for arguments in ARGUMENTS
    for name, kind, _ in kinds_of(arguments)
    for value in WRONG.get(kind, [])
]
MAPPINGS = [
    (arguments, name) for arguments in ARGUMENTS for name, _, maps in kinds_of(arguments) if maps
]


def refused(arguments, **changes):
    with pytest.raises(ConfigError) as refusal:
        arguments(**{**ARGUMENTS[arguments], **changes})
    said = str(refusal.value)
    assert len(said) < 600, said
    return said


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_what_the_others_start_from_is_accepted(arguments):
    arguments(**ARGUMENTS[arguments])


@pytest.mark.parametrize(
    ("arguments", "name", "value"), CASES, ids=[f"{a.__name__}-{n}-{v!r:.20}" for a, n, v in CASES]
)
def test_an_argument_of_another_type_is_refused_by_name(arguments, name, value):
    said = refused(arguments, **{name: value})
    assert f": {name} " in said, said
    assert "it must be " in said


@pytest.mark.parametrize(("arguments", "name"), MAPPINGS)
@pytest.mark.parametrize("value", ["text", ["a"], {7: "a"}, {"A": ["b"]}, {"A": None}, 7, None])
def test_a_mapping_of_another_shape_is_refused_by_name(arguments, name, value):
    said = refused(arguments, **{name: value})
    assert f": {name}" in said, said


@pytest.mark.parametrize("value", [[CANARY], {CANARY: 1}, CANARY.encode(), CANARY + "\0"])
def test_what_may_be_a_secret_is_never_shown(value):
    assert CANARY not in refused(WebServiceArgs, secrets={"KEY": value})
    assert CANARY not in refused(WebServiceArgs, deploy_hook_key=value)
    assert CANARY not in refused(RegistryCredentialArgs, token=value)


def test_lists_are_held_against_the_type_of_what_is_in_them():
    assert "reviewers is ['ann']" in refused(EnvironmentArgs, reviewers=["ann"])
    assert "checks is 'lint'; it must be a list of text" in refused(BranchRules, checks="lint")
    assert "allowed_cidrs" in refused(PostgresArgs, allowed_cidrs=(7,))
    PostgresArgs(name="demo", allowed_cidrs=["10.0.0.0/8"])  # a list does as well as a tuple


def test_outputs_are_accepted_where_a_value_may_come_later():
    def program():
        later = pulumi.Output.from_input("value")
        WebServiceArgs(**ARGUMENTS[WebServiceArgs], env={"A": later}, deploy_hook_key=later)
        assert "name" in refused(WebServiceArgs, name=later)

    record(program)


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        (SpaceArgs, {"repo_id": ""}),
        (SpaceArgs, {"repo_id": "a/b/c"}),
        (SpaceArgs, {"repo_id": "näme/demo"}),
        (SpaceArgs, {"repo_id": f"acme/{'x' * 97}"}),
        (SpaceArgs, {"sdk": "gradio"}),
        (SpaceArgs, {"hardware": "t4_small"}),
        (SpaceArgs, {"visibility": "hidden"}),
        (SpaceArgs, {"probe_path": "health"}),
        (SpaceArgs, {"timeout_seconds": 0}),
        (SpaceArgs, {"timeout_seconds": -5}),
        (SpaceArgs, {"hardware": "t4-small", "sleep_seconds": -7}),
        (SpaceArgs, {"variables": {"lower case": "x"}}),
        (SpaceArgs, {"variables": {"A": "1"}, "secrets": {"A": "2"}}),
        (ModelRepoArgs, {"repo_id": "demo"}),
        (ModelRepoArgs, {"visibility": "protected"}),
        (WebServiceArgs, {"name": ""}),
        (WebServiceArgs, {"name": "-demo"}),
        (WebServiceArgs, {"name": "x" * 101}),
        (WebServiceArgs, {"region": "Frankfurt"}),
        (WebServiceArgs, {"plan": "huge"}),
        (WebServiceArgs, {"port": 0}),
        (WebServiceArgs, {"port": 65_536}),
        (WebServiceArgs, {"port": 10**30}),
        (WebServiceArgs, {"port": 18012}),
        (WebServiceArgs, {"instances": 0}),
        (WebServiceArgs, {"instances": -1}),
        (WebServiceArgs, {"instances": 10**30}),
        (WebServiceArgs, {"plan": "free", "instances": 2}),
        (WebServiceArgs, {"health_path": "health"}),
        (WebServiceArgs, {"auto_deploy": "on"}),
        (WebServiceArgs, {"delete_policy": "keep"}),
        (WebServiceArgs, {"image": None}),
        (WebServiceArgs, {"deploy": DeployArgs(timeout_seconds=0)}),
        (WebServiceArgs, {"deploy": DeployArgs(timeout_seconds="60")}),
        (WebServiceArgs, {"deploy": DeployArgs(retries=-1)}),
        (WebServiceArgs, {"deploy": DeployArgs(retries=10**30)}),
        (WebServiceArgs, {"deploy": DeployArgs(on_suspended="wake")}),
        (WebServiceArgs, {"image": Image(ref="https://ghcr.io/a/b")}),
        (WebServiceArgs, {"env": {"PORT": "1"}, "port": 80}),
        (WebServiceArgs, {"secret_files": {"a/b": "x"}}),
        (StaticSiteArgs, {"repository": Repository(url="github.com/acme/demo")}),
        (StaticSiteArgs, {"probe_path": ""}),
        (PostgresArgs, {"plan": "huge"}),
        (PostgresArgs, {"version": "8"}),
        (PostgresArgs, {"disk_gb": 0}),
        (PostgresArgs, {"disk_gb": 10**30}),
        (PostgresArgs, {"allowed_cidrs": ("everybody",)}),
        (PostgresArgs, {"timeout_seconds": 0}),
        (RegistryCredentialArgs, {"name": ""}),
        (RegistryCredentialArgs, {"name": " "}),
        (RegistryCredentialArgs, {"username": ""}),
        (RegistryCredentialArgs, {"registry": "github"}),
        (DockerServiceArgs, {"name": "Demo"}),
        (DockerServiceArgs, {"port": 0}),
        (DockerServiceArgs, {"publish": 70_000}),
        (DockerServiceArgs, {"restart": "sometimes"}),
        (DockerServiceArgs, {"memory_mb": 0}),
        (DockerServiceArgs, {"memory_mb": -1}),
        (DockerServiceArgs, {"cpus": 0}),
        (DockerServiceArgs, {"cpus": -1.5}),
        (DockerServiceArgs, {"timeout_seconds": 0}),
        (DockerServiceArgs, {"volumes": {"data": "v"}}),
        (RepositorySettingsArgs, {"owner": ""}),
        (RepositorySettingsArgs, {"repository": "acme/demo"}),
        (RepositorySettingsArgs, {"secrets": {"lower": "x"}}),
        (EnvironmentArgs, {"name": " "}),
        (EnvironmentArgs, {"wait_minutes": -1}),
        (EnvironmentArgs, {"wait_minutes": 10**30}),
        (EnvironmentArgs, {"reviewers": [1, 2, 3, 4, 5, 6, 7]}),
        (BranchRules, {"branch": ""}),
        (BranchRules, {"branch": "refs/heads/main"}),
        (BranchRules, {"reviews": 11}),
        (BranchRules, {"checks": [" "]}),
    ],
    ids=lambda each: each.__name__ if isinstance(each, type) else ascii(each)[:50],
)
def test_a_value_against_a_rule_is_refused(arguments, changes):
    said = refused(arguments, **changes)
    assert ":" in said
    assert said.endswith((".", "it."))


def test_a_class_of_ones_own_is_held_against_its_types_too():
    check_types("It", ARGUMENTS[WebServiceArgs]["image"])
