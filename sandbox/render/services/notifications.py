"""Of what a service's owner is told, where that differs from the workspace's own settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.render.http.errors import BadRequestError
from sandbox.store.database import Database
from sandbox.store.table import Table

DEFAULT = "default"
_ALLOWED = {
    "notificationsToSend": (DEFAULT, "all", "failure", "none"),
    "previewNotificationsEnabled": (DEFAULT, "true", "false"),
}
_ON_FAIL = {"all": "notify", "failure": "notify", "none": "ignore"}  # as `notifyOnFail` says it

_TABLES = """
CREATE TABLE IF NOT EXISTS render_notifications (
    service INTEGER PRIMARY KEY REFERENCES render_services (number) ON DELETE CASCADE,
    sent TEXT NOT NULL,
    previews TEXT NOT NULL
);
"""


@dataclass(frozen=True, kw_only=True)
class Override:
    """What a service says of its own notifications; nobody is sent any here."""

    sent: str = DEFAULT
    previews: str = DEFAULT

    @property
    def on_fail(self) -> str:
        """The same as a service's `notifyOnFail`."""
        return _ON_FAIL.get(self.sent, DEFAULT)

    def description(self, service: str) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "serviceId": service,
            "notificationsToSend": self.sent,
            "previewNotificationsEnabled": self.previews,
        }


class Notifications:
    """The overrides of all services, whose table is there before. Thread-safe."""

    def __init__(self, database: Database) -> None:
        database.create(_TABLES)
        self._overrides = Table(database, "render_notifications", Override, key="service")

    def of(self, service: int) -> Override:
        """A service's; the workspace's own where it says nothing."""
        return self._overrides.find(service) or Override()

    def change(self, service: int, body: Mapping[str, Any]) -> Override:
        """Sets what is given; raises BadRequestError for a value that is none."""
        for key, allowed in _ALLOWED.items():
            if key in body and body[key] not in allowed:
                raise BadRequestError(f"{key} must be one of {', '.join(allowed)}")
        before = self.of(service)
        sent, previews = _ALLOWED
        now = Override(
            sent=body.get(sent, before.sent), previews=body.get(previews, before.previews)
        )
        self._overrides.put(service=service, **vars(now))
        return now
