"""One table as typed records: what is written is made to fit its columns, what is read its types.

A record is a dataclass whose fields are columns of the same names. A collection, or a dataclass
inside another, is JSON in its column, unless it has its own `dump` and `load`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from sandbox.store.database import Database

Record = TypeVar("Record")
_AS_THEY_ARE = (str, bytes, int, float, type(None))


class Table(Generic[Record]):
    """What is asked of one table. Inside a transaction of the same thread it is a part of that."""

    def __init__(
        self,
        database: Database,
        name: str,
        record: type[Record],
        *,
        key: str = "id",
        order: str | None = None,
    ) -> None:
        """Takes where the rows lie.

        Args:
            database: in which the table is there already.
            name: of the table.
            record: the dataclass of a row; columns that it has no field for are not read.
            key: the column that tells rows apart.
            order: of what is found (`id DESC`); by the key unless told.
        """
        self._database = database
        self._name = name
        self._record = record
        self._key = key
        self._order = order or key
        hints = get_type_hints(record)
        self._readers = {each.name: _reader(hints[each.name]) for each in fields(record)}  # type: ignore[arg-type]

    def where(self, condition: str = "1", *values: object) -> list[Record]:
        """The records of which an SQL condition holds, in order."""
        columns = ", ".join(self._readers)
        rows = self._database.query(
            f"SELECT {columns} FROM {self._name} WHERE {condition} ORDER BY {self._order}",  # noqa: S608 - conditions are written in code
            values,
        )
        return [
            self._record(
                **{
                    name: row[name] if read is None or row[name] is None else read(row[name])
                    for name, read in self._readers.items()
                }
            )
            for row in rows
        ]

    def first(self, condition: str, *values: object) -> Record | None:
        """The first of those; None if there is none."""
        return next(iter(self.where(condition, *values)), None)

    def find(self, key: object) -> Record | None:
        """The record with that key."""
        return self.first(f"{self._key} = ?", key)

    def get(self, key: object) -> Record:
        """The record with that key, which is there; raises KeyError if it is not."""
        found = self.find(key)
        if found is None:
            raise KeyError(key)
        return found

    def add(self, **values: object) -> int:
        """A new row with these columns; its number."""
        return self._insert("INSERT", values)

    def added(self, **values: object) -> Record:
        """The record of a new row with these columns."""
        return self.get(self.add(**values))

    def put(self, **values: object) -> None:
        """A row with these columns, in the place of the one that has its key."""
        self._insert("REPLACE", values)

    def set(self, key: object, **values: object) -> bool:
        """Changes columns of one row; whether it is there."""
        return self.set_where(values, f"{self._key} = ?", key)

    def changed(self, key: object, **values: object) -> Record:
        """The record of a row, which is there, with other columns; raises KeyError."""
        self.set(key, **values)
        return self.get(key)

    def set_where(self, values: Mapping[str, object], condition: str, *given: object) -> bool:
        """Changes columns of the rows of which a condition holds; whether there were any."""
        names = ", ".join(f"{name} = ?" for name in values)
        written = [_written(each) for each in values.values()]
        return (
            self._database.execute(
                f"UPDATE {self._name} SET {names} WHERE {condition}",  # noqa: S608 - as above
                [*written, *given],
            )
            > 0
        )

    def drop(self, key: object) -> bool:
        """Forgets one row; whether it was there."""
        return self.drop_where(f"{self._key} = ?", key)

    def drop_where(self, condition: str, *values: object) -> bool:
        """Forgets the rows of which a condition holds; whether there were any."""
        return (
            self._database.execute(
                f"DELETE FROM {self._name} WHERE {condition}",  # noqa: S608 - as above
                values,
            )
            > 0
        )

    def _insert(self, verb: str, values: Mapping[str, object]) -> int:
        names, marks = ", ".join(values), ", ".join("?" for _ in values)
        return self._database.insert(
            f"{verb} INTO {self._name} ({names}) VALUES ({marks})",
            [_written(each) for each in values.values()],
        )


def _written(value: object) -> object:
    if isinstance(value, _AS_THEY_ARE):
        return value
    dump = getattr(value, "dump", None)
    return json.dumps(value, default=_as_json) if dump is None else dump()


def _as_json(value: Any) -> Any:  # noqa: ANN401 - what json does not know
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else dict(value)


def _reader(kind: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401 - any annotation
    """What makes a value of a type out of a column; None where it is one already."""
    origin = get_origin(kind) or kind
    if origin in (Union, UnionType):
        return next((found for each in get_args(kind) if (found := _reader(each))), None)
    if origin is bool or issubclass(origin, Enum):
        return origin  # type: ignore[no-any-return]
    if issubclass(origin, _AS_THEY_ARE):
        return None
    load: Callable[[str], Any] = getattr(origin, "load", json.loads)
    if is_dataclass(origin) and load is json.loads:
        return lambda text: kind(**json.loads(text))
    if issubclass(origin, tuple):
        item, *_ = get_args(kind)
        made: Any = item if is_dataclass(item) else None
        return lambda text: tuple(made(**e) if made else e for e in json.loads(text))
    return load
