"""Protects from imitating what no platform does: each address has its evidence, on one page."""

import re

import pytest
from huggingface_hub import HfApi

from tests.sandbox.endpoint_evidence import HUB
from tests.sandbox.endpoints import PAGE, page, platforms


@pytest.fixture(scope="module")
def compared():
    return platforms()


def test_no_address_is_without_evidence(compared):
    missing = {each.name: each.without_evidence() for each in compared}
    assert not any(missing.values()), "say in endpoint_evidence how it is known"


def test_no_evidence_is_of_an_address_that_is_not_served(compared):
    stale = {each.name: each.without_address() for each in compared}
    assert not any(stale.values())


def test_the_clients_functions_that_are_named_exist():
    named = {name for text in HUB.values() for name in re.findall(r"`(\w+)`", text)}
    assert [name for name in named if not hasattr(HfApi, name)] == []
    assert len(named) > 30


def test_the_page_of_the_documentation_is_up_to_date(compared):
    assert PAGE.read_text(encoding="utf-8") == page(compared), (
        "run `python -m tests.sandbox.endpoints`"
    )
