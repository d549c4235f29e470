"""Protects what is refused before any call: names GitHub would refuse, change or mix up."""

import pytest

from slipway.errors import ConfigError
from slipway.github.environments import EnvironmentArgs
from slipway.github.names import MOST_VALUES, SIZE_LIMIT, check_values
from slipway.github.repository import RepositorySettingsArgs
from slipway.github.rulesets import BranchRules

BASE = {"owner": "acme", "repository": "demo"}


def refused(**values):
    with pytest.raises(ConfigError) as caught:
        RepositorySettingsArgs(**{**BASE, **values})
    return str(caught.value)


@pytest.mark.parametrize("name", ["A", "_A", "HF_TOKEN", "A1", "GITHUBX"])
def test_an_ordinary_name_passes(name):
    check_values("there", [name], {f"{name}_2": "v"})


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("hf_token", "'HF_TOKEN' would do"),
        ("HF-TOKEN", "'HF_TOKEN' would do"),
        ("1A", "no digit first"),
        ("", "upper case"),
        ("Ä", "upper case"),
        ("A\n", "upper case"),
        ("GITHUB_TOKEN", "'GH_TOKEN' would do"),
    ],
)
@pytest.mark.parametrize("kind", ["secret", "variable"])
def test_another_name_is_refused_with_one_that_would_do(kind, name, says):
    said = refused(**{f"{kind}s": {name: "canary-value"}})
    assert repr(name) in said
    assert kind in said
    assert says in said
    assert "canary-value" not in said
    inside = EnvironmentArgs(name="prod", **{f"{kind}s": {name: "v"}})
    assert "environment prod" in refused(environments={"deployment": inside})


def test_one_name_for_a_secret_and_a_variable_is_refused_where_they_meet():
    both = {"secrets": {"TOKEN": "a"}, "variables": {"TOKEN": "b"}}
    assert "both a secret and a variable" in refused(**both)
    said = refused(environments={"deployment": EnvironmentArgs(name="prod", **both)})
    assert "environment prod: TOKEN" in said
    # One inside of an environment and one outside never meet under one name of a context.
    inside = EnvironmentArgs(name="prod", variables={"TOKEN": "b"})
    RepositorySettingsArgs(**BASE, secrets={"TOKEN": "a"}, environments={"deployment": inside})


def test_a_value_is_measured_in_bytes_and_never_shown():
    check_values("there", [], {"A": "x" * SIZE_LIMIT})
    said = refused(variables={"A": "ü" * (SIZE_LIMIT // 2 + 1)})
    assert f"{SIZE_LIMIT + 2} bytes" in said
    assert "ü" not in said


def test_more_values_than_github_keeps_are_refused():
    names = {f"A{number}": "v" for number in range(MOST_VALUES + 1)}
    assert f"GitHub keeps {MOST_VALUES}" in refused(secrets=names)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"repository": "acme/demo"}, "write the name alone, 'demo', and its owner, 'acme'"),
        ({"repository": "my demo"}, "letters, digits"),
        ({"repository": ".."}, "letters, digits"),
        ({"repository": ""}, "letters, digits"),
        ({"owner": ""}, "Set githubOwner of the stack or GITHUB_OWNER"),
        ({"owner": "a/b"}, "Set githubOwner of the stack or GITHUB_OWNER"),
    ],
)
def test_an_owner_stands_apart_from_the_repository(values, says):
    assert says in refused(**values)


def test_two_of_one_name_are_refused_whatever_their_case():
    two = {"a": EnvironmentArgs(name="prod"), "b": EnvironmentArgs(name="Prod")}
    assert "declared twice" in refused(environments=two)
    rules = {"a": BranchRules(branch="main"), "b": BranchRules(branch="main")}
    assert "declared twice" in refused(branches=rules)


@pytest.mark.parametrize("name", ["a/b", "a:b", "per cent %", "dev"])
def test_an_environment_may_have_any_name(name):
    assert EnvironmentArgs(name=name).protection() == {}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"name": " "}, "1 to 255"),
        ({"name": "x" * 256}, "1 to 255"),
        ({"name": "e", "reviewers": range(4), "team_reviewers": range(3)}, "GitHub takes 6"),
        ({"name": "e", "wait_minutes": 43201}, "43200"),
        ({"name": "e", "wait_minutes": -1}, "43200"),
    ],
)
def test_what_an_environment_can_not_have_is_refused(values, says):
    with pytest.raises(ConfigError, match=says):
        EnvironmentArgs(**values)


def test_of_an_environment_only_what_was_asked_for_is_said():
    args = EnvironmentArgs(name="prod", branch="main", reviewers=[7], wait_minutes=5)
    assert args.protection() == {
        "reviewers": [{"users": [7]}],
        "prevent_self_review": False,
        "wait_timer": 5,
        "deployment_branch_policy": {
            "protected_branches": False,
            "custom_branch_policies": True,
        },
    }


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"branch": "refs/heads/main"}, "write the branch's name"),
        ({"branch": "~ALL"}, "write the branch's name"),
        ({"branch": ""}, "write the branch's name"),
        ({"branch": "main", "reviews": 11}, "0 to 10"),
        ({"branch": "main", "checks": ["lint", " "]}, "name of a check is empty"),
    ],
)
def test_what_rules_can_not_be_is_refused(values, says):
    with pytest.raises(ConfigError, match=says):
        BranchRules(**values)
