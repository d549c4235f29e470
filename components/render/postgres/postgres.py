"""A Render Postgres database, ready when it takes connections.

Reachable from services of the same region only, unless addresses are allowed. Region, version and
database name can't be changed by any call: another one is refused, since another database would
take the place of this one and its data, unless `delete_data` says that those may go.
"""

import ipaddress
from dataclasses import dataclass

from pulumi import Output, ResourceOptions

from slipway.core.arguments import LONGEST_TIMEOUT, check_between, check_types
from slipway.core.component import Component
from slipway.core.credentials import RENDER_API_KEY
from slipway.core.lineage import mark_of
from slipway.core.secrecy.sealing import unseal
from slipway.core.stack import require_stack_credential
from slipway.errors import ConfigError
from slipway.render.deploy.declaring import one_of
from slipway.render.names import check_name
from slipway.render.plans import POSTGRES_PLANS, POSTGRES_VERSIONS, REGIONS
from slipway.render.resources import PostgresReadyResource, PostgresResource

_MOST_GIGABYTES = 16_384  # of a database's disk


@dataclass(frozen=True, kw_only=True)
class PostgresArgs:
    """What a caller decides about a database."""

    name: str  # unique within the workspace
    region: str = "frankfurt"  # the one of the services that use it
    plan: str = "basic_256mb"
    version: str = "17"
    database_name: str = ""  # empty leaves it to Render
    disk_gb: int | None = None  # None is the plan's own; it only grows
    allowed_cidrs: tuple[str, ...] = ()  # who may connect from outside, as 203.0.113.0/24
    workspace: str = ""  # its id or name; empty is the only one the API key reaches
    timeout_seconds: int = 1200  # until it takes connections
    adopt: bool = False  # take over a database that this stack did not make
    protect: bool = True  # refuse to delete it
    delete_data: bool = False
    """Delete it, all data included, with its stack and for another region, version or database
    name. Otherwise it stays on Render, and costs; a stack of the same name takes it up again."""

    def __post_init__(self) -> None:
        what = f"Render Postgres {self.name}"
        check_types(what, self)
        check_name(what, self.name)
        one_of(what, "region", self.region, REGIONS)
        one_of(what, "plan", self.plan, POSTGRES_PLANS)
        one_of(what, "version", self.version, POSTGRES_VERSIONS)
        for cidr in self.allowed_cidrs:
            try:
                ipaddress.ip_network(cidr)
            except ValueError as error:
                raise ConfigError(f"{what}: allowed_cidrs: {error}.") from None
        check_between(what, "timeout_seconds", self.timeout_seconds, 1, LONGEST_TIMEOUT)
        check_between(what, "disk_gb", self.disk_gb, 1, _MOST_GIGABYTES)
        if self.disk_gb is not None and self.plan == "free":
            raise ConfigError(
                f"{what}: disk_gb {self.disk_gb}; the free plan's disk has one size. Remove it, or "
                "choose another plan."
            )


class Postgres(Component):
    """One database.

    For example:

        from slipway import Image, Postgres, PostgresArgs, WebService, WebServiceArgs

        database = Postgres("database", PostgresArgs(name="acme-data"))
        WebService("api", WebServiceArgs(
            name="acme-api",
            image=Image(ref="ghcr.io/acme/api:1"),
            secrets={"DATABASE_URL": database.internal_url},
        ))
    """

    internal_url: Output[str]  # a secret: for services of the same region
    external_url: Output[str]  # a secret: for the allowed addresses
    page: Output[str]  # in Render's dashboard
    expires_at: Output[str]  # when a free database is deleted; else empty

    def __init__(self, name: str, args: PostgresArgs, opts: ResourceOptions | None = None) -> None:
        seen_by_policies = {"name": args.name, "region": args.region, "plan": args.plan}
        super().__init__("slipway:render:Postgres", name, seen_by_policies, opts)
        key = require_stack_credential(RENDER_API_KEY)
        database = self._database(name, args)
        ready = PostgresReadyResource(
            f"{name}-ready",
            {"database_id": database.id, "timeout_seconds": args.timeout_seconds},
            ResourceOptions(parent=self),
        )
        self.internal_url = _opened(key, ready.internal_url)
        self.external_url = _opened(key, ready.external_url)
        self.page, self.expires_at = database.page, database.expires_at
        # Never the addresses: what is registered here the engine writes to its log in clear.
        self.register_outputs({"page": self.page, "expires_at": self.expires_at})

    def _database(self, name: str, args: PostgresArgs) -> PostgresResource:
        return PostgresResource(
            f"{name}-database",
            {
                "name": args.name,
                "owner": args.workspace,
                "region": args.region,
                "plan": args.plan,
                "version": args.version,
                "database_name": args.database_name,
                "disk_gb": args.disk_gb,
                "allowed_cidrs": list(args.allowed_cidrs),
                "mark": mark_of(self, f"{name}-database"),
                "adopt": args.adopt,
                "delete_data": args.delete_data,
            },
            ResourceOptions(parent=self, protect=args.protect or None),
        )


def _opened(key: Output[str], sealed: Output[str]) -> Output[str]:
    """What a provider sealed on its way through the engine."""
    opened: Output[str] = Output.all(key, sealed).apply(lambda pair: unseal(pair[0], pair[1]))
    return Output.secret(opened)
