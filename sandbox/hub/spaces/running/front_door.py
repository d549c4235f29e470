"""The public address of each Space: to the app that serves, or why none does."""

import logging
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from http import HTTPStatus

from sandbox.apps.addresses import AddressBook, AddressUnavailableError
from sandbox.apps.unavailable import Unavailable
from sandbox.apps.upstream import Upstream
from sandbox.apps.visitor import Visitor
from sandbox.http.asked_host import asked_host
from sandbox.hub.spaces.records import SpaceRecord
from sandbox.hub.spaces.running.turn import Parts
from sandbox.hub.spaces.runtime import subdomain
from sandbox.hub.spaces.stages import Stage

_LOG = logging.getLogger(__name__)

MayVisit = Callable[[str, str | None], bool]  # (repository id, Authorization header)

_SOON = 2  # seconds, the Retry-After of an app that is on its way
_REMEDIES = {
    Stage.NO_APP_FILE: "Commit a Dockerfile (or, for a static Space, an index.html).",
    Stage.CONFIG_ERROR: "Correct the README's front matter or the Space's settings.",
    Stage.BUILD_ERROR: "Look at the build log and commit a fix.",
    Stage.RUNTIME_ERROR: "Look at the run log, then restart the Space or commit a fix.",
    Stage.PAUSED: "Its owner has to restart it.",
}
_GONE = Unavailable(
    title="404: there is no such Space",
    remedy="Check its name, and that your token may see it.",
    status=HTTPStatus.NOT_FOUND,
)


@dataclass(frozen=True)
class FrontDoor:
    """Opens and closes the Spaces' addresses and decides, per visitor, where they lead."""

    parts: Parts
    addresses: AddressBook
    _: KW_ONLY
    wake: Callable[[int], None]
    may_visit: MayVisit | None

    def open_all(self) -> None:
        """Opens what is not open, each under the address it always had."""
        for record in self.parts.records.all():
            if record.repo_id is not None and not self.addresses.is_open(address_owner(record.id)):
                self.try_open(record.id)

    def try_open(self, space: int) -> None:
        """Opens one; a port somebody else took is said, and tried again later."""
        try:
            self.addresses.open(address_owner(space), lambda visitor: self._lead(space, visitor))
        except AddressUnavailableError as error:
            _LOG.warning("Space %s has no address: %s", space, error)

    def close(self, space: int, *, forget: bool = False) -> None:
        """Closes the address; `forget` gives its port away."""
        self.addresses.close(address_owner(space), forget=forget)

    def host(self, record: SpaceRecord) -> str:
        """The address without its scheme, as who asks now reaches it."""
        return f"{asked_host()}:{self.addresses.port(address_owner(record.id))}"

    def port_of(self, name: str) -> int | None:
        """The port of the app that has a name below hf.space; None where there is no such app."""
        for record in self.parts.records.all():
            if record.repo_id is not None and subdomain(record.repo_id) == name:
                return self.addresses.port(address_owner(record.id))
        return None

    def idle_seconds(self, space: int) -> float:
        """Seconds since a visitor's or the app's last byte passed."""
        return self.addresses.idle_seconds(address_owner(space))

    def _lead(self, space: int, visitor: Visitor) -> Upstream | Unavailable:
        record = self.parts.records.get(space)
        if record is None or record.repo_id is None:
            return _GONE
        if self.may_visit and not self.may_visit(record.repo_id, visitor.authorization):
            return _GONE
        app = self.parts.serving.get(space)
        if app is not None:
            return Upstream(app.port, app.own_address)
        title = f"Space {record.repo_id}: {record.stage}"
        remedy = _REMEDIES.get(record.stage)
        if remedy is not None:
            return Unavailable(title=title, remedy=f"{record.error or ''}\n{remedy}".strip())
        if record.stage is Stage.SLEEPING:
            self.wake(space)
        return Unavailable(
            title=title,
            remedy="The app is being prepared; try again in a moment.",
            retry_after=_SOON,
            hold=record.stage is Stage.SLEEPING,
        )


def address_owner(space: int) -> str:
    """The name under which the address book keeps a Space's port."""
    return f"space:{space}"
