"""docs/settings.md has every key that a stack may hold, and says what it means."""

import re

import pytest
import yaml

from systems import SYSTEMS
from systems.credentials import ALL
from tests.systems.conftest import CHECKOUT
from tests.systems.settings_page import PAGE, PROJECT, page, settings, stack_settings


def test_the_page_is_what_the_command_writes():
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.systems.settings_page`"


@pytest.mark.parametrize("system", sorted(SYSTEMS))
def test_every_key_of_a_system_says_what_it_means(system):
    found = settings(system)
    assert found
    assert [each.key for each in found if not each.meaning] == []


def test_the_project_declares_every_system_and_tells_of_every_credential():
    declared = {name for name, each in PROJECT.items() if each["type"] == "object"}
    assert declared == set(SYSTEMS) == set(PROJECT["systems"]["default"])
    assert all(each.meaning for each in stack_settings())
    text = (CHECKOUT / "Pulumi.yaml").read_text("utf-8")
    assert re.findall(r"--secret (\w+)", text) == [each.config_key for each in _in_order(text)]
    assert len(re.findall(r"--secret \w+", text)) == len(ALL)


def _in_order(text):
    return sorted(ALL, key=lambda each: text.index(f"--secret {each.config_key} "))


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_stacks_own_files_hold_no_key_that_the_page_lacks(stack):
    own = yaml.safe_load((CHECKOUT / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"]
    for system in SYSTEMS:
        known = {each.key for each in settings(system)}
        assert set(own[f"slipway:{system}"]) <= known
