"""Settings of rules: closed by default, and nothing in them is ignored."""

import json

import pytest

from policies.check import check, stops
from policies.rule import Level
from policies.rules import ALL
from policies.settings import FOLDER, load, of_stack, parse, strict
from policies.values import UNKNOWN
from slipway.errors import ConfigError
from tests.policies.things import service
from tests.policies.things import stack as stack_of


def test_a_stack_without_a_file_is_as_strict_as_prod():
    assert of_stack("anything", ALL) == strict(ALL)
    assert {name: each.level for name, each in strict(ALL).items()} == {r.name: r.prod for r in ALL}


def test_devs_file_says_what_the_rules_say_of_dev():
    assert {name: s.level for name, s in of_stack("dev", ALL).items()} == {
        r.name: r.dev for r in ALL
    }


def test_prods_file_makes_no_rule_weaker():
    assert {n: s.level for n, s in of_stack("prod", ALL).items()} == {r.name: r.prod for r in ALL}


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_every_exception_has_a_reason_and_none_is_for_everything(stack):
    for each in json.loads((FOLDER / f"{stack}.json").read_text()).values():
        exceptions = each.get("except", {}) if isinstance(each, dict) else {}
        assert all(len(why.split()) > 3 for why in exceptions.values())
        assert "*" not in exceptions


def test_a_level_for_all_is_taken_where_a_rule_says_nothing():
    settings = parse("x", {"all": "disabled", "regions": "advisory"}, ALL)
    assert settings["regions"].level is Level.ADVISORY
    assert {each.level for name, each in settings.items() if name != "regions"} == {Level.DISABLED}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "must be an object"),
        ({"protcted": "mandatory"}, "no rule protcted"),
        ({"regions": {"allowd": []}}, "knows no allowd"),
        ({"regions": "strict"}, "use one of mandatory"),
        ({"regions": {"except": {"Space x": ""}}}, "why it may break"),
        ({"regions": {"except": ["Space x"]}}, "why it may break"),
        ({"regions": 3}, "must be a level or an object"),
    ],
)
def test_what_no_rule_knows_is_refused(content, said):
    with pytest.raises(ConfigError, match=said):
        parse("x.json", content, ALL)


def test_a_file_that_is_not_there_or_no_json_is_refused_by_name(tmp_path):
    with pytest.raises(ConfigError, match=r"gone\.json: no such file"):
        load(tmp_path / "gone.json", ALL)
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(ConfigError, match=r"bad\.json is no JSON"):
        load(tmp_path / "bad.json", ALL)


def test_a_stack_may_refuse_what_nobody_can_tell():
    rule = next(each for each in ALL if each.name == "regions")
    everything = stack_of(service(region=UNKNOWN))
    for level in Level:
        settings = parse("x", {"undecided": level.value}, ALL)
        found = check(everything, [rule], settings)
        assert stops(found) is (level is Level.MANDATORY)
    assert not stops(check(everything, [rule], strict(ALL)))
