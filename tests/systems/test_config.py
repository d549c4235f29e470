"""Protects the reading of stack values: nothing unknown, missing or mistyped passes in silence."""

import ast
from dataclasses import dataclass

import pytest

from slipway.errors import ConfigError
from systems.config import StackConfig, parse_settings
from systems.credentials import ALL
from tests.components.recorder import record
from tests.systems.conftest import CHECKOUT

KEY = "slipway:thing"
BASE = {
    "slipway:systems": '["inference"]',
    "slipway:hfNamespace": "acme",
    "slipway:protect": "true",
}


@dataclass(frozen=True)
class Settings:
    space: str
    train_here: bool
    replicas: int = 1
    log_level: str = "INFO"


def refusal(values):
    with pytest.raises(ConfigError) as caught:
        parse_settings(KEY, values, Settings)
    return str(caught.value)


def test_camel_case_keys_become_fields_and_defaults_stay():
    values = {"space": "demo", "trainHere": True, "logLevel": "DEBUG"}
    assert parse_settings(KEY, values, Settings) == Settings("demo", True, 1, "DEBUG")


def test_an_unknown_key_is_named_with_all_that_are_known():
    said = refusal({"space": "demo", "trainHere": True, "logLvl": "DEBUG"})
    assert "slipway:thing.logLvl is unknown" in said
    assert "Known are logLevel, replicas, space, trainHere." in said


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("space", 7, "str"),
        ("trainHere", "true", "bool"),
        ("trainHere", 1, "bool"),
        ("replicas", True, "int"),
        ("replicas", "2", "int"),
        ("replicas", 2.5, "int"),
        ("space", None, "str"),
    ],
)
def test_a_value_of_another_type_is_named_with_the_type_it_must_have(key, value, kind):
    said = refusal({"space": "demo", "trainHere": True, key: value})
    assert f"slipway:thing.{key} is {value!r}; it must be a {kind}." in said


def test_missing_keys_are_named_as_the_stack_file_writes_them():
    assert "slipway:thing lacks space, trainHere. Add it to this stack's file." in refusal({})


def load(config=None, check=None, **options):
    """Runs `check` on the loaded stack inside a program and returns what it gives."""
    return record(lambda: check(StackConfig.load()), {**BASE, **(config or {})}, **options).outputs


def test_the_stack_is_read_into_types():
    seen = []
    load(check=seen.append)
    assert (seen[0].systems, seen[0].hf_namespace, seen[0].protect) == (
        ("inference",),
        "acme",
        True,
    )


@pytest.mark.parametrize("key", sorted(BASE))
def test_a_stack_without_one_of_its_keys_is_refused_by_name(key):
    config = {other: value for other, value in BASE.items() if other != key}
    name = key.partition(":")[2]
    with pytest.raises(ConfigError, match=f"Stack slipway lacks {name}. Add it"):
        record(StackConfig.load, config)


def test_a_systems_values_are_read_from_the_key_of_its_name():
    seen = []
    config = {"slipway:thing": '{"space": "demo", "trainHere": false}'}
    load(config, lambda stack: seen.append(stack.settings("thing", Settings)))
    assert seen == [Settings("demo", train_here=False)]


def test_a_secret_among_values_of_which_none_may_be_one_is_refused():
    config = {"slipway:thing": '{"space": "canary", "trainHere": false}'}
    with pytest.raises(ConfigError, match=r"slipway:thing holds a secret.*--secret --path") as said:
        load(
            config,
            lambda stack: stack.settings("thing", Settings),
            secret_keys=("slipway:thing",),
        )
    assert "canary" not in str(said.value)


def test_a_system_without_values_is_refused_by_its_key():
    with pytest.raises(ConfigError, match="slipway:thing lacks space"):
        load({}, lambda stack: stack.settings("thing", Settings))


@pytest.mark.parametrize(("name", "id_"), [("demo", "acme/demo"), ("other/demo", "other/demo")])
def test_a_name_gets_the_stacks_namespace_unless_it_has_one(name, id_):
    seen = []
    load({}, lambda stack: seen.append(stack.hub_id(name)))
    assert seen == [id_]


def test_settings_whose_annotations_are_text_are_read_all_the_same():
    @dataclass(frozen=True)
    class Late:
        space: "str"
        replicas: "int" = 1

    assert parse_settings(KEY, {"space": "demo"}, Late) == Late("demo", 1)
    with pytest.raises(ConfigError, match="replicas is '2'; it must be a int"):
        parse_settings(KEY, {"space": "demo", "replicas": "2"}, Late)


def test_what_a_credentials_message_advises_is_a_key_that_the_stack_knows():
    """`pulumi config set --secret KEY` of its message would else be refused by the next plan."""
    files = [file for room in ("components", "systems") for file in (CHECKOUT / room).rglob("*.py")]
    calls = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    advised = {
        each.args[1].value
        for each in calls
        if isinstance(each, ast.Call)
        and getattr(each.func, "id", "") == "Credential"
        and isinstance(each.args[1], ast.Constant)
    }
    assert "hfToken" in advised
    assert advised == {each.config_key for each in ALL}
