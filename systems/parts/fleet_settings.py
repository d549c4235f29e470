"""What a stack says of a fleet: where its services run, how large, and what comes with them."""

from dataclasses import dataclass
from typing import Annotated

from slipway.render.plans import POSTGRES_PLANS, POSTGRES_VERSIONS
from systems.values import RenderNames, between, one_of

HOSTS = ("render", "docker")
DELIVERIES = ("baked", "download")


@dataclass(frozen=True, kw_only=True)
class FleetSettings:
    """What a stack says of a fleet."""

    names: RenderNames  # of the services, with {} for their keys, such as "frigo-{}-dev"
    delivery: Annotated[str, one_of(DELIVERIES)] = "baked"  # or "download" when the service starts
    region: str = "frankfurt"  # of Render
    plan: str = "starter"  # of each service, by Render's own names
    build_limit_minutes: Annotated[int, between(1, 1440, "minutes")] = (
        45  # after which a build is given up; Render documents 120
    )
    disk_gigabytes: Annotated[int, between(0, 100_000, "GB")] = (
        0  # what an instance holds; 0 is unknown, Render publishes no figure
    )
    database: bool = False  # True: what they keep is kept in a Postgres, else in memory
    database_plan: Annotated[str, one_of(POSTGRES_PLANS)] = "basic_256mb"  # by Render's own names
    database_version: Annotated[str, one_of(POSTGRES_VERSIONS)] = (
        "15"  # the sandbox may have the one that is packaged for its host only
    )
    delete_data: bool = (
        False  # True: the database goes when the stack does; else it stays, and costs
    )
    host: Annotated[str, one_of(HOSTS)] = (
        "render"  # or "docker": the stack's Docker host runs the services instead
    )
    docker_port: Annotated[int, between(0, 65_533)] = (
        5000  # first of those on its loopback, in the members' order; 0: any free ones
    )
