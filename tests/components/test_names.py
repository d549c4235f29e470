"""Protects names: what the Hub or its client would refuse is refused before any call."""

import random

import pytest
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id

from slipway.errors import ConfigError
from slipway.huggingface.names import check_repo_id, check_setting_names

GOOD = ["acme/demo", "a/b", "A1/x.y_z-9", "acme/" + "x" * 96, "n" * 96 + "/x", "_a/_b", "a/git.gi"]
BAD = [
    "",
    "demo",
    "/demo",
    "acme/",
    "acme/demo/x",
    "spaces/acme/demo",
    "acme/de mo",
    "acme/demo\n",
    "acme/-demo",
    "acme/demo-",
    "acme/.demo",
    "acme/demo.",
    "acme/de--mo",
    "acme/de..mo",
    "ac--me/demo",
    "acme-/demo",
    "acme/demo.git",
    "acme/" + "x" * 97,
    "acme/dém",
    "acme/demo?",
    "https://huggingface.co/acme",
]


@pytest.mark.parametrize("repo_id", GOOD)
def test_a_good_id_passes_here_and_in_the_hubs_own_client(repo_id):
    validate_repo_id(repo_id)
    check_repo_id(repo_id)


@pytest.mark.parametrize("repo_id", BAD)
def test_a_bad_id_is_refused_with_its_value_and_the_rule(repo_id):
    with pytest.raises(ConfigError) as refusal:
        check_repo_id(repo_id)
    assert repr(repo_id) in str(refusal.value)
    assert "'namespace/name'" in str(refusal.value)


def test_what_the_hubs_own_client_refuses_is_refused_here():
    chance = random.Random(20260801)  # noqa: S311 - the same names on every run
    pieces = ["a", "Z", "9", "_", "-", ".", "/", "--", "..", ".git", " ", "é", "x" * 95]
    refused = 0
    for _ in range(4000):
        repo_id = "".join(chance.choices(pieces, k=chance.randint(1, 7)))
        try:
            validate_repo_id(repo_id)
        except HFValidationError:
            refused += 1
            with pytest.raises(ConfigError):
                check_repo_id(repo_id)
    assert 500 < refused < 4000, "the loop must meet both kinds"


def test_ordinary_names_of_settings_pass():
    check_setting_names("a/b", ["HF_TOKEN", "_x"], ["LOG_LEVEL", "lower", "A1"], sdk="docker")
    check_setting_names("a/b", [], ["PUBLIC_URL"], sdk="static")


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A B", "A.B", "É", "A\n", "A=B"])
@pytest.mark.parametrize("where", ["secrets", "variables"])
def test_a_name_that_is_no_environment_variable_is_refused(name, where):
    given = {"secrets": [], "variables": [], where: [name]}
    with pytest.raises(ConfigError) as refusal:
        check_setting_names("a/b", **given, sdk="docker")
    assert repr(name) in str(refusal.value)
    assert "letters, digits and underscores" in str(refusal.value)


@pytest.mark.parametrize(
    "name", ["SPACE_ID", "SPACE_ANYTHING", "ACCELERATOR", "CPU_CORES", "MEMORY"]
)
def test_a_name_that_the_platform_sets_is_refused(name):
    with pytest.raises(ConfigError, match=f"{name} is set by the platform. Use another name"):
        check_setting_names("a/b", [], [name], sdk="docker")


@pytest.mark.parametrize("where", ["secrets", "variables"])
def test_the_mark_that_tells_whose_space_it_is_cannot_be_declared(where):
    given = {"secrets": [], "variables": [], where: ["SLIPWAY_STACK"]}
    with pytest.raises(ConfigError, match="SLIPWAY_STACK"):
        check_setting_names("a/b", **given, sdk="docker")


def test_one_name_as_secret_and_variable_is_refused_with_what_would_happen():
    with pytest.raises(ConfigError) as refusal:
        check_setting_names("a/b", ["ONE", "BOTH"], ["BOTH", "TWO"], sdk="docker")
    assert "BOTH is declared as a secret and as a variable" in str(refusal.value)
    assert "CONFIG_ERROR" in str(refusal.value)


def test_secrets_of_a_static_space_are_refused():
    with pytest.raises(ConfigError) as refusal:
        check_setting_names("a/b", ["API_KEY"], [], sdk="static")
    assert "visitor's browser" in str(refusal.value)
    assert "Remove API_KEY or use the docker sdk" in str(refusal.value)
