"""The page about the rules is what the rules say of themselves."""

from policies.rules import ALL
from policies.rules_table import rules_table
from tests.systems.conftest import CHECKOUT

PAGE = (CHECKOUT / "docs" / "policies.md").read_text(encoding="utf-8")


def test_the_page_has_the_table_that_the_rules_make():
    assert rules_table() in PAGE, "`python -m policies rules` writes it"


def test_the_page_names_every_setting_of_a_rule():
    for rule in ALL:
        assert all(f"`{name}`" in PAGE for name in rule.options), rule.name
