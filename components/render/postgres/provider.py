"""The life of a Postgres database, but not the minutes until it takes connections."""

import hashlib
from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from slipway.core.ownership import own_mark
from slipway.errors import ApiError, DeployError
from slipway.render.api.provider import RenderProvider, whole
from slipway.render.api.transport import Json, is_gone

PATH = "/postgres"
OUTPUTS = ("database_id", "page", "expires_at", "owner_id")
# Databases that this run's resources took over. The one of a renamed component is taken over by its
# new resource before the old one's `delete`, in one process: that `delete` must not reach it.
_TAKEN: set[str] = set()
FIXED = ("region", "version", "database_name")


class PostgresProvider(RenderProvider):
    """Inputs: name, owner, region, plan, version, database_name, disk_gb, allowed_cidrs, mark,
    adopt, delete_data. Adds: database_id, owner_id, page, expires_at.

    A database has no place for a mark that could be changed, so its user carries one from the
    start: a name made from the state's lineage. Who else of that state holds it can't be told from
    it, so the data stays when the resource goes, unless `delete_data` says otherwise.
    """  # noqa: D205 - the list of properties is the summary

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compares named keys; what Render can't change replaces the database and its data."""
        replaces = [
            key for key in FIXED if news.get(key) and (olds.get(key) or "") != news.get(key)
        ]
        if self.another_owner(olds, news):
            replaces.append("owner")
        forgets = bool(news.get("delete_data")) != bool(olds.get("delete_data"))
        changed = bool(_changes(olds, news)) or forgets
        return DiffResult(
            changes=bool(replaces) or changed, replaces=replaces, delete_before_replace=True
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Creates the database, or adopts it; it becomes available later."""
        owner_id = self.client.owner_id(props.get("owner") or "")
        live = self._find(props["name"], owner_id)
        if live is None:
            made, found = self.client.create_once(
                f"Render Postgres {props['name']}: create",
                PATH,
                _create_body(props, owner_id),
                (),
                lambda: self._find(props["name"], owner_id),
            )
            live = made or found
        else:
            live = self._adopt(live, props)
            _TAKEN.add(str(live["id"]))
        return CreateResult(str(live["id"]), {**props, **_facts(live)})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The database as it is now; empty if it is gone."""
        live = self._read(id_)
        if live is None:
            return ReadResult("", {})
        outputs = {**props, **_facts(live), **_live(live, props)}
        inputs = {key: value for key, value in outputs.items() if key not in OUTPUTS}
        return ReadResult(id_, outputs, inputs)

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Changes what differs, in one call."""
        live = self._patch(id_, _changes(olds, news), news)
        return UpdateResult({**news, **_facts(live)})

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Deletes the database and its data if told to, else leaves it; absent is success."""
        if not props.get("delete_data") or id_ in _TAKEN:
            return
        self.client.delete(f"Render Postgres {id_}: delete", f"{PATH}/{id_}")

    def _adopt(self, live: Json, props: dict[str, Any]) -> Json:
        what = f"Render Postgres {props['name']} ({live['id']})"
        if live.get("databaseUser") != owner_user(props) and not props.get("adopt"):
            raise DeployError(
                f"{what}: it exists already and was not made by this stack, or before it was last "
                "destroyed. Set adopt to take it over, or choose another name."
            )
        now = {**props, **_live(live, props)}
        if other := [key for key in ("region", "version") if now[key] != props[key]]:
            raise DeployError(
                f"{what}: its {' and its '.join(other)} can't be changed. Choose another name, or "
                "declare it as it is."
            )
        return self._patch(str(live["id"]), _changes(now, props), props)

    def _patch(self, id_: str, body: dict[str, Json], props: dict[str, Any]) -> Json:
        if not body:
            live = self._read(id_)
            if live is None:
                raise DeployError(f"Render Postgres {id_}: it vanished. Run `pulumi refresh`.")
            return live
        what = f"Render Postgres {props['name']}: change"
        return self.client.calls.request(what, "PATCH", f"{PATH}/{id_}", body=body)

    def _find(self, name: str, owner_id: str) -> Json:
        params = {"name": name, "ownerId": owner_id}
        pages = self.client.pages(f"Render Postgres {name}: look for it", PATH, params)
        found = [each["postgres"] for each in pages if each["postgres"]["name"] == name]
        return self._read(str(found[0]["id"])) if found else None

    def _read(self, id_: str) -> Json:
        try:
            return self.client.calls.request(f"Render Postgres {id_}: read", "GET", f"{PATH}/{id_}")
        except ApiError as error:
            if is_gone(error):
                return None
            raise


def owner_user(props: dict[str, Any]) -> str:
    """The database's user: the same for the same state and name, and nobody else's."""
    text = f"{own_mark(props).lineage}\0{props['name']}"
    return "u_" + hashlib.sha256(text.encode()).hexdigest()[:16]


def _create_body(props: dict[str, Any], owner_id: str) -> dict[str, Json]:
    body: dict[str, Json] = {
        "name": props["name"],
        "ownerId": owner_id,
        "plan": props["plan"],
        "version": props["version"],
        "region": props["region"],
        "databaseUser": owner_user(props),
        "ipAllowList": _allow_list(props),
    }
    if props.get("database_name"):
        body["databaseName"] = props["database_name"]
    if (size := whole(props.get("disk_gb"))) is not None:
        body["diskSizeGB"] = size
    return body


def _changes(olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Json]:
    """The body of a PATCH for what is declared and differs; empty without differences."""
    body: dict[str, Json] = {
        key: news[key] for key in ("name", "plan") if olds.get(key) != news.get(key)
    }
    size = news.get("disk_gb")
    if size is not None and olds.get("disk_gb") != size:
        body["diskSizeGB"] = int(size) if isinstance(size, (int, float)) else size
    if (olds.get("allowed_cidrs") or []) != (news.get("allowed_cidrs") or []):
        body["ipAllowList"] = _allow_list(news)
    return body


def _allow_list(props: dict[str, Any]) -> list[dict[str, str]]:
    cidrs = props.get("allowed_cidrs") or []
    if not isinstance(cidrs, list):
        return []  # not known yet, in a preview
    return [{"cidrBlock": cidr, "description": "slipway"} for cidr in cidrs]


def _live(live: Json, props: dict[str, Any]) -> dict[str, Any]:
    """The declared keys as the platform has them."""
    name = str(live.get("databaseName") or "")
    declared = props.get("database_name") or ""
    found: dict[str, Any] = {
        "name": live["name"],
        "plan": live["plan"],
        "region": live.get("region"),
        "version": str(live.get("version")),
        # Render appends four characters to the name it is given.
        "database_name": declared if name.startswith(declared) else name,
        "allowed_cidrs": [str(each["cidrBlock"]) for each in live.get("ipAllowList") or []],
    }
    if props.get("disk_gb") is not None:
        found["disk_gb"] = live.get("diskSizeGB")
    return found


def _facts(live: Json) -> dict[str, Any]:
    return {
        "database_id": str(live["id"]),
        "owner_id": str((live.get("owner") or {}).get("id") or ""),
        "page": str(live.get("dashboardUrl") or ""),
        "expires_at": str(live.get("expiresAt") or ""),
    }
