"""The Hub, put into a sandbox."""

from sandbox.hub.app import create_hub_app
from sandbox.hub.http.access import Access
from sandbox.hub.http.accounts import Accounts, Organization, Rights, TokenRole, User
from sandbox.hub.http.rate_limit import PRO_QUOTAS
from sandbox.hub.publishing.exchange import Exchange
from sandbox.hub.publishing.issuer_keys import IssuerKeys
from sandbox.hub.publishing.publishers import Publishers
from sandbox.hub.publishing.routes import exchange_routes
from sandbox.hub.publishing.tokens import PublisherTokens
from sandbox.hub.repositories.reader import SpaceReader
from sandbox.hub.repositories.registry import Registry
from sandbox.hub.spaces.routes import space_routes
from sandbox.hub.spaces.service import SpaceService
from sandbox.hub.spaces.visits import visits_of
from sandbox.hub.webhooks.service import Webhooks
from sandbox.server.place import Place, Platform
from sandbox.webhooks.targets import Targets

NAME = "hub"
REAL_HUB = "https://huggingface.co"  # what workflows that write the address out ask tokens for


def hub(place: Place) -> Platform:
    """The platform over a sandbox's database, machine and addresses."""
    registry = Registry(place.database, place.home.repositories)
    tokens = PublisherTokens(place.options.clock())
    access = Access(_accounts(place), registry, tokens)
    spaces = SpaceService(
        place.database,
        SpaceReader(registry),
        place.machine,
        place.addresses,
        folder=place.home.folder / "spaces",
        hub_port=place.ports[NAME],
        sandbox_ports=lambda: set(place.ports.values()),
        may_visit=visits_of(registry, access),
    )
    exchange = Exchange(
        registry,
        Publishers(place.database),
        tokens,
        IssuerKeys(),
        issuers=lambda: place.neighbours.issuers,
        audiences=_audiences(place),
    )
    webhooks = Webhooks(
        registry,
        access.accounts,
        place.url(NAME),
        Targets(
            place.addresses.bind_host, lambda: {*place.ports.values(), *place.addresses.ports()}
        ),
    )
    app = create_hub_app(
        registry,
        access,
        place.home.repositories,
        spaces,
        webhooks=webhooks,
        extra_routes=[*space_routes(spaces, access), *exchange_routes(exchange)],
        quotas={**PRO_QUOTAS, **place.options.quotas_of(NAME, PRO_QUOTAS)},
        clock=place.options.clock(),
    )

    def start() -> None:
        registry.recover()
        spaces.start()
        webhooks.courier.start()

    def stop() -> None:
        webhooks.courier.stop()
        spaces.stop()

    return place.platform(NAME, app, start=start, stop=stop, app_port=spaces.app_port)


def _audiences(place: Place) -> list[str]:
    """As whom jobs know this Hub: by its own name, and from where they run."""
    inside = f"http://{place.machine.inside_host}:{place.ports[NAME]}"
    return [place.url(NAME), inside, REAL_HUB]


def _accounts(place: Place) -> Accounts:
    """The sandbox's users; the first one has both tokens of the home besides its own."""
    identity, paid = place.home.identity(), place.options.paid
    drawn: dict[str, TokenRole | Rights]
    drawn = {identity.hub_token: TokenRole.WRITE, identity.hub_read_token: TokenRole.READ}
    free = set(place.options.free)
    users = [
        User(
            name=user.name,
            tokens={
                **(drawn if user is place.owner else {}),
                **{
                    token: TokenRole(may) if isinstance(may, str) else may
                    for token, may in user.hub_tokens.items()
                },
            },
            organizations=user.organizations,
            paid=paid and user.name not in free,
        )
        for user in place.options.users
    ]
    names = sorted({name for user in users for name in user.organizations})
    organizations = [Organization(name=name, paid=paid and name not in free) for name in names]
    return Accounts(users, organizations, place.options.ends_of_tokens())
