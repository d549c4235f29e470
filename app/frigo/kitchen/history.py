"""Past questions and answers: in PostgreSQL if there is one, else in this process's memory."""

import logging
import threading
from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal, Protocol

import psycopg

from .settings import SettingsError

_KEPT_IN_MEMORY = 200
_CONNECT_SECONDS = 3  # a database that is away must not hold up an answer for longer
_TABLE = """
create table if not exists conversation (
  id bigint generated always as identity primary key,
  asked_at timestamptz not null,
  question text not null,
  reply text not null,
  model text not null,
  sha256 text not null,
  session text not null default ''
);
-- A table from before there were sessions: its conversations are nobody's, and stay.
alter table conversation add column if not exists session text not null default '';
create index if not exists conversation_session on conversation (session, id)"""

log = logging.getLogger("kitchen")


@dataclass(frozen=True)
class Exchange:
    """One question, its answer, and the weights that wrote it."""

    asked_at: datetime
    question: str
    reply: str
    model: str
    sha256: str


class HistoryError(Exception):
    """The store does not answer."""


class History(Protocol):
    """Where exchanges are kept."""

    kind: Literal["memory", "postgres"]

    def add(self, session: str, exchange: Exchange) -> None:
        """Keeps one of a session's."""

    def latest(self, session: str, count: int) -> list[Exchange]:
        """A session's, the newest first."""


class MemoryHistory:
    """Forgotten with the process, and not shared between instances."""

    kind: Literal["memory", "postgres"] = "memory"

    def __init__(self) -> None:
        self._kept: deque[tuple[str, Exchange]] = deque(maxlen=_KEPT_IN_MEMORY)

    def add(self, session: str, exchange: Exchange) -> None:
        """Keeps one; the oldest of all sessions makes room."""
        self._kept.appendleft((session, exchange))

    def latest(self, session: str, count: int) -> list[Exchange]:
        """A session's, the newest first."""
        own = (exchange for owner, exchange in self._kept.copy() if owner == session)
        return list(islice(own, count))


class PostgresHistory:
    """One connection, opened when it is first needed and again once the server has left it."""

    kind: Literal["memory", "postgres"] = "postgres"

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._connection: psycopg.Connection | None = None

    def add(self, session: str, exchange: Exchange) -> None:
        """Keeps one of a session's.

        Raises:
            HistoryError: the database does not answer.
        """
        self._run(
            "insert into conversation (asked_at, question, reply, model, sha256, session)"
            " values (%(asked_at)s, %(question)s, %(reply)s, %(model)s, %(sha256)s, %(session)s)",
            {**asdict(exchange), "session": session},
        )

    def latest(self, session: str, count: int) -> list[Exchange]:
        """A session's, the newest first.

        Raises:
            HistoryError: the database does not answer.
        """
        rows = self._run(
            "select asked_at, question, reply, model, sha256 from conversation"
            " where session = %(session)s order by id desc limit %(count)s",
            {"count": count, "session": session},
        )
        return [Exchange(*row) for row in rows]

    def _run(self, statement: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                cursor = self._living_connection().execute(statement, values)
                return cursor.fetchall() if cursor.description else []
            except psycopg.Error as error:
                self._drop()
                # The kind only: the driver's texts quote addresses, users and values.
                raise HistoryError(f"database: {type(error).__name__}") from None

    def _living_connection(self) -> psycopg.Connection:
        """The one that is kept, if the server still answers there; else a new one.

        A server that was restarted has left it, and what asks there finds out. So that is a
        question that changes nothing: a statement that got no answer may have been carried out, and
        made again it would keep an exchange twice.
        """
        if self._connection is not None:
            try:
                self._connection.execute("select 1")
            except psycopg.Error:
                self._drop()
        if self._connection is None:
            self._connection = psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=_CONNECT_SECONDS,
                tcp_user_timeout=_CONNECT_SECONDS * 1000,  # one that vanished never says so
            )
            self._connection.execute(_TABLE)
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def open_history(database_url: str) -> History:
    """Connects to nothing yet: a database that starts later than the app is no reason to die.

    Raises:
        SettingsError: the address is not PostgreSQL's.
    """
    if not database_url:
        return MemoryHistory()
    if not database_url.startswith(("postgresql://", "postgres://")):
        raise SettingsError("DATABASE_URL must begin with postgresql://")
    return PostgresHistory(database_url)
