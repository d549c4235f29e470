"""The wait for a Postgres database to take connections, and how to connect to it."""

import time
from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from slipway.core import cancelling
from slipway.core.progress import say
from slipway.core.secrecy.sealing import seal, unseal
from slipway.errors import ApiError, DeployError
from slipway.render.api.provider import RenderProvider
from slipway.render.api.transport import Json, is_gone

AVAILABLE = "available"
STOPPED = frozenset({"suspended", "recovery_failed"})
UNAVAILABLE = "unavailable"
UNAVAILABLE_SECONDS = 60.0  # it passes when a server is started again
FIRST_POLL_SECONDS, POLL_SECONDS = 1.0, 5.0
ADDRESSES = {
    "internal_url": "internalConnectionString",
    "external_url": "externalConnectionString",
}


class PostgresReadyProvider(RenderProvider):
    """Inputs: database_id, timeout_seconds. Adds: internal_url and external_url, both sealed."""

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Another database is waited for anew; so is one whose addresses the key can't open now."""
        changed = olds.get("database_id") != news.get("database_id")
        return DiffResult(changes=changed or not self._opens(olds))

    def _opens(self, olds: dict[str, Any]) -> bool:
        try:
            return all(unseal(self.token, olds[key]) for key in ADDRESSES)
        except (DeployError, KeyError):
            return False

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Waits."""
        return CreateResult(f"ready:{props['database_id']}", self._wait(props))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Waits for the other one."""
        return UpdateResult(self._wait(news))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """How to connect now; empty if the database is gone."""
        try:
            outputs = {**props, **self._addresses(props["database_id"])}
        except ApiError as error:
            if is_gone(error):
                return ReadResult("", {})
            raise
        inputs = {key: value for key, value in props.items() if key not in ADDRESSES}
        return ReadResult(id_, outputs, inputs)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Nothing exists besides the database itself."""

    def _wait(self, props: dict[str, Any]) -> dict[str, Any]:
        database_id = props["database_id"]
        start = since = time.monotonic()
        seen, pause = "", FIRST_POLL_SECONDS
        while time.monotonic() - start < float(props["timeout_seconds"]):
            live: Json = self.client.calls.request(
                f"Render Postgres {database_id}: read", "GET", f"/postgres/{database_id}"
            )
            status = str(live.get("status"))
            if status != seen:
                say(f"Render Postgres {live['name']}: {status}")
                seen, since = status, time.monotonic()
            if status == AVAILABLE:
                return {**props, **self._addresses(database_id)}
            lasts = time.monotonic() - since
            if status in STOPPED or (status == UNAVAILABLE and lasts > UNAVAILABLE_SECONDS):
                raise DeployError(
                    f"Render Postgres {live['name']}: it is {status}. See {live['dashboardUrl']}."
                )
            cancelling.pause(pause)
            pause = min(pause * 1.5, POLL_SECONDS)
        raise DeployError(
            f"Render Postgres {database_id}: it is not available after "
            f"{props['timeout_seconds']:.0f} s, but {seen}. Run the same command again."
        )

    def _addresses(self, database_id: str) -> dict[str, str]:
        what = f"Render Postgres {database_id}: read how to connect"
        path = f"/postgres/{database_id}/connection-info"
        info: Json = self.client.calls.request(what, "GET", path)
        return {ours: seal(self.token, str(info[theirs])) for ours, theirs in ADDRESSES.items()}
