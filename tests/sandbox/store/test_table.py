"""Protects the way of every platform's records: what is written comes back as it was meant."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import pytest

from sandbox.store.database import Database
from sandbox.store.table import Table

_TABLES = """
CREATE TABLE IF NOT EXISTS pots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    shelf TEXT NOT NULL,
    glazed INTEGER NOT NULL,
    colour TEXT,
    marks TEXT NOT NULL,
    sizes TEXT,
    lid TEXT NOT NULL,
    feet TEXT NOT NULL DEFAULT '[]',
    secret TEXT
);
"""


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Lid:
    knob: str


@dataclass(frozen=True, kw_only=True)
class Pot:
    id: int
    shelf: str
    glazed: bool
    colour: Colour | None
    marks: tuple[str, ...]
    sizes: Mapping[str, int] | None
    lid: Lid
    feet: tuple[Lid, ...] = ()


@pytest.fixture
def database(tmp_path):
    made = Database(tmp_path / "state.sqlite")
    made.create(_TABLES)
    return made


@pytest.fixture
def pots(database):
    return Table(database, "pots", Pot, order="id DESC")


def _pot(number, **values):
    usual = Pot(
        id=number,
        shelf="top",
        glazed=True,
        colour=Colour.RED,
        marks=("a", "b"),
        sizes={"wide": 3},
        lid=Lid("round"),
        feet=(Lid("flat"),),
    )
    return replace(usual, **values)


def _add(pots, **values):
    return pots.add(**{**vars(_pot(None, **values)), "id": None})


def test_a_record_is_read_with_the_types_it_was_written_with(pots):
    number = _add(pots)
    found = pots.get(number)
    assert found == _pot(number)
    assert type(found.glazed) is bool
    assert isinstance(found.colour, Colour)


def test_nothing_stays_nothing(pots):
    number = _add(pots, colour=None, sizes=None, glazed=False)
    assert pots.find(number) == _pot(number, colour=None, sizes=None, glazed=False)


def test_rows_are_found_in_order_changed_and_forgotten(pots):
    first, second, third = (_add(pots, shelf=name) for name in ("top", "top", "low"))
    assert [each.id for each in pots.where("shelf = ?", "top")] == [second, first]
    assert pots.set(third, marks=["c"], shelf="top")
    assert pots.get(third).marks == ("c",)
    assert pots.set_where({"shelf": "low"}, "id < ?", third)
    assert [each.id for each in pots.where("shelf = ?", "low")] == [second, first]
    assert pots.drop(first)
    assert pots.drop_where("shelf = ?", "low")
    assert [each.id for each in pots.where()] == [third]


def test_a_row_that_was_added_or_changed_is_read_at_once(pots):
    made = pots.added(**{**vars(_pot(None)), "id": None})
    assert made == pots.get(made.id) == _pot(made.id)
    changed = pots.changed(made.id, shelf="low", marks=("c",))
    assert changed == pots.get(made.id) == _pot(made.id, shelf="low", marks=("c",))


def test_what_is_not_there_is_said(pots):
    assert pots.find(7) is None
    assert not pots.set(7, shelf="low")
    assert not pots.drop(7)
    with pytest.raises(KeyError):
        pots.get(7)
    with pytest.raises(KeyError):
        pots.changed(7, shelf="low")


def test_what_a_transaction_takes_back_was_never_there(database, pots):
    def fails():
        with database.transaction():
            _add(pots)
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    assert pots.where() == []
