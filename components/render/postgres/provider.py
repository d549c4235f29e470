"""The life of a Postgres database, but not the minutes until it takes connections."""

import hashlib
import re
from typing import Any

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult

from slipway.core.ownership import (
    check_may_take,
    check_still_ours,
    mark_changed,
    mark_seen,
    own_mark,
)
from slipway.errors import ApiError, DeployError
from slipway.render.api.marked_name import marked, split_name
from slipway.render.api.provider import RenderProvider, tells_of_part, whole
from slipway.render.api.transport import Json, is_gone

PATH = "/postgres"
OUTPUTS = ("database_id", "called", "page", "expires_at", "owner_id")
FIXED = {"region": "region", "version": "version", "database_name": "database's name"}


class PostgresProvider(RenderProvider):
    """Inputs: name, owner, region, plan, version, database_name, disk_gb, allowed_cidrs, mark,
    adopt, delete_data. Adds: database_id, owner_id, page, expires_at; and called, its name on
    Render, behind which the mark stands.

    Whoever holds it, the data goes with the last holder only if `delete_data` says so. Its user is
    made from the state's lineage: by that alone one is known that carries no mark yet.
    """  # noqa: D205 - the list of properties is the summary

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuses what would replace a database, and with it its data, unless those may go.

        Here and not in `diff`, which a refresh asks as well: that one must find an upgrade.
        """
        if olds and not (olds.get("delete_data") and news.get("delete_data")):
            for key, word in FIXED.items():
                before, after = olds.get(key) or "", news.get(key)
                if isinstance(after, str) and after not in ("", before):
                    raise DeployError(_would_replace(news, word, before, after))
        return super().check(olds, news)

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compares named keys; what Render can't change replaces the database and its data."""
        replaces = [
            key for key in FIXED if news.get(key) and (olds.get(key) or "") != news.get(key)
        ]
        if self.another_owner(olds, news):
            replaces.append("owner")
        changed = bool(_changes(olds, news)) or olds.get("name") != news.get("name")
        forgets = bool(news.get("delete_data")) != bool(olds.get("delete_data"))
        # A state from before the mark stood behind the name does not say how it is called.
        changed = changed or forgets or mark_changed(olds, news) or not olds.get("called")
        return DiffResult(
            changes=bool(replaces) or changed, replaces=replaces, delete_before_replace=True
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Creates the database, or adopts it; it becomes available later."""
        owner_id = self.client.owner_id(props.get("owner") or "")
        live = self._find(props, owner_id)
        if live is None:
            made, found = self.client.create_once(
                f"Render Postgres {props['name']}: create",
                PATH,
                _create_body(props, owner_id),
                (),
                lambda: self._find(props, owner_id),
            )
            live = made or self._adopt(found, props)
        else:
            live = self._adopt(live, props)
        return CreateResult(str(live["id"]), {**props, **_facts(live)})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The database as it is now; empty if it is gone."""
        live = self._read(id_)
        if live is None:
            return ReadResult("", {})
        outputs = {**props, **_facts(live), **_live(live, props)}
        outputs["mark"] = mark_seen(props, split_name(live)[1])
        inputs = {key: value for key, value in outputs.items() if key not in OUTPUTS}
        return ReadResult(id_, outputs, inputs)

    @tells_of_part
    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Changes what differs, in one call."""
        live = self._read(id_)
        if live is None:
            raise DeployError(f"Render Postgres {id_}: it vanished. Run `pulumi refresh`.")
        name, mark = split_name(live)
        check_still_ours(_called(live), news, mark)
        if name != news["name"]:
            self._check_free(live, news)
        mark = own_mark(news).beside(mark, own_mark(olds))
        live = self._patch(live, marked(news["name"], mark), _changes(olds, news))
        return UpdateResult({**news, **_facts(live)})

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Lets go of it; the last to hold it deletes it with its data if told to, else leaves it
        to whatever stack of this name; absent is success.
        """  # noqa: D205 - one sentence
        live = self._read(id_)
        if live is None:
            return
        own, (name, mark) = own_mark(props), split_name(live)
        if mark is None or not own.holds(mark):
            return  # another's by now, or nobody's: it stays
        left = own.without(mark)
        if left is None and props.get("delete_data"):
            self.client.delete(f"Render Postgres {id_}: delete", f"{PATH}/{id_}")
        else:
            self._patch(live, marked(name, left or own.released), {})

    def _adopt(self, live: Json, props: dict[str, Any]) -> Json:
        mark = split_name(live)[1]
        ours = live.get("databaseUser") == owner_user(props)
        check_may_take(_called(live), props, mark, untouched=ours)
        now = {**props, **_live(live, props)}
        if other := [key for key in ("region", "version") if now[key] != props[key]]:
            raise DeployError(
                f"{_called(live)}: its {' and its '.join(other)} can't be changed. Choose another "
                "name, or declare it as it is."
            )
        called = marked(props["name"], own_mark(props).beside(mark))
        return self._patch(live, called, _changes(now, props))

    def _patch(self, live: Json, called: str, changes: dict[str, Json]) -> Json:
        body = changes if live["name"] == called else {**changes, "name": called}
        if not body:
            return live
        path = f"{PATH}/{live['id']}"
        return self.client.calls.request(f"{_called(live)}: change", "PATCH", path, body=body)

    def _find(self, props: dict[str, Any], owner_id: str) -> Json:
        """The database of that name that is ours, else one of anybody's; None without any."""
        named, own = self._named(props["name"], owner_id), own_mark(props)
        for fits in (own.holds, own.may_take, lambda _mark: True):
            found = [each for each in named if fits(split_name(each)[1])]
            if len(found) > 1:
                ids = ", ".join(str(each["id"]) for each in found)
                raise DeployError(
                    f"Render Postgres {props['name']}: there are several ({ids}). Rename all but "
                    "one on Render."
                )
            if found:
                return self._read(str(found[0]["id"]))
        return None

    def _named(self, name: str, owner_id: str) -> list[Json]:
        """What is called so, whatever mark stands behind it: the API's filter knows no marks."""
        what = f"Render Postgres {name}: look for it"
        pages = self.client.pages(what, PATH, {"ownerId": owner_id})
        return [each["postgres"] for each in pages if split_name(each["postgres"])[0] == name]

    def _check_free(self, live: Json, props: dict[str, Any]) -> None:
        """Refuses a name that another database has: with its mark it would be another to Render."""
        owner_id = str((live.get("owner") or {}).get("id") or "")
        if others := [
            each for each in self._named(props["name"], owner_id) if each["id"] != live["id"]
        ]:
            raise DeployError(
                f"{_called(live)}: it can't be renamed to {props['name']}, which "
                f"{others[0]['id']} is called. Nothing was changed. Choose another name."
            )

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


def _called(live: Json) -> str:
    return f"Render Postgres {split_name(live)[0]} ({live['id']})"


def _would_replace(news: dict[str, Any], word: str, before: str, after: str) -> str:
    upgrade = " Render upgrades one on its page; run `pulumi up --refresh` after that."
    return (
        f"Render Postgres {news['name']}: its {word} is {before or 'what Render chose'}, {after} "
        "is declared, and no call changes that: another database would take its place, without "
        f"its data. Nothing was changed.{upgrade if word == FIXED['version'] else ''} To move the "
        "data by hand, copy it out with `pg_dump`, set delete_data and run `pulumi up`, declare "
        f"the other {word} and run it again, and put the data back with `pg_restore`."
    )


def _database_name(name: str) -> str:
    """A name for PostgreSQL, which takes letters, digits and underscores."""
    base = re.sub(r"[^a-z0-9]+", "_", name.lower())[:50].strip("_")
    return base if base[:1].isalpha() else f"db_{base}"


def _create_body(props: dict[str, Any], owner_id: str) -> dict[str, Json]:
    body: dict[str, Json] = {
        "name": marked(props["name"], own_mark(props)),
        "ownerId": owner_id,
        "plan": props["plan"],
        "version": props["version"],
        "region": props["region"],
        "databaseUser": owner_user(props),
        # Left out, Render would make it of the name, mark and all.
        "databaseName": props.get("database_name") or _database_name(props["name"]),
        "ipAllowList": _allow_list(props),
    }
    if (size := whole(props.get("disk_gb"))) is not None:
        body["diskSizeGB"] = size
    return body


def _changes(olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Json]:
    """The body of a PATCH for what is declared and differs, but for the name."""
    body: dict[str, Json] = {}
    if olds.get("plan") != news.get("plan"):
        body["plan"] = news["plan"]
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
        "name": split_name(live)[0],
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
        "called": str(live["name"]),
        "owner_id": str((live.get("owner") or {}).get("id") or ""),
        "page": str(live.get("dashboardUrl") or ""),
        "expires_at": str(live.get("expiresAt") or ""),
    }
