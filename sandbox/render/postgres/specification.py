"""Turns the bodies of `POST` and `PATCH /postgres` into columns, by the platform's rules."""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.http.errors import NotImitatedError
from sandbox.render.http import body as read
from sandbox.render.http.errors import BadRequestError
from sandbox.render.http.ids import with_suffix
from sandbox.render.postgres.plans import POSTGRES_PLANS, POSTGRES_VERSIONS
from sandbox.render.postgres.records import Phase, PostgresRecord, PostgresWish
from sandbox.render.services.plans import FREE, REGIONS

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,57}")  # with its suffix 63, PostgreSQL's limit
_RESERVED = re.compile(r"postgres|template\d|public|none|pg_.*", re.IGNORECASE)
_EVERYWHERE = ({"cidrBlock": "0.0.0.0/0", "description": "everywhere"},)
# Our choice of what a plan begins with: nobody at hand could say.
_FREE_DISK, _DISK = 1, 15
_DISK_STEP, _MOST_DISK = 5, 16 * 1024

# Whether PostgreSQL of that version can't be had here, and why.
WhyNot = Callable[[str], str | None]


def created(body: Mapping[str, Any], owner: str, why_not: WhyNot) -> PostgresWish:
    """What a new database is to be.

    Raises:
        BadRequestError: a rule of the platform is broken.
        NotImitatedError: the platform could do this; the sandbox cannot.
    """
    name = _name(body)
    plan = read.one_of(body, "plan", tuple(POSTGRES_PLANS))
    version = read.one_of(body, "version", POSTGRES_VERSIONS)
    region = read.one_of(body, "region", REGIONS) if body.get("region") else REGIONS[0]
    _require_imitated(body)
    base = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "database"
    base = base if base[0].isalpha() else f"db_{base}"
    database = _identifier(body, "databaseName") or base[:50]
    user = _identifier(body, "databaseUser") or f"{base[:50]}_user"
    if reason := why_not(version):
        raise NotImitatedError(f"Postgres {version}: {reason}")
    return PostgresWish(
        name=name,
        owner=owner,
        plan=plan,
        version=version,
        region=region,
        database_name=with_suffix(database).replace("-", "_"),  # as recorded
        database_user=user,
        disk_gb=_disk(body, plan, _FREE_DISK if plan == FREE else _DISK),
        allow_list=_allow_list(body, _EVERYWHERE),
    )


def patched(record: PostgresRecord, body: Mapping[str, Any]) -> dict[str, object]:
    """The columns that a PATCH changes; what is not named stays. Raises as `created` does."""
    _require_imitated(body)
    values: dict[str, object] = {}
    if body.get("name") is not None:
        values["name"] = _name(body)
    plan = record.plan
    if body.get("plan") is not None:
        plan = read.one_of(body, "plan", tuple(POSTGRES_PLANS))
        if plan == FREE != record.plan:
            raise BadRequestError("cannot change a paid database to the free plan")
    if plan != record.plan:
        values |= {"plan": plan, "expires_at": None}
        if record.phase is not Phase.CREATING:
            values["phase"] = Phase.OTHER_PLAN
    if body.get("diskSizeGB") is not None:
        disk = _disk(body, plan, record.disk_gb)
        if disk < record.disk_gb:
            raise BadRequestError(f"diskSizeGB: a disk of {record.disk_gb} GB cannot shrink")
        values["disk_gb"] = disk
    if "ipAllowList" in body:
        allowed = _allow_list(body, ())
        values["allow_list"] = json.dumps([dict(each) for each in allowed])
    return values


def admits(record: PostgresRecord, address: str) -> bool:
    """Whether a connection from outside of the private network may come from there."""
    place = ipaddress.ip_address(address)
    return any(place in ipaddress.ip_network(each["cidrBlock"]) for each in record.allow_list)


def _name(body: Mapping[str, Any]) -> str:
    name = read.required(body, "name").strip()
    if not name:
        raise BadRequestError("name is required")
    return name


def _identifier(body: Mapping[str, Any], key: str) -> str:
    value = read.text(body, key)
    if value and (not _NAME.fullmatch(value) or _RESERVED.fullmatch(value)):
        raise BadRequestError(
            f"invalid {key}: {value!r}; letters, digits and underscores, and no reserved name"
        )
    return value


def _disk(body: Mapping[str, Any], plan: str, default: int) -> int:
    if body.get("diskSizeGB") is None:
        return default
    size = read.whole(body, "diskSizeGB", 1, _MOST_DISK)
    if plan == FREE and size != _FREE_DISK:
        raise BadRequestError("diskSizeGB is not supported for free tier databases")
    if size != 1 and size % _DISK_STEP:
        raise BadRequestError(f"diskSizeGB must be 1 or a multiple of {_DISK_STEP}")
    return size


def _allow_list(
    body: Mapping[str, Any], default: tuple[Mapping[str, str], ...]
) -> tuple[Mapping[str, str], ...]:
    given = body.get("ipAllowList")
    if given is None:
        return default
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise BadRequestError("ipAllowList must be a list of objects")
    allowed = []
    for each in given:
        block = read.required(each, "cidrBlock")
        try:
            ipaddress.ip_network(block)
        except ValueError:
            raise BadRequestError(f"invalid cidrBlock: {block!r}") from None
        allowed.append({"cidrBlock": block, "description": read.text(each, "description")})
    return tuple(allowed)


def _require_imitated(body: Mapping[str, Any]) -> None:
    """Refuses what would otherwise be accepted and then not happen."""
    asked = {
        "high availability": body.get("enableHighAvailability"),
        "read replicas": body.get("readReplicas"),
        "parameter overrides": body.get("parameterOverrides"),
        "connection pools": body.get("connectionPool") not in (None, "", "none"),
        "disks that grow by themselves": body.get("enableDiskAutoscaling"),
        "Datadog": body.get("datadogAPIKey") or body.get("datadogSite"),
        "environments": body.get("environmentId"),
    }
    for what, wanted in asked.items():
        if wanted:
            raise NotImitatedError(f"{what} of databases")
