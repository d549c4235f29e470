"""Secrets of repositories and environments: kept sealed as they came, opened for jobs alone."""

import base64
import binascii
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from sandbox.github.http.clock import now
from sandbox.github.http.errors import UnprocessableError
from sandbox.github.settings.holders import OF_HOLDER, Holder, check_size
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


@dataclass(frozen=True)
class PublicKey:
    """With what callers seal values."""

    key_id: str
    key: str  # base64


@dataclass(frozen=True)
class _KeyPair:
    key_id: str
    private_key: bytes = field(repr=False)


@dataclass(frozen=True)
class Secret:
    """What may be told of a secret."""

    name: str
    created_at: str
    updated_at: str


@dataclass(frozen=True)
class _Sealed:
    name: str
    sealed: bytes = field(repr=False)


class SecretStore:
    """All Actions secrets. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)
        self._keys = Table(database, "github_keys", _KeyPair, key="key_id")
        self._secrets = Table(database, "github_secrets", Secret, order="name")
        self._values = Table(database, "github_secrets", _Sealed, key="name")

    def public_key(self, holder: Holder) -> PublicKey:
        """The holder's own, drawn when first asked for."""
        key_id, private = self._key(holder)
        return PublicKey(key_id, base64.b64encode(bytes(private.public_key)).decode())

    def list(self, holder: Holder) -> Sequence[Secret]:
        """Names and dates, by name."""
        return self._secrets.where(OF_HOLDER, *holder.place)

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
        with self._database.transaction():
            former = self.find(holder, name)
            if former is None and len(self.list(holder)) >= LIMIT:
                raise UnprocessableError(
                    "Validation failed", f"You may have up to {LIMIT} secrets."
                )
            self._secrets.put(
                repository=holder.repository,
                environment=holder.environment,
                name=name,
                sealed=box,
                created_at=former.created_at if former else now(),
                updated_at=now(),
            )
        return former is None

    def delete(self, holder: Holder, name: str) -> bool:
        """Forgets a secret; whether there was one."""
        return self._secrets.drop_where(f"{OF_HOLDER} AND name = ?", *holder.place, name.upper())

    def forget(self, holder: Holder) -> None:
        """Forgets all secrets of an environment, and its key."""
        self._secrets.drop_where(OF_HOLDER, *holder.place)
        self._keys.drop_where(OF_HOLDER, *holder.place)

    def values(self, holder: Holder) -> Mapping[str, str]:
        """Plain values by name, for jobs."""
        box = SealedBox(self._key(holder)[1])
        return {
            each.name: box.decrypt(each.sealed).decode(errors="replace")
            for each in self._values.where(OF_HOLDER, *holder.place)
        }

    def _key(self, holder: Holder) -> tuple[str, PrivateKey]:
        with self._database.transaction():
            pair = self._keys.first(OF_HOLDER, *holder.place)
            if pair is None:
                drawn = str(secrets.randbelow(10**18) + 10**17)
                pair = _KeyPair(drawn, bytes(PrivateKey.generate()))
                self._keys.add(
                    repository=holder.repository, environment=holder.environment, **asdict(pair)
                )
        return pair.key_id, PrivateKey(pair.private_key)
