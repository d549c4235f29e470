"""Volumes that outlive the containers they are mounted in."""

import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from docker.errors import APIError, NotFound

from toolchain.standins.docker.engine import Engine, engine_calls, explanation
from toolchain.standins.docker.fields import not_served, unordered
from toolchain.standins.protocol import Found, PluginError, Problem, Properties, ResourceType

_LEAVE_SECONDS = 30.0  # until the last container is gone
_POLL_SECONDS = 0.5


class Volume(ResourceType[Engine]):
    """One volume; a change makes another one."""

    inputs = ("name", "driver", "driverOpts", "labels")
    replace = inputs
    computed = ("driver", "mountpoint")
    autonamed = "name"

    def check(self, inputs: Properties) -> Iterator[Problem]:
        """Refuses what is not served."""
        yield from not_served(inputs, self.inputs, {"labels": ("label", "value")})

    def normalise(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any property's value
        """Fills in what is not given."""
        return unordered(value) if name == "labels" else value or None

    def create(self, inputs: Properties) -> Found:
        """Makes it, or takes the one of that name as the official plugin does."""
        name = inputs["name"]
        with engine_calls(f"Volume {name}"):
            self.connection.client.volumes.create(
                name,
                driver=inputs.get("driver") or "local",
                driver_opts=inputs.get("driverOpts"),
                labels=self.connection.labels(inputs),
            )
        found = self.read(name, inputs)
        if found is None:
            raise PluginError(f"Volume {name}: made, and gone at once.")
        return found

    def read(self, id_: str, state: Properties) -> Found | None:
        """As it is now."""
        del state
        with engine_calls(f"Volume {id_}"):
            try:
                about: dict[str, Any] = self.connection.client.volumes.get(id_).attrs
            except NotFound:
                return None
        now = {key: about[key.capitalize()] for key in ("name", "driver", "mountpoint")}
        if about.get("Options"):
            now["driverOpts"] = dict(about["Options"])
        if labels := self.connection.label_list(about.get("Labels")):
            now["labels"] = labels
        return Found(now["name"], now)

    def update(self, id_: str, state: Properties, inputs: Properties) -> Properties:
        """Nothing can change in place."""
        del id_
        return {**state, **inputs}

    def delete(self, id_: str, state: Properties) -> None:
        """Removes it with its data, once its last container is gone."""
        del state
        deadline = time.monotonic() + _LEAVE_SECONDS
        while True:
            try:
                self.connection.client.api.remove_volume(id_, force=True)
            except NotFound:
                return
            except APIError as error:
                busy = error.status_code == HTTPStatus.CONFLICT
                if not busy or time.monotonic() > deadline:
                    raise PluginError(f"Volume {id_}: {explanation(error)}") from None
                self.connection.pause(_POLL_SECONDS)
            else:
                return
