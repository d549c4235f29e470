"""Protects what the documentation promises about Render's SDK: the page is what really happens."""

import pytest

from tests.sandbox.render.sdk_operations import (
    NOT_IMITATED,
    PAGE,
    contradictions,
    page,
    statuses,
)

# 404 where there is none, and none can be made.
NOT_THERE = {
    ("logs", "get_resource_log_stream"),
    ("projects_environments", "retrieve_environment"),
    ("projects_environments", "retrieve_project"),
}


@pytest.fixture(scope="module")
def answered():
    return statuses()


def test_every_operation_works_or_is_not_imitated_and_says_so(answered):
    refused = {
        key: status
        for key, status in answered.items()
        if not 200 <= status < 300 and status != NOT_IMITATED and key not in NOT_THERE
    }
    assert refused == {}
    assert len(answered) > 200


def test_whatever_has_an_address_is_imitated_there(answered):
    assert contradictions(answered) == []


def test_the_page_of_the_documentation_is_up_to_date(answered):
    assert PAGE.read_text(encoding="utf-8") == page(answered), (
        "run `python -m tests.sandbox.render.sdk_operations`"
    )
