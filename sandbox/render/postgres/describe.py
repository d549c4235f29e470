"""Databases as Render's API gives them."""

from typing import Any

from sandbox.apps.addresses import LOOPBACK
from sandbox.render.http.account import Account
from sandbox.render.postgres.records import PostgresRecord
from sandbox.render.postgres.service import PostgresService

_DASHBOARD = "https://dashboard.render.com/d"


def describe(record: PostgresRecord, service: PostgresService, account: Account) -> dict[str, Any]:
    """A `postgres`, as lists hold it and as it is answered alone."""
    described: dict[str, Any] = {
        "id": record.id,
        "name": record.name,
        "owner": account.workspace(record.owner).description(),
        "plan": record.plan,
        "version": record.version,
        "region": record.region,
        "status": service.status(record),
        "role": "primary",
        "databaseName": record.database_name,
        "databaseUser": record.database_user,
        "diskSizeGB": record.disk_gb,
        "diskAutoscalingEnabled": False,
        "highAvailabilityEnabled": False,
        "readReplicas": [],
        "connectionPool": "none",
        "ipAllowList": [dict(each) for each in record.allow_list],
        "suspended": "suspended" if record.suspended else "not_suspended",
        "suspenders": ["user"] if record.suspended else [],
        "dashboardUrl": f"{_DASHBOARD}/{record.id}",
        "createdAt": record.created_at,
        "updatedAt": record.updated_at,
    }
    if record.expires_at is not None:
        described["expiresAt"] = record.expires_at
    return described


def connection_info(record: PostgresRecord, port: int) -> dict[str, str]:
    """How to connect, with the password in clear.

    Inside of the private network a database's host is its id, as on the platform. From outside it
    is reached on this computer, without TLS.
    """
    user, password, database = record.database_user, record.password, record.database_name
    login = f"postgresql://{user}:{password}@"
    return {
        "password": password,
        "internalConnectionString": f"{login}{record.id}/{database}",
        "externalConnectionString": f"{login}{LOOPBACK}:{port}/{database}",
        "psqlCommand": f"PGPASSWORD={password} psql -h {LOOPBACK} -p {port} -U {user} {database}",
    }
