"""The provider for Postgres on Render, as the contract suite drives it."""

from dataclasses import dataclass

from slipway.render.postgres.provider import PostgresProvider
from slipway.render.postgres.ready_provider import PostgresReadyProvider
from tests.providers.case import OUR_MARK
from tests.providers.engine import UNKNOWN, Engine
from tests.providers.render_cases import RenderCase
from tests.providers.render_platform import OWNER


@dataclass
class PostgresCase(RenderCase):
    """A database; its place in the API has another form of list."""

    def _all(self):
        return [each["postgres"] for each in super()._all()]


@dataclass
class PostgresReadyCase(PostgresCase):
    """The wait for a database."""

    def named(self, _engine=None) -> str:
        return self.inputs["database_id"]

    def exists(self, _engine) -> bool:
        return any(each["id"] == self.named() for each in self._all())


def postgres(ask):
    inputs = {
        "name": ask("service_name"),
        "owner": OWNER,
        "region": "frankfurt",
        "plan": "basic_256mb",
        "version": "17",
        "database_name": "shop",
        "disk_gb": None,
        "allowed_cidrs": ["10.0.0.0/8"],
        "mark": OUR_MARK,
        "adopt": False,
        "delete_data": True,
    }
    return PostgresCase(
        ask("render"),
        PostgresProvider,
        inputs,
        [
            {"plan": "basic_1gb"},
            {"disk_gb": 20},
            {"allowed_cidrs": []},
            {"name": f"{inputs['name']}-renamed"},
        ],
        [{"plan": UNKNOWN}, {"disk_gb": UNKNOWN}, {"allowed_cidrs": UNKNOWN}],
        where="postgres",
    )


def postgres_ready(ask):
    below = postgres(ask)
    made = Engine(PostgresProvider)
    made.up(below.inputs)
    other = Engine(PostgresProvider)
    other.up(below.changed({"name": f"{below.inputs['name']}-other"}))
    return PostgresReadyCase(
        below.platform,
        PostgresReadyProvider,
        {"database_id": made.id, "timeout_seconds": 20},
        [{"database_id": other.id}],
        [{"database_id": UNKNOWN}],
        where="postgres",
        owns=False,
    )
