"""The page about the rules is what the rules say of themselves."""

import re
from pathlib import Path

from policies.rules import ALL
from policies.rules_table import rules_table
from tests.systems.conftest import CHECKOUT

PAGE = (CHECKOUT / "docs" / "policies.md").read_text(encoding="utf-8")


def test_the_page_has_the_table_that_the_rules_make():
    assert rules_table() in PAGE, "`python -m policies rules` writes it"


def test_the_page_names_every_setting_of_a_rule():
    for rule in ALL:
        assert all(f"`{name}`" in PAGE for name in rule.options), rule.name


def test_every_rule_that_the_page_names_for_a_mistake_is_one():
    mistakes = PAGE.partition("| row | mistake |")[2].partition("\n\n")[0]
    stopped_by = [row.split("|")[3] for row in mistakes.splitlines() if row.startswith("|")]
    named = {name for cell in stopped_by for name in re.findall(r"`([^`]+)`", cell)}
    assert len(named) > 10
    assert named <= {each.name for each in ALL}


def test_each_row_of_the_checklist_that_the_page_names_is_tried_and_no_other():
    named = set(re.findall(r"X-(\d\d)", PAGE))
    tried = Path(__file__).with_name("test_guides_mistakes.py").read_text(encoding="utf-8")
    assert named == set(re.findall(r"^def test_x(\d\d)_", tried, re.MULTILINE))
