"""What logs in to private image registries. Tokens are never returned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.machine.contract import RegistryLogin
from sandbox.render.http import body as read
from sandbox.render.http.errors import there
from sandbox.render.http.ids import new_id, now
from sandbox.store.database import Database
from sandbox.store.table import Table

_SCHEMA = """
CREATE TABLE IF NOT EXISTS render_credentials (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    registry TEXT NOT NULL,
    username TEXT NOT NULL,
    token TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
"""
_REGISTRIES = ("GITHUB", "GITLAB", "DOCKER", "GOOGLE_ARTIFACT", "AWS_ECR")


@dataclass(frozen=True)
class Credential:
    """A credential without its token."""

    id: str
    owner: str
    name: str
    registry: str
    username: str
    created_at: str
    updated_at: str

    def description(self) -> dict[str, str]:
        """The credential as the API gives it."""
        return {
            "id": self.id,
            "name": self.name,
            "registry": self.registry,
            "username": self.username,
            "updatedAt": self.updated_at,
        }


class Credentials:
    """The table of registry credentials."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_SCHEMA)
        self._rows = Table(database, "render_credentials", Credential, order="created_at DESC")

    def add(self, owner: str, body: Mapping[str, Any]) -> Credential:
        """A new one; raises BadRequestError."""
        identifier, moment = new_id("rgc"), now()
        self._rows.add(
            id=identifier,
            owner=owner,
            name=read.required(body, "name"),
            registry=read.one_of(body, "registry", _REGISTRIES),
            username=read.required(body, "username"),
            token=read.required(body, "authToken"),
            created_at=moment,
            updated_at=moment,
        )
        return self.find(identifier)

    def change(self, identifier: str, body: Mapping[str, Any]) -> Credential:
        """Other values; what is running keeps the old ones until its next deploy."""
        old = self.find(identifier)
        registry = read.one_of(body, "registry", _REGISTRIES) if body.get("registry") else None
        token = read.text(body, "authToken")
        self._rows.set(
            identifier,
            name=read.text(body, "name") or old.name,
            registry=registry or old.registry,
            username=read.text(body, "username") or old.username,
            updated_at=now(),
            **({"token": token} if token else {}),
        )
        return self.find(identifier)

    def remove(self, identifier: str) -> None:
        """Forgets one; raises NotFoundError."""
        self.find(identifier)
        self._rows.drop(identifier)

    def find(self, identifier: str) -> Credential:
        """One of them; raises NotFoundError."""
        return there(self._rows.find(identifier), identifier)

    def all(self) -> list[Credential]:
        """All of them, newest first."""
        return self._rows.where()

    def login(self, identifier: str | None) -> RegistryLogin | None:
        """What to tell the registry; None if there is no such credential."""
        rows = self._database.query(
            "SELECT username, token FROM render_credentials WHERE id = ?", (identifier,)
        )
        return RegistryLogin(rows[0]["username"], rows[0]["token"]) if rows else None
