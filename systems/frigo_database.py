"""Frigo's conversations in a Postgres of Render's, instead of the app's memory."""

from pulumi import Output

from slipway.render.postgres.postgres import Postgres, PostgresArgs
from slipway.render.service.web_service import WebServiceArgs


def address_of(
    name: str,
    plan: str,
    version: str,
    *,
    beside: WebServiceArgs,
    protect: bool,
    adopt: bool = False,
) -> Output[str]:
    """Raises the database and returns its address, a secret.

    Args:
        name: of the database, unique within the workspace.
        plan: Render's id, such as "basic_256mb".
        version: of PostgreSQL, such as "15".
        beside: the service that asks it; only those of its region reach it.
        protect: refuse to delete it; without, its data goes with the stack.
        adopt: take over one that this stack did not make.
    """
    args = PostgresArgs(
        name=name,
        region=beside.region,
        workspace=beside.workspace,
        plan=plan,
        version=version,
        database_name="frigo",
        adopt=adopt,
        protect=protect,
        delete_data=not protect,
    )
    return Postgres("frigo-database", args).internal_url
