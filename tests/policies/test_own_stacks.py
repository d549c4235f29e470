"""The project's own stacks keep the rules, and a value that would break one is found."""

import json
import os
import runpy

import pulumi
import pytest

from policies.check import check, stops, table
from policies.costs import costs
from policies.rule import Outcome
from policies.rules import ALL
from policies.settings import of_stack
from slipway.huggingface.space import hardware
from slipway.render.plans import AS_OF
from tests.components.recorder import OUTPUTS, record
from tests.policies.recorded import everything
from tests.systems.conftest import CHECKOUT, checkout, stack_values

__all__ = ["checkout", "stack_values"]

IMAGE = "docker-build:index:Image"
FACTS = "pulumi-python:dynamic/docker:ImageFacts"
DIGEST = "sha256:" + "d" * 64
GIVEN = (
    "RENDER_API_KEY",
    "RENDER_DEPLOY_HOOK_KEY",
    "SLIPWAY_API_KEY",
    "SYMPTOMS_API_KEY",
    "RETRAINING_API_KEY",
    "TURNOVER_API_KEY",
)


@pytest.fixture
def declared(stack_values, monkeypatch, tmp_path):
    """What a stack declares, all values known, after some of its values were changed."""
    for name in GIVEN:
        monkeypatch.setenv(name, f"canary-{name}")
    monkeypatch.setenv("SLIPWAY_REGISTRY", "registry.test")
    monkeypatch.setitem(OUTPUTS, IMAGE, {"ref": f"registry.test/it:1@{DIGEST}", "digest": DIGEST})
    facts = {"size_bytes": 5.0, "model_layer": "sha256:d", "model_layer_bytes": 3.0}
    monkeypatch.setitem(OUTPUTS, FACTS, facts)
    monkeypatch.setattr(pulumi, "export", lambda *_: None)
    (tmp_path / "app").symlink_to(CHECKOUT / "app")
    monkeypatch.chdir(tmp_path)  # frigo composes its build context beside the program

    def of(stack, system="", **changes):
        values = stack_values(stack)
        if system:
            key = f"slipway:{system}"
            values[key] = json.dumps({**json.loads(values[key]), **changes})

        def program():
            runpy.run_path(str(CHECKOUT / "__main__.py"))

        return everything(record(program, values, stack=stack))

    return of


@pytest.fixture
def results(declared):
    """What the rules say of it."""
    return lambda stack, *system, **changes: check(
        declared(stack, *system, **changes), ALL, of_stack(stack, ALL)
    )


def test_the_price_that_newcomers_are_told_is_that_of_the_lists(declared):
    pages = [(CHECKOUT / page).read_text() for page in ("README.md", "docs/real-platforms.md")]
    prices = {}
    for stack in ("dev", "prod"):
        dollars = [each.dollars for each in costs(declared(stack))]
        assert len(dollars) == {"dev": 7, "prod": 8}[stack]
        prices[stack] = sum(dollars)  # each is known: no list is without a price
    assert "dev costs ${dev:g} and prod ${prod:.2f}".format(**prices) in pages[0]
    assert "| **${dev:.2f}** | **${prod:.2f}** |".format(**prices) in pages[1]
    assert {AS_OF, hardware.AS_OF} == {"2026-08"}
    assert "price lists of 2026-08" in pages[1]


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_projects_own_stacks_keep_the_mandatory_rules(stack, results):
    found = results(stack)
    assert not stops(found), table(found)
    # With every value known nothing is left open but prices that no list has.
    assert {each.rule for each in found if each.outcome is Outcome.UNDECIDED} <= {"monthly-budget"}


def broken(results):
    return {(each.rule, each.object) for each in results if each.stops}


def test_a_prod_that_is_open_or_talks_too_much_is_stopped(results):
    found = broken(results("prod", "symptoms", authRequired=False, logLevel="DEBUG"))
    space = "Space slipway/symptoms"
    assert found == {("auth-required", space), ("debug-off", space)}


def test_prod_on_dearer_plans_is_stopped_by_its_budget(results):
    found = results("prod", "inference", hardware="t4-small")
    assert ("monthly-budget", "The stack") in broken(found)


def test_the_same_key_for_tests_and_production_is_found_whatever_platform_it_is_for(
    results, monkeypatch
):
    monkeypatch.setenv("TURNOVER_API_KEY", "canary-SLIPWAY_API_KEY")
    found = [each for each in results("prod") if each.rule == "secrets-differ" and each.stops]
    assert [each.object for each in found] == ["Space slipway/oc-p5"]
    assert "turnover-prod-tests/API_KEY" in found[0].why


def test_spaces_that_got_the_token_that_can_write_are_found(results, monkeypatch):
    monkeypatch.setenv("HF_READ_TOKEN", os.environ["HF_TOKEN"])
    said = results("prod", "repository", storedToken=True)
    found = {each.object for each in said if each.rule == "secrets-differ"}
    assert found == {"Space slipway/inference", "Space slipway/inference-engine"}


def test_a_stored_token_of_the_hub_stops_prod_and_is_said_in_dev(results):
    for stack, stops_it in (("prod", True), ("dev", False)):
        said = results(stack, "repository", storedToken=True)
        assert [each.stops for each in said if each.rule == "keyless"] == [stops_it]


def test_no_result_says_any_secret(results):
    said = json.dumps([each.text for stack in ("dev", "prod") for each in results(stack)])
    assert "canary" not in said
