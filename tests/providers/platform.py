"""What the platforms of these tests have in common: one on a port, whose calls can be seen."""

from dataclasses import dataclass
from typing import Any

from sandbox.http.faults import Action, Faults
from sandbox.http.request_log import LoggedRequest, RequestLog


@dataclass(kw_only=True)
class Platform:
    """A running platform, seen from the other side than the providers see it."""

    name: str  # as its requests are logged
    url: str
    log: RequestLog
    faults: Faults
    since: int = 0  # requests up to this one are of no interest

    def mark(self) -> None:
        """From here on requests count."""
        self.since = self.log.last_id()

    def requests(self) -> list[LoggedRequest]:
        return self.log.requests(since_id=self.since)

    def writes(self) -> list[str]:
        """The mutating requests since the mark, as `METHOD last-parts-of-the-path`."""
        made = self.log.requests(since_id=self.since, mutates=True)
        return [f"{each.method} {self.short(each.path)}" for each in made]

    def short(self, path: str) -> str:
        """A path without what is the test's own anyway."""
        return path

    def fault(self, action: Action, **where: Any) -> int:
        return self.faults.set(self.name, action, **where)
