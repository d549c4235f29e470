"""The public address of each service: to the instance that serves, or why none does."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from sandbox.apps.addresses import AddressBook, AddressUnavailableError
from sandbox.apps.unavailable import Unavailable
from sandbox.apps.upstream import Upstream
from sandbox.apps.visitor import Visitor
from sandbox.http.asked_host import asked_host
from sandbox.render.deploys.records import OPEN
from sandbox.render.deploys.turn import Instance, Parts
from sandbox.render.services.records import Service

_LOG = logging.getLogger(__name__)
_SOON = 2  # seconds, the Retry-After of an app that is on its way
_GONE = Unavailable(
    title="404: there is no such service",
    remedy="It was deleted, or never was.",
    status=HTTPStatus.NOT_FOUND,
)


class FrontDoor:
    """Opens and closes the services' addresses and decides, per visitor, where they lead."""

    def __init__(self, parts: Parts, addresses: AddressBook) -> None:
        self._parts = parts
        self._addresses = addresses
        # Told once there is who watches over what runs.
        self.out_of_rotation: Callable[[Instance], bool] = lambda _: False
        self.wake: Callable[[int], None] = lambda _: None

    def open_all(self) -> None:
        """Opens what is not open, each under the address it always had."""
        for service in self._parts.services.all():
            opened = self._addresses.is_open(address_owner(service.number))
            if service.settings.public and not opened:
                self.try_open(service)

    def try_open(self, service: Service) -> None:
        """Opens one; a port somebody else took is said, and tried again later."""
        number = service.number
        try:
            self._addresses.open(address_owner(number), lambda visitor: self._lead(number, visitor))
        except AddressUnavailableError as error:
            _LOG.warning("service %s has no address: %s", service.slug, error)

    def close(self, number: int, *, forget: bool = False) -> None:
        """Closes the address; `forget` gives its port away."""
        self._addresses.close(address_owner(number), forget=forget)

    def idle_seconds(self, number: int) -> float:
        """Seconds since a visitor's or the app's last byte passed."""
        return self._addresses.idle_seconds(address_owner(number))

    def port_of(self, slug: str) -> int | None:
        """The port of the app that has a name below onrender.com; None where there is none."""
        for service in self._parts.services.all():
            if service.slug == slug and service.settings.public:
                return self._addresses.port(address_owner(service.number))
        return None

    def url(self, service: Service) -> str:
        """The address under which the app answers who asks now; empty for one that has none.

        On Render it is `https://<slug>.onrender.com`, which leads nowhere on a closed machine.
        """
        if not service.settings.public:
            return ""
        return f"http://{asked_host()}:{self._addresses.port(address_owner(service.number))}"

    def _lead(self, number: int, _visitor: Visitor) -> Upstream | Unavailable:
        service = self._parts.services.get(number)
        if service is None or service.deleted:
            return _GONE
        if service.suspended:
            return Unavailable(
                title=f"Service {service.slug} has been suspended",
                remedy="Its owner has to resume it.",
            )
        return self._led(service, self._parts.serving.get(number))

    def _led(self, service: Service, instance: Instance | None) -> Upstream | Unavailable:
        """Where visitors of a service that is to run are led."""
        number = service.number
        if number in self._parts.asleep:
            self._parts.asleep.discard(number)
            self.wake(number)
            return Unavailable(
                title=f"Service {service.slug} is waking up",
                remedy="Services of the free plan sleep while nobody visits them.",
                retry_after=_SOON,
                hold=True,
            )
        if instance is not None and self.out_of_rotation(instance):
            return Unavailable(
                title=f"Service {service.slug} fails its health checks",
                remedy="It is restarted if that goes on; look at its logs.",
                retry_after=_SOON,
            )
        if instance is not None:
            return Upstream(instance.port, instance.own_address)
        if service.live is None and not self._parts.deploys.of(number, OPEN):
            return Unavailable(
                title=f"Service {service.slug} has no live deploy",
                remedy="Look at its logs and deploy a fix.",
                status=HTTPStatus.BAD_GATEWAY,
            )
        return Unavailable(
            title=f"Service {service.slug} is being deployed",
            remedy="Try again in a moment.",
            retry_after=_SOON,
        )


def address_owner(number: int) -> str:
    """The name under which the address book keeps a service's port."""
    return f"render:{number}"
