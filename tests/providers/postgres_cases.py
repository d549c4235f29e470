"""The provider for Postgres on Render, as the contract suite drives it."""

from dataclasses import dataclass

from slipway.render.postgres.provider import PostgresProvider
from tests.providers.case import OUR_MARK
from tests.providers.engine import UNKNOWN
from tests.providers.render_cases import RenderCase
from tests.providers.render_platform import OWNER


@dataclass
class PostgresCase(RenderCase):
    """A database; its place in the API has another form of list."""

    def _all(self):
        return [each["postgres"] for each in super()._all()]


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
