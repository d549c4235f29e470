"""Everything that is asked of Render about services and their environment, in Render's own words.

Knows HTTP and nothing of Pulumi. Writes are made so that they bear being made twice.
"""

import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

from slipway.core import cancelling
from slipway.core.difference import Change
from slipway.core.transport.backoff import pause_seconds
from slipway.errors import ApiError, DeployError
from slipway.render.api.transport import Calls, Json, UnclearError, is_gone

PAGE = 100  # items; the default of 20 would lose the 21st variable of whoever does not loop
CREATE_TRIES = 3
ONE_BY_ONE = 10  # changed names up to which each is written alone
DELETE_SECONDS = 60.0


Found = TypeVar("Found")


@dataclass(frozen=True)
class Setting:
    """One of the two kinds of named values a service has, in the API's words."""

    path: str
    item: str
    name: str
    value: str
    word: str  # for people


ENV_VARS = Setting("env-vars", "envVar", "key", "value", "env var")
SECRET_FILES = Setting("secret-files", "secretFile", "name", "content", "secret file")


@dataclass(frozen=True)
class Service:
    """A service as Render describes it."""

    raw: Mapping[str, Json]

    @property
    def id(self) -> str:
        """`srv-` and 20 characters."""
        return str(self.raw["id"])

    @property
    def name(self) -> str:
        """Its name, unique within the workspace."""
        return str(self.raw["name"])

    @property
    def details(self) -> Mapping[str, Json]:
        """What depends on its type; never None."""
        return self.raw.get("serviceDetails") or {}

    @property
    def url(self) -> str:
        """Where it answers."""
        return str(self.details.get("url") or "").rstrip("/")

    @property
    def suspended(self) -> bool:
        """Whether it is stopped, by a person or by Render."""
        return self.raw.get("suspended") == "suspended"

    def text(self, key: str) -> str:
        """A value by its name in the API; empty if it is missing or null."""
        return str(self.raw.get(key) or "")


class RenderClient:
    """One account at one Render; safe to share between threads."""

    def __init__(
        self, endpoint: str, key: str, sleep: Callable[[float], None] = cancelling.pause
    ) -> None:
        self.calls = Calls(endpoint, key, sleep)
        self.sleep = sleep

    def owner_id(self, owner: str) -> str:
        """The workspace's id, from its id or name; empty means the only one there is.

        Raises:
            DeployError: no such workspace, or several to choose from; the text lists them.
        """
        if owner.startswith(("tea-", "usr-", "own-")):
            return owner
        found = self.workspaces()
        fitting = [each for each in found if owner in ("", each["name"])]
        if len(fitting) == 1:
            return str(fitting[0]["id"])
        known = ", ".join(f"{each['name']} ({each['id']})" for each in found) or "none"
        asked = f"no one workspace {owner!r}" if owner else "which workspace is not said"
        raise DeployError(
            f"Render: {asked}. This API key reaches {known}. Set the workspace to one of these ids."
        )

    def workspaces(self) -> list[Json]:
        """Those that the key reaches, each with `id` and `name`."""
        return [each["owner"] for each in self.pages("Render: list workspaces", "/owners", {})]

    def any_service(self, owner_id: str) -> bool:
        """Whether anything was ever raised in a workspace and is still there."""
        params: dict[str, str | int] = {"ownerId": owner_id, "limit": 1}
        what = f"Render workspace {owner_id}: list services"
        return bool(self.calls.request(what, "GET", "/services", params=params))

    def find_service(self, name: str, owner_id: str) -> Service | None:
        """The service of exactly this name; None if there is none."""
        params = {"name": name, "ownerId": owner_id, "includePreviews": "false"}
        pages = self.pages(f"Render service {name}: look for it", "/services", params)
        found = [each["service"] for each in pages if each["service"]["name"] == name]
        if len(found) > 1:
            ids = ", ".join(str(each["id"]) for each in found)
            raise DeployError(
                f"Render service {name}: there are several ({ids}). Rename or delete all but one."
            )
        return Service(found[0]) if found else None

    def create_service(
        self, name: str, owner_id: str, body: Mapping[str, Json], hidden: tuple[str, ...]
    ) -> tuple[Service, str | None]:
        """Creates a service, which starts its first deploy, and returns both.

        No answer may mean that it exists: then it is looked for before anything is made again.

        Returns:
            The service and its first deploy's id; None if it was found after a lost answer.
        """
        what = f"Render service {name}: create"
        made, found = self.create_once(
            what, "/services", body, hidden, lambda: self.find_service(name, owner_id)
        )
        return (found, None) if found else (Service(made["service"]), str(made["deployId"]))

    def create_once(
        self,
        what: str,
        path: str,
        body: Mapping[str, Json],
        hidden: tuple[str, ...],
        find: Callable[[], Found | None],
    ) -> tuple[Json, Found | None]:
        """What a POST answers, or what `find` finds after an answer that was lost."""
        for attempt in range(CREATE_TRIES):
            try:
                return self.calls.request(what, "POST", path, body=body, hidden=hidden), None
            except UnclearError:
                if found := find():
                    return None, found
                if attempt == CREATE_TRIES - 1:
                    raise
                self.sleep(pause_seconds(attempt))
        raise AssertionError("the loop above returns or raises")

    def service(self, service_id: str) -> Service | None:
        """A service; None if it is gone."""
        what = f"Render service {service_id}: read"
        try:
            return Service(self.calls.request(what, "GET", f"/services/{service_id}"))
        except ApiError as error:
            if is_gone(error):
                return None
            raise

    def patch_service(self, service: Service, body: Mapping[str, Json]) -> Service:
        """Changes settings; deploys nothing."""
        what = f"Render service {service.name}: change settings"
        return Service(self.calls.request(what, "PATCH", f"/services/{service.id}", body=body))

    def delete_service(self, service_id: str) -> None:
        """Deletes a service and waits until its name is free; absent is success."""
        what = f"Render service {service_id}: delete"
        self.delete(what, f"/services/{service_id}")
        end = time.monotonic() + DELETE_SECONDS
        while self.service(service_id) is not None:
            if time.monotonic() > end:
                raise DeployError(f"{what}: it is still there after {DELETE_SECONDS:.0f} s.")
            self.sleep(1.0)

    def suspend(self, service_id: str) -> None:
        """Stops a service and keeps its settings."""
        self._act(service_id, "suspend")

    def resume(self, service_id: str) -> None:
        """Starts a suspended service again, which deploys it."""
        self._act(service_id, "resume")

    def scale(self, service_id: str, instances: int) -> None:
        """Sets the number of instances at once, without a deploy."""
        self._act(service_id, "scale", {"numInstances": instances})

    def _act(self, service_id: str, verb: str, body: Mapping[str, Json] | None = None) -> None:
        """A POST with the same effect however often it is made."""
        what = f"Render service {service_id}: {verb}"
        self.create_once(what, f"/services/{service_id}/{verb}", body or {}, (), lambda: None)

    def settings(self, service_id: str, kind: Setting) -> dict[str, str]:
        """Names and values, values in clear: those of secrets too."""
        what = f"Render service {service_id}: read {kind.word}s"
        pages = self.pages(what, f"/services/{service_id}/{kind.path}", {})
        found = [each[kind.item] for each in pages]
        return {str(each[kind.name]): str(each.get(kind.value) or "") for each in found}

    def write_settings(
        self, service_id: str, kind: Setting, change: Change, live: Container[str]
    ) -> None:
        """Writes and deletes the named values, and leaves every other as it is.

        Args:
            service_id: whose they are.
            kind: which of the two.
            change: deletions come last: what is refused before them takes nothing away.
            live: names that are there. Where a write fails, new ones are taken away again as far
                as possible: no state would know of them.
        """
        path = f"/services/{service_id}/{kind.path}"
        hidden = tuple(change.wanted.values())
        if len(change.names) > ONE_BY_ONE:
            # One call that replaces all, so what others put there is read first and sent along.
            kept = self.settings(service_id, kind)
            merged = {k: v for k, v in kept.items() if k not in change.gone} | dict(change.wanted)
            body = [{kind.name: k, kind.value: v} for k, v in sorted(merged.items())]
            what = f"Render service {service_id}: write {len(change.names)} {kind.word}s"
            hidden += tuple(kept.values())
            self.calls.request(what, "PUT", path, body=body, hidden=hidden)
            return
        new = [name for name in sorted(change.wanted) if name not in live]
        try:
            for name, value in sorted(change.wanted.items()):
                what = f"Render service {service_id}: set {kind.word} {name}"
                one = {kind.value: value}
                self.calls.request(what, "PUT", f"{path}/{quote(name)}", body=one, hidden=hidden)
        except DeployError:
            with suppress(DeployError):
                self._delete_settings(service_id, kind, new)
            raise
        self._delete_settings(service_id, kind, sorted(change.gone))

    def _delete_settings(self, service_id: str, kind: Setting, names: Iterable[str]) -> None:
        for name in names:
            what = f"Render service {service_id}: delete {kind.word} {name}"
            self.delete(what, f"/services/{service_id}/{kind.path}/{quote(name)}")

    def delete(self, what: str, path: str) -> None:
        """Deletes; absent is success."""
        try:
            self.calls.request(what, "DELETE", path)
        except ApiError as error:
            if not is_gone(error):
                raise

    def pages(self, what: str, path: str, params: Mapping[str, str]) -> Iterator[Json]:
        """Every item of a list, page by page."""
        cursor = ""
        while True:
            query: dict[str, str | int] = {**params, "limit": PAGE, **_unless_empty(cursor=cursor)}
            page = self.calls.request(what, "GET", path, params=query) or []
            yield from page
            following = str(page[-1].get("cursor") or "") if page else ""
            if len(page) < PAGE or following in ("", cursor):
                return
            cursor = following


def _unless_empty(**values: str) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}
