"""Environment variables that name other services, written once those have their real addresses.

Services that name each other can't all be made last. So each is made with the addresses its peers
will probably get, and this resource, after all of them, compares: usually nothing differs, nothing
is written and no deploy follows.
"""

import secrets
from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from slipway.core.difference import Change
from slipway.render.api.client import ENV_VARS
from slipway.render.api.provider import RenderProvider, tells_of_part

COMPARED = ("service_id", "env")
OUTPUTS = ("revision", "written")


class EnvWiringProvider(RenderProvider):
    """Inputs: service_id, env (the real values), created_with (those the service was made with)
    and kept (names that are declared elsewhere). Adds: revision, empty while the service's first
    deploy has the real values, else another text whenever something was written; and written, the
    values as a run that came to its end has left them.
    """  # noqa: D205 - the list of properties is the summary

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Another service is another wiring; other values are written."""
        replaces = ["service_id"] if olds.get("service_id") != news.get("service_id") else []
        return DiffResult(
            changes=bool(replaces) or _differs(olds, news),
            replaces=replaces,
            delete_before_replace=True,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Writes what differs."""
        wrote = self._write(props, {})
        # Also true when a run that died has written everything already.
        differs = props["env"] != (props.get("created_with") or {})
        revision = _new(needed=wrote or differs)
        return CreateResult(f"wiring:{props['service_id']}", _outputs(props, revision))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The declared keys as they are now; empty if the service is gone."""
        if self.client.service(props["service_id"]) is None:
            return ReadResult("", {})
        live = self.client.settings(props["service_id"], ENV_VARS)
        outputs = {**props, "env": {key: live[key] for key in props["env"] if key in live}}
        inputs = {key: value for key, value in outputs.items() if key not in OUTPUTS}
        return ReadResult(id_, outputs, inputs)

    @tells_of_part
    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Writes what differs."""
        wrote = self._write(news, olds)
        needed = wrote or _differs(olds, news)
        revision = _new(needed=True) if needed else olds.get("revision") or ""
        return UpdateResult(_outputs(news, revision))

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """Removes the keys that still hold what was written; a service that is gone is success."""
        if self.client.service(props["service_id"]) is None:
            return
        # The last link may have become a variable of the service's own, which by now has its value:
        # what `kept` says is from before that.
        live = self.client.settings(props["service_id"], ENV_VARS)
        ours = {name: value for name, value in props["env"].items() if live.get(name) == value}
        self._write({**props, "env": {}}, {**props, "env": ours})

    def _write(self, news: dict[str, Any], olds: dict[str, Any]) -> bool:
        live = self.client.settings(news["service_id"], ENV_VARS)
        names = {*news["env"], *(olds.get("env") or {})} - set(news.get("kept") or ())
        ours = {name: live[name] for name in names if name in live}
        change = Change.between(ours, news["env"])
        self.client.write_settings(news["service_id"], ENV_VARS, change, live)
        return bool(change.names)


def _differs(olds: dict[str, Any], news: dict[str, Any]) -> bool:
    """Whether other values are declared than are there, or than were written to the end.

    The second matters to a run that died after its writes: a refresh then finds them there.
    """
    return any(olds.get(key) != news.get("env") for key in ("env", "written"))


def _outputs(props: dict[str, Any], revision: str) -> dict[str, Any]:
    return {**props, "revision": revision, "written": props["env"]}


def _new(*, needed: bool) -> str:
    return secrets.token_hex(8) if needed else ""
