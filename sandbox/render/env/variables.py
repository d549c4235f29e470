"""A service's environment variables and secret files. Values are kept in the database only."""

import base64
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from sandbox.render.http import body as read
from sandbox.render.http.errors import BadRequestError, there
from sandbox.store.database import Database

_SCHEMA = """
CREATE TABLE IF NOT EXISTS render_variables (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- in order of creation
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (service, kind, name)
);
"""
_NAME = re.compile(r"[A-Za-z_.-][A-Za-z0-9_.-]*")
_FILE_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_GENERATED_BYTES = 32

Pairs = Sequence[tuple[str, str]]


class Kind(StrEnum):
    """The two lists of a service."""

    VARIABLE = "variable"
    FILE = "file"


PARTS = {"env-vars": Kind.VARIABLE, "secret-files": Kind.FILE}  # of addresses


class Variables:
    """The table of variables and secret files."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_SCHEMA)

    def all(self, service: int, kind: Kind) -> Pairs:
        """Every name with its value, newest first."""
        rows = self._database.query(
            "SELECT name, value FROM render_variables WHERE service = ? AND kind = ?"
            " ORDER BY number DESC",
            (service, kind),
        )
        return [(row["name"], row["value"]) for row in rows]

    def value(self, service: int, kind: Kind, name: str) -> str:
        """One value; raises NotFoundError."""
        return there(dict(self.all(service, kind)).get(name), name)

    def replace(self, service: int, kind: Kind, pairs: Pairs) -> None:
        """These and no others."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM render_variables WHERE service = ? AND kind = ?", (service, kind)
            )
            connection.executemany(
                "INSERT INTO render_variables (service, kind, name, value) VALUES (?, ?, ?, ?)",
                [(service, kind, name, value) for name, value in pairs],
            )

    def put(self, service: int, kind: Kind, name: str, value: str) -> None:
        """Adds one or gives it another value; the others stay."""
        self._database.execute(
            "INSERT INTO render_variables (service, kind, name, value) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (service, kind, name) DO UPDATE SET value = excluded.value",
            (service, kind, name, value),
        )

    def remove(self, service: int, kind: Kind, name: str) -> None:
        """Removes one; raises NotFoundError."""
        self.value(service, kind, name)
        self._database.execute(
            "DELETE FROM render_variables WHERE service = ? AND kind = ? AND name = ?",
            (service, kind, name),
        )


def read_variables(given: object) -> Pairs:
    """`[{key, value} | {key, generateValue: true}]` or null; raises BadRequestError."""
    return _distinct(
        (_named(each, "key", _NAME), _variable_value(each)) for each in _objects(given, "envVars")
    )


def read_files(given: object) -> Pairs:
    """`[{name, content}]` or null; raises BadRequestError."""
    return _distinct(
        (_named(each, "name", _FILE_NAME), read.text(each, "content"))
        for each in _objects(given, "secretFiles")
    )


def _variable_value(given: Mapping[str, Any]) -> str:
    """The value given, or one generated: base64 of 32 random bytes."""
    if given.get("generateValue") is True:
        return base64.b64encode(secrets.token_bytes(_GENERATED_BYTES)).decode()
    if not isinstance(given.get("value"), str):
        raise BadRequestError("value must be a string, or generateValue true")
    return read.text(given, "value")


def read_value(kind: Kind, name: str, given: Mapping[str, Any]) -> str:
    """The value to be kept under a name; raises BadRequestError, for the name as well."""
    pattern = _NAME if kind is Kind.VARIABLE else _FILE_NAME
    if not pattern.fullmatch(name) or name in {".", ".."}:
        raise BadRequestError(f"invalid {kind} name: {name!r}")
    return _variable_value(given) if kind is Kind.VARIABLE else read.text(given, "content")


def described(kind: Kind, name: str, value: str) -> dict[str, str]:
    """One of a list, as the API tells it."""
    if kind is Kind.VARIABLE:
        return {"key": name, "value": value}
    return {"name": name, "content": value}


def kind_of(path: str) -> Kind:
    """Which list an address means: `/v1/…/{id}/{part}`, or a value below it."""
    return PARTS[path.split("/")[4]]


def _objects(given: object, what: str) -> list[dict[str, Any]]:
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise BadRequestError(f"{what} must be a list of objects")
    return given


def _named(each: Mapping[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    name = read.required(each, key)
    if not pattern.fullmatch(name) or name in {".", ".."}:
        raise BadRequestError(f"invalid {key}: {name!r}")
    return name


def _distinct(pairs: Iterable[tuple[str, str]]) -> Pairs:
    listed = list(pairs)
    twice = {name for name, times in Counter(name for name, _ in listed).items() if times > 1}
    if twice:
        raise BadRequestError(f"named more than once: {', '.join(sorted(twice))}")
    return listed
