"""The platforms of one sandbox, each an application with its request log and faults around it."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.types import ASGIApp

from sandbox.apps.addresses import AddressBook
from sandbox.github.app import create_github_app
from sandbox.github.http.access import Access as GitHubAccess
from sandbox.github.http.accounts import ACTIONS, Token
from sandbox.github.http.accounts import Accounts as GitHubAccounts
from sandbox.github.http.accounts import User as GitHubUser
from sandbox.github.http.wire import AddressesAsSent
from sandbox.github.repositories.located import located
from sandbox.github.repositories.registry import Registry as GitHubRegistry
from sandbox.github.runs.service import RunService
from sandbox.github.service import GitHubService
from sandbox.http.faults import FaultInjector, Faults
from sandbox.http.request_log import RequestLog, RequestRecorder
from sandbox.hub.app import create_hub_app
from sandbox.hub.http.access import Access
from sandbox.hub.http.accounts import Accounts, Organization, TokenRole, User
from sandbox.hub.repositories.reader import SpaceReader
from sandbox.hub.repositories.registry import Registry
from sandbox.hub.spaces.routes import space_routes
from sandbox.hub.spaces.service import SpaceService
from sandbox.hub.spaces.visits import visits_of
from sandbox.machine.contract import Machine
from sandbox.render.app import create_render_app
from sandbox.render.http.account import Account, Workspace
from sandbox.render.services.service import RenderService
from sandbox.server.environment import github_endpoint, job_environment
from sandbox.server.home import Home
from sandbox.server.namespaces import USER, namespaces
from sandbox.store.database import Database
from toolchain.act import ensure_act
from toolchain.progress import Progress

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
    render, service = _render(home, machine, addresses)
    return [_hub(home, machine, addresses), render, _github(home, service)]


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
        sandbox_ports=lambda: {identity.render_port, identity.github_port},
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


def _render(home: Home, machine: Machine, addresses: AddressBook) -> tuple[Platform, RenderService]:
    identity, database = home.identity(), home.open_database()
    account = Account(
        name=USER,
        email=_EMAIL,
        api_key=identity.render_key,
        hook_key=identity.render_hook_key,
        workspaces=[Workspace(id=_WORKSPACE, name=USER, email=_EMAIL)],
    )
    repositories = GitHubRegistry(database, home.folder / "github")
    service = RenderService(
        database,
        account,
        machine,
        addresses,
        folder=home.folder / "render",
        located=located(repositories, github_endpoint(home)),
        sandbox_ports=lambda: {identity.hub_port, identity.render_port, identity.github_port},
    )
    observed = _observed(create_render_app(service), database, "render")
    platform = Platform("render", identity.render_port, observed, service.start, service.stop)
    return platform, service


def _github(home: Home, render: RenderService) -> Platform:
    identity, database = home.identity(), home.open_database()
    url = github_endpoint(home)

    def branch_moved(repository: str, branch: str, commit: str, *, checks_passed: bool) -> None:
        render.pushed(f"{url}/{repository}", branch, commit, checks_passed=checks_passed)

    service = GitHubService(
        database,
        _github_accounts(home),
        folder=home.folder / "github",
        url=url,
        branch_moved=branch_moved,
    )
    access = GitHubAccess(service.accounts, service.registry)
    runs = RunService(
        database,
        service,
        folder=home.folder / "github-runs",
        github_url=url,
        ensure_act=lambda: ensure_act(Progress()),
        checks_passed=service.checks_passed,
        token=identity.github_job_token,
        job_environment=job_environment(home),
        access=access,
    )
    service.connect(runs)
    observed = _observed(create_github_app(service, runs), database, "github")
    served = AddressesAsSent(observed)
    return Platform("github", identity.github_port, served, runs.start, runs.stop)


def _github_accounts(home: Home) -> GitHubAccounts:
    """The sandbox's user with the same organizations, and who speaks for its workflow runs."""
    identity = home.identity()
    names = sorted(namespaces(home.checkout, home.project) - {USER})
    user = GitHubUser(login=USER, tokens={identity.github_token: Token()}, organizations=names)
    token = Token(scopes=None, may_administer=False)
    tokens = {identity.github_job_token: token}
    return GitHubAccounts(
        [user, GitHubUser(login=ACTIONS, tokens=tokens, works_for=[USER, *names])]
    )


def _observed(app: Starlette, database: Database, name: str) -> ASGIApp:
    """Around a platform: its request log outside, so that injected trouble is recorded too."""
    injector = FaultInjector(app, Faults(database), name)
    return RequestRecorder(injector, RequestLog(database), name, app.routes)
