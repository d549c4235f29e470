"""The addresses that the sandbox's platforms serve, out of the applications themselves."""

from collections.abc import Sequence
from pathlib import Path

from starlette.routing import BaseRoute

from sandbox.apps.addresses import AddressBook
from sandbox.hub.app import create_hub_app
from sandbox.hub.http.access import Access
from sandbox.hub.http.accounts import Accounts, Organization, TokenRole, User
from sandbox.hub.publishing.exchange import Exchange
from sandbox.hub.publishing.issuer_keys import IssuerKeys
from sandbox.hub.publishing.publishers import Publishers
from sandbox.hub.publishing.routes import exchange_routes
from sandbox.hub.publishing.tokens import PublisherTokens
from sandbox.hub.repositories.reader import SpaceReader
from sandbox.hub.repositories.registry import Registry
from sandbox.hub.spaces.routes import space_routes
from sandbox.hub.spaces.service import SpaceService
from sandbox.render.app import create_render_app
from sandbox.render.http.account import Account, Workspace
from sandbox.render.services.service import RenderService
from sandbox.store.database import Database
from tests.providers.thread_machine import ThreadMachine


def hub_routes(folder: Path) -> Sequence[BaseRoute]:
    """The Hub's, both halves."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(folder / "sandbox.sqlite")
    registry = Registry(database, folder)
    user = User(name="ann", tokens={"hf_x": TokenRole.WRITE}, organizations=["acme"])
    access = Access(Accounts([user], [Organization(name="acme")]), registry)
    spaces = SpaceService(
        database,
        SpaceReader(registry),
        ThreadMachine(),
        AddressBook(database),
        folder=folder / "spaces",
        hub_port=1,
        may_visit=lambda *_: True,
    )
    exchange = Exchange(
        registry,
        Publishers(database),
        PublisherTokens(),
        IssuerKeys(),
        issuers=dict,
        audiences=["http://hub"],
    )
    extra = [*space_routes(spaces, access), *exchange_routes(exchange)]
    app = create_hub_app(registry, access, folder, spaces, extra_routes=extra)
    return app.routes


def render_routes(folder: Path) -> Sequence[BaseRoute]:
    """Render's, deploy hooks included."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(folder / "sandbox.sqlite")
    account = Account(
        name="Ann",
        email="ann@example.com",
        api_key="rnd_x",
        hook_key="x",
        workspaces=[Workspace(id="tea-0", name="acme", email="acme@example.com")],
    )
    service = RenderService(
        database, account, ThreadMachine(), AddressBook(database), folder=folder / "render"
    )
    return create_render_app(service).routes
