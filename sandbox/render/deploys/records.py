"""One row per deploy: its status, what it froze when it was created, what was made of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.render.http.errors import there
from sandbox.render.http.ids import new_id, now
from sandbox.render.services.settings import Settings
from sandbox.store.database import Database
from sandbox.store.table import Table

_SCHEMA = """
CREATE TABLE IF NOT EXISTS render_deploys (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    status TEXT NOT NULL,
    cause TEXT NOT NULL,               -- the API's trigger
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT,
    commit_id TEXT,                    -- the commit it is, or is to be, made from
    commit_message TEXT,
    commit_at TEXT,
    image_ref TEXT,                    -- of an image-backed service
    image_sha TEXT,
    image TEXT,                        -- what the machine calls the result; NULL: not made, or gone
    no_cache INTEGER NOT NULL DEFAULT 0,
    frozen TEXT NOT NULL               -- JSON: settings, variables, files
);
CREATE INDEX IF NOT EXISTS render_deploys_service ON render_deploys (service, number);
"""


class Status(StrEnum):
    """A deploy's status, in Render's words."""

    CREATED = "created"
    QUEUED = "queued"
    BUILD = "build_in_progress"
    PRE_DEPLOY = "pre_deploy_in_progress"
    UPDATE = "update_in_progress"
    LIVE = "live"
    DEACTIVATED = "deactivated"
    BUILD_FAILED = "build_failed"
    PRE_DEPLOY_FAILED = "pre_deploy_failed"
    UPDATE_FAILED = "update_failed"
    CANCELED = "canceled"


WAITING = (Status.CREATED, Status.QUEUED)
OPEN = (*WAITING, Status.BUILD, Status.PRE_DEPLOY, Status.UPDATE)
WAS_LIVE = (Status.LIVE, Status.DEACTIVATED)


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """What a deploy took over from its service when it was created; later edits change nothing."""

    settings: Settings
    variables: Mapping[str, str] = field(repr=False)
    files: Mapping[str, str] = field(repr=False)
    volumes: Mapping[str, str] = field(default_factory=dict[str, str])
    """The service's disk, if it has one: its id -> where it is mounted."""

    def dump(self) -> str:
        """As it is stored."""
        values = {"variables": dict(self.variables), "files": dict(self.files)}
        values["volumes"] = dict(self.volumes)
        return json.dumps({"settings": self.settings.dump(), **values})

    @classmethod
    def load(cls, text: str) -> "Frozen":
        """From the database."""
        stored = json.loads(text)
        return cls(
            settings=Settings.load(stored["settings"]),
            variables=stored["variables"],
            files=stored["files"],
            volumes=stored.get("volumes", {}),
        )


@dataclass(frozen=True, kw_only=True)
class Deploy:
    """A snapshot of one row; the columns are explained in the table."""

    number: int
    id: str
    service: int
    status: Status
    cause: str
    created_at: str
    updated_at: str
    started_at: str | None
    finished_at: str | None
    commit_id: str | None
    commit_message: str | None
    commit_at: str | None
    image_ref: str | None
    image_sha: str | None
    image: str | None
    no_cache: bool
    frozen: Frozen


class Deploys:
    """The table of deploys."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_SCHEMA)
        self._deploys = Table(database, "render_deploys", Deploy, key="number", order="number DESC")

    def add(
        self, service: int, status: Status, cause: str, frozen: Frozen, **values: object
    ) -> Deploy:
        """A new deploy; `values` are further columns."""
        moment = now()
        columns: dict[str, object] = {
            "id": new_id("dep"),
            "service": service,
            "status": status,
            "cause": cause,
            "created_at": moment,
            "updated_at": moment,
            "started_at": None if status in WAITING else moment,
            "frozen": frozen,
            **values,
        }
        return self._deploys.added(**columns)

    def find(self, service: int, identifier: str) -> Deploy:
        """A service's deploy of that id; raises NotFoundError."""
        return there(self._deploys.first("service = ? AND id = ?", service, identifier), identifier)

    def of(self, service: int, statuses: Sequence[Status] = tuple(Status)) -> list[Deploy]:
        """A service's deploys in these statuses, newest first."""
        return self._deploys.where(f"service = ? AND {_among(statuses)}", service, *statuses)

    def is_open(self, number: int) -> bool:
        """Whether a deploy is still waiting or being worked on."""
        return bool(self._deploys.where(f"number = ? AND {_among(OPEN)}", number, *OPEN))

    def advance(self, deploy: Deploy, **values: object) -> Deploy | None:
        """Changes an open deploy; None, and nothing changed, once it ended (as by a cancel)."""
        values["updated_at"] = now()
        still_open = f"number = ? AND {_among(OPEN)}"
        if not self._deploys.set_where(values, still_open, deploy.number, *OPEN):
            return None
        return self.find(deploy.service, deploy.id)

    def remake(self, deploy: Deploy, **values: object) -> Deploy:
        """Notes of an ended deploy what was made anew of it; its status and times stay."""
        self._deploys.set(deploy.number, **values)
        return self.find(deploy.service, deploy.id)

    def go_live(self, deploy: Deploy, container: str | None) -> bool:
        """An open deploy becomes the live one and the former one deactivated, in one step.

        False, and nothing changed, if it was canceled or its service suspended or deleted.
        """
        moment = now()
        with self._database.transaction() as connection:
            wanted = connection.execute(
                "SELECT 1 FROM render_services, render_deploys"  # noqa: S608 - marks
                " WHERE render_services.number = service AND NOT deleted AND NOT suspended"
                f" AND render_deploys.number = ? AND {_among(OPEN)}",
                (deploy.number, *OPEN),
            ).fetchone()
            if wanted is None:
                return False
            ended = {"status": Status.DEACTIVATED, "updated_at": moment}
            former = "service = ? AND status = ?"
            self._deploys.set_where(ended, former, deploy.service, Status.LIVE)
            self._deploys.set(
                deploy.number, status=Status.LIVE, updated_at=moment, finished_at=moment
            )
            connection.execute(
                "UPDATE render_services SET live = ?, container = ?, candidate = NULL, restart = 0"
                " WHERE number = ?",
                (deploy.id, container, deploy.service),
            )
        return True

    def forget_image(self, service: int, image: str) -> None:
        """An image is gone: the deploys made of it cannot be rolled back to any more."""
        self._deploys.set_where({"image": None}, "service = ? AND image = ?", service, image)

    def prune(self, service: int, kept: int) -> None:
        """Drops the oldest ended deploys beyond `kept`, and values no later deploy can need.

        A deploy that was never live can't be returned to, nor one whose image is gone.
        """
        ended = [each for each in Status if each not in (*OPEN, Status.LIVE)]
        among = _among(ended)
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM render_deploys WHERE image IS NULL AND number IN (SELECT number"  # noqa: S608 - marks
                f" FROM render_deploys WHERE service = ? AND {among}"
                " ORDER BY number DESC LIMIT -1 OFFSET ?)",
                (service, *ended, kept),
            )
            connection.execute(
                "UPDATE render_deploys SET frozen ="  # noqa: S608 - marks
                " json_set(frozen, '$.variables', json('{}'), '$.files', json('{}'))"
                " WHERE service = ? AND image IS NULL AND '{}{}' !="
                " json_extract(frozen, '$.variables') || json_extract(frozen, '$.files')"
                f" AND {among}",
                (service, *ended),
            )


def _among(statuses: Sequence[Status]) -> str:
    return f"status IN ({', '.join('?' for _ in statuses)})"
