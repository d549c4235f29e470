"""The history of predictions in PostgreSQL, where there is one; no answer ever waits for it."""

import json
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

import psycopg

_WAITING = 1000  # predictions that wait for a database that is away; later ones are dropped
_CONNECT_SECONDS = 3
_PAUSE_SECONDS = 5.0
_TABLE = """
create table if not exists prediction (
  id bigint generated always as identity primary key,
  asked_at timestamptz not null,
  employee jsonb not null,
  prediction text not null,
  probability double precision not null,
  revision text not null
)"""
_INSERT = (
    "insert into prediction (asked_at, employee, prediction, probability, revision)"
    " select %(asked_at)s, %(employee)s::jsonb, %(prediction)s, %(probability)s, %(revision)s"
)
# The server may have gone away between the row and its answer.
_INSERT_UNLESS_THERE = (
    f"{_INSERT} where not exists (select from prediction"
    " where asked_at = %(asked_at)s and employee = %(employee)s::jsonb)"
)

log = logging.getLogger("turnover")


@dataclass(frozen=True)
class Prediction:
    """One answer, and the commit of the model that gave it."""

    asked_at: datetime
    employee: dict[str, float | str]
    prediction: str
    probability: float
    revision: str


class History:
    """Writes in a thread of its own, over one connection that is opened again when it breaks."""

    def __init__(self, url: str, sleep: Callable[[float], None] = time.sleep) -> None:
        """Connects to nothing yet: a database that starts later is no reason to die."""
        self._url, self._sleep = url, sleep
        self._waiting: queue.Queue[Prediction] = queue.Queue(_WAITING)
        self._away = False
        threading.Thread(target=self._write, name="history", daemon=True).start()

    def add(self, prediction: Prediction) -> None:
        """Returns at once; drops the prediction if a thousand wait already."""
        try:
            self._waiting.put_nowait(prediction)
        except queue.Full:
            log.debug("History: a prediction is dropped")

    def _write(self) -> None:
        connection: psycopg.Connection | None = None
        while True:
            one = self._waiting.get()
            values = {**asdict(one), "employee": json.dumps(one.employee)}
            statement = _INSERT
            while True:
                try:
                    if connection is None:
                        connection = psycopg.connect(
                            self._url, autocommit=True, connect_timeout=_CONNECT_SECONDS
                        )
                        connection.execute(_TABLE)
                    connection.execute(statement, values)
                except psycopg.Error as error:
                    if connection is not None:
                        connection.close()
                    connection = None
                    statement = _INSERT_UNLESS_THERE
                    self._say_away(error)
                    self._sleep(_PAUSE_SECONDS)
                else:
                    self._away = False
                    break

    def _say_away(self, error: psycopg.Error) -> None:
        """Once per absence; the kind only, since the driver's texts quote addresses and values."""
        if not self._away:
            log.warning("History: the database does not answer (%s)", type(error).__name__)
        self._away = True
