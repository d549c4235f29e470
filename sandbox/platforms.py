"""The platforms of one sandbox, each an application with its request log and faults around it."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.types import ASGIApp

from sandbox.database import Database
from sandbox.faults import FaultInjector, Faults
from sandbox.home import Home
from sandbox.hub.access import Access
from sandbox.hub.accounts import Accounts, Organization, TokenRole, User
from sandbox.hub.app import create_hub_app
from sandbox.hub.reader import SpaceReader
from sandbox.hub.registry import Registry
from sandbox.hub.spaces.routes import space_routes
from sandbox.hub.spaces.service import SpaceService
from sandbox.hub.spaces.visits import visits_of
from sandbox.machine.address import AddressBook
from sandbox.machine.contract import Machine
from sandbox.namespaces import namespaces
from sandbox.render.account import Account, Workspace
from sandbox.render.app import create_render_app
from sandbox.render.service import RenderService
from sandbox.request_log import RequestLog, RequestRecorder

USER = "slipway"  # whose tokens a sandbox hands out
_EMAIL = "slipway@localhost"
_WORKSPACE = "tea-slipway0000000000000"


@dataclass(frozen=True)
class Platform:
    """One platform, ready to be served."""

    name: str  # in the request log and in rules for faults
    port: int
    app: ASGIApp
    start: Callable[[], None]  # brings back what ran
    stop: Callable[[], None]  # ends what runs and keeps what exists


def compose(home: Home, machine: Machine, addresses: AddressBook) -> list[Platform]:
    """Every platform, over one database, one machine and one address book."""
    return [_hub(home, machine, addresses), _render(home, machine, addresses)]


def _hub(home: Home, machine: Machine, addresses: AddressBook) -> Platform:
    identity, database = home.identity(), home.open_database()
    registry = Registry(database, home.repositories)
    access = Access(_hub_accounts(home), registry)
    spaces = SpaceService(
        database,
        SpaceReader(registry),
        machine,
        addresses,
        folder=home.folder / "spaces",
        hub_port=identity.hub_port,
        sandbox_ports=lambda: {identity.render_port},
        may_visit=visits_of(registry, access),
    )
    routes = space_routes(spaces, access)
    app = create_hub_app(registry, access, home.repositories, spaces, extra_routes=routes)
    observed = _observed(app, database, "hub")
    return Platform("hub", identity.hub_port, observed, spaces.start, spaces.stop)


def _hub_accounts(home: Home) -> Accounts:
    """The sandbox's user with both tokens, and the organizations it belongs to."""
    identity = home.identity()
    tokens = {identity.hub_token: TokenRole.WRITE, identity.hub_read_token: TokenRole.READ}
    names = sorted(namespaces(home.checkout, home.project) - {USER})
    user = User(name=USER, tokens=tokens, organizations=names)
    return Accounts([user], [Organization(name=name) for name in names])


def _render(home: Home, machine: Machine, addresses: AddressBook) -> Platform:
    identity, database = home.identity(), home.open_database()
    account = Account(
        name=USER,
        email=_EMAIL,
        api_key=identity.render_key,
        hook_key=identity.render_hook_key,
        workspaces=[Workspace(id=_WORKSPACE, name=USER, email=_EMAIL)],
    )
    service = RenderService(
        database,
        account,
        machine,
        addresses,
        folder=home.folder / "render",
        sandbox_ports=lambda: {identity.hub_port, identity.render_port},
    )
    observed = _observed(create_render_app(service), database, "render")
    return Platform("render", identity.render_port, observed, service.start, service.stop)


def _observed(app: Starlette, database: Database, name: str) -> ASGIApp:
    """Around a platform: its request log outside, so that injected trouble is recorded too."""
    injector = FaultInjector(app, Faults(database), name)
    return RequestRecorder(injector, RequestLog(database), name, app.routes)
