"""Secrets of repositories and environments: kept sealed as they came, opened for jobs alone."""

import base64
import binascii
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from sandbox.github.http.clock import now
from sandbox.github.http.errors import UnprocessableError
from sandbox.github.settings.holders import Holder, check_size
from sandbox.store.database import Database
from sandbox.store.table import Table

LIMIT = 100  # secrets of a repository, and of an environment

_TABLES = """
CREATE TABLE IF NOT EXISTS github_keys (
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    environment INTEGER NOT NULL,    -- 0: the repository itself
    key_id TEXT NOT NULL,
    private_key BLOB NOT NULL,
    PRIMARY KEY (repository, environment)
);
CREATE TABLE IF NOT EXISTS github_secrets (
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    environment INTEGER NOT NULL,
    name TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (repository, environment, name)
);
"""
_OF_HOLDER = "repository = ? AND environment = ?"


@dataclass(frozen=True)
class PublicKey:
    """With what callers seal values."""

    key_id: str
    key: str  # base64


@dataclass(frozen=True)
class Secret:
    """What may be told of a secret."""

    name: str
    created_at: str
    updated_at: str


class SecretStore:
    """All Actions secrets. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)
        self._secrets = Table(database, "github_secrets", Secret, order="name")

    def public_key(self, holder: Holder) -> PublicKey:
        """The holder's own, drawn when first asked for."""
        key_id, private = self._key(holder)
        return PublicKey(key_id, base64.b64encode(bytes(private.public_key)).decode())

    def list(self, holder: Holder) -> Sequence[Secret]:
        """Names and dates, by name."""
        return self._secrets.where(_OF_HOLDER, holder.repository, holder.environment)

    def find(self, holder: Holder, name: str) -> Secret | None:
        """The secret of that name, whatever its case."""
        return next((each for each in self.list(holder) if each.name == name.upper()), None)

    def put(self, holder: Holder, name: str, sealed: str, key_id: str) -> bool:
        """Keeps a value under a checked name; whether the name is new.

        Raises:
            UnprocessableError: it is not sealed with the holder's key, or too large, or the holder
                has its hundred secrets.
        """
        known_id, private = self._key(holder)
        if key_id != known_id:
            raise UnprocessableError(
                "Bad request - key_id is not that of the public key; ask for the key again"
            )
        try:
            box = base64.b64decode(sealed, validate=True)
            check_size("Secret", SealedBox(private).decrypt(box))
        except (binascii.Error, CryptoError, ValueError):
            raise UnprocessableError("Improperly encrypted secret") from None
        with self._database.transaction() as connection:
            return _keep(connection, holder, name, box)

    def delete(self, holder: Holder, name: str) -> bool:
        """Forgets a secret; whether there was one."""
        named = f"{_OF_HOLDER} AND name = ?"
        return self._secrets.drop_where(named, holder.repository, holder.environment, name.upper())

    def forget(self, holder: Holder) -> None:
        """Forgets all secrets of an environment, and its key."""
        for table in ("github_secrets", "github_keys"):
            self._database.execute(
                f"DELETE FROM {table} WHERE repository = ? AND environment = ?",  # noqa: S608 - named above
                (holder.repository, holder.environment),
            )

    def values(self, holder: Holder) -> Mapping[str, str]:
        """Plain values by name, for jobs."""
        rows = self._database.query(
            "SELECT name, sealed FROM github_secrets WHERE repository = ? AND environment = ?",
            (holder.repository, holder.environment),
        )
        box = SealedBox(self._key(holder)[1])
        return {row["name"]: box.decrypt(row["sealed"]).decode(errors="replace") for row in rows}

    def _key(self, holder: Holder) -> tuple[str, PrivateKey]:
        drawn = (str(secrets.randbelow(10**18) + 10**17), bytes(PrivateKey.generate()))
        with self._database.transaction() as connection:
            where = (holder.repository, holder.environment)
            row = connection.execute(
                "SELECT key_id, private_key FROM github_keys"
                " WHERE repository = ? AND environment = ?",
                where,
            ).fetchone()
            if row is None:
                connection.execute("INSERT INTO github_keys VALUES (?, ?, ?, ?)", (*where, *drawn))
        key_id, private = drawn if row is None else (row["key_id"], row["private_key"])
        return key_id, PrivateKey(private)


def _keep(connection: sqlite3.Connection, holder: Holder, name: str, box: bytes) -> bool:
    where = (holder.repository, holder.environment)
    names = {
        row["name"]
        for row in connection.execute(
            "SELECT name FROM github_secrets WHERE repository = ? AND environment = ?", where
        )
    }
    if name not in names and len(names) >= LIMIT:
        raise UnprocessableError("Validation failed", f"You may have up to {LIMIT} secrets.")
    connection.execute(
        "INSERT INTO github_secrets VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at",
        (*where, name, box, now(), now()),
    )
    return name not in names
