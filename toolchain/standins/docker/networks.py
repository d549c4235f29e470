"""Networks in which containers find each other by name."""

import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from docker.errors import APIError, NotFound

from toolchain.standins.docker.engine import Engine, engine_calls, explanation
from toolchain.standins.docker.fields import not_served, unordered
from toolchain.standins.protocol import Found, PluginError, Problem, Properties, ResourceType

_LEAVE_SECONDS = 30.0  # until the last container is out
_POLL_SECONDS = 0.5
_FLAGS = {"internal": "Internal", "attachable": "Attachable", "ingress": "Ingress"}


class Network(ResourceType[Engine]):
    """One network; a change makes another one."""

    inputs = ("name", "driver", "internal", "attachable", "ingress", "options", "labels")
    replace = inputs
    computed = ("driver", "options", "internal", "scope", "ipamDriver", "ipamConfigs")
    autonamed = "name"

    def check(self, inputs: Properties) -> Iterator[Problem]:
        """Refuses what is not served."""
        yield from not_served(inputs, self.inputs, {"labels": ("label", "value")})

    def normalise(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any property's value
        """Fills in what is not given."""
        if name == "labels":
            return unordered(value)
        return bool(value) if name in _FLAGS else value or None

    def create(self, inputs: Properties) -> Found:
        """Makes it; a name that is taken is refused."""
        name = inputs["name"]
        with engine_calls(f"Network {name}"):
            made = self.connection.client.networks.create(
                name,
                driver=inputs.get("driver") or "bridge",
                options=inputs.get("options"),
                internal=bool(inputs.get("internal")),
                attachable=bool(inputs.get("attachable")),
                ingress=bool(inputs.get("ingress")) or None,
                labels=self.connection.labels(inputs),
                check_duplicate=True,
            )
        found = self.read(str(made.id), inputs)
        if found is None:
            raise PluginError(f"Network {name}: made, and gone at once.")
        return found

    def read(self, id_: str, state: Properties) -> Found | None:
        """As it is now."""
        with engine_calls(f"Network {state.get('name', id_)}"):
            try:
                about: dict[str, Any] = self.connection.client.networks.get(id_).attrs
            except NotFound:
                return None
        now = {
            "name": about["Name"],
            "driver": about["Driver"],
            "scope": about["Scope"],
            "ipamDriver": about["IPAM"]["Driver"],
            "ipamConfigs": [
                {"subnet": each.get("Subnet", ""), "gateway": each.get("Gateway", "")}
                for each in about["IPAM"].get("Config") or []
            ],
            **{ours: bool(about.get(theirs)) for ours, theirs in _FLAGS.items()},
        }
        if about.get("Options"):
            now["options"] = dict(about["Options"])
        if labels := self.connection.label_list(about.get("Labels")):
            now["labels"] = labels
        return Found(str(about["Id"]), now)

    def update(self, id_: str, state: Properties, inputs: Properties) -> Properties:
        """Nothing can change in place."""
        del id_
        return {**state, **inputs}

    def delete(self, id_: str, state: Properties) -> None:
        """Removes it once its last container is out."""
        deadline = time.monotonic() + _LEAVE_SECONDS
        while True:
            try:
                self.connection.client.api.remove_network(id_)
            except NotFound:
                return
            except APIError as error:
                busy = error.status_code == HTTPStatus.FORBIDDEN
                if not busy or time.monotonic() > deadline:
                    name = state.get("name", id_)
                    raise PluginError(f"Network {name}: {explanation(error)}") from None
                self.connection.pause(_POLL_SECONDS)
            else:
                return
