"""docs/guides.md says of every row where it lives, and what it says exists."""

import re
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest

from tests.guides.page import PAGE, ROOT, STATES, TITLES, page, rows

ALL = list(chain.from_iterable(rows(guide) for guide in TITLES))


def requirements() -> Path | None:
    """The list that the rows restate, where it lies beside this project or above it."""
    for folder in ROOT.parents:
        found = folder / "shared" / "design" / "seed-requirements.md"
        if found.exists():
            return found
    return None


def test_the_page_is_what_the_command_writes():
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.guides.page`"


def test_nothing_is_open():
    assert [row.row for row in ALL if row.state == "open"] == []


def test_no_row_stands_twice():
    assert [row for row, count in Counter(row.row for row in ALL).items() if count > 1] == []


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.row)
def test_a_row_has_its_state_and_its_place(row):
    assert row.what
    assert row.state in STATES
    assert row.where
    assert row.test or row.state != "shown"
    for path in row.where:
        assert (ROOT / path).exists(), path
    for each in row.test:
        path, _, name = each.partition("::")
        assert (ROOT / path).exists(), path
        if name:
            text = (ROOT / path).read_text("utf-8")
            assert re.search(
                rf"^\s*(async )?(def|class) {re.escape(name)}\b", text, re.MULTILINE
            ), each


@pytest.mark.skipif(requirements() is None, reason="the list of requirements is not at hand")
def test_every_requirement_has_its_row():
    text = requirements().read_text("utf-8")
    asked = set(re.findall(r"^\| ((?:S\d|K|X)-\d\d) \|", text, re.MULTILINE))
    assert asked - {row.row for row in ALL} == set()
