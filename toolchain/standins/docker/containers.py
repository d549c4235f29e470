"""Containers: made, started and waited for; found stopped or gone by a refresh, and put right."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from docker.errors import APIError, NotFound
from docker.models.containers import Container as EngineContainer

from toolchain.standins.docker.container_options import limits, options, restart_policy
from toolchain.standins.docker.container_state import state_of
from toolchain.standins.docker.durations import nanoseconds
from toolchain.standins.docker.engine import Engine, engine_calls
from toolchain.standins.docker.fields import not_served, unordered
from toolchain.standins.docker.settling import run_to_its_end, settle
from toolchain.standins.protocol import Found, PluginError, Problem, Properties, ResourceType

_IN_PLACE = ("memory", "memorySwap", "restart", "maxRetryCount")
_NOTED = (  # what happens to the container later, or happened when it was made
    "attach",
    "destroyGraceSeconds",
    "logs",
    "mustRun",
    "removeVolumes",
    "start",
    "wait",
    "waitTimeout",
)
_OF_THE_CONTAINER = (
    "capabilities",
    "command",
    "cpus",
    "entrypoints",
    "envs",
    "healthcheck",
    "hostname",
    "hosts",
    "image",
    "init",
    "labels",
    "name",
    "networkMode",
    "networksAdvanced",
    "ports",
    "readOnly",
    "securityOpts",
    "tmpfs",
    "user",
    "volumes",
    "workingDir",
)
_NESTED = {
    "capabilities": ("adds", "drops"),
    "healthcheck": ("tests", "interval", "timeout", "startPeriod", "retries"),
    "hosts": ("host", "ip"),
    "labels": ("label", "value"),
    "networksAdvanced": ("name", "aliases"),
    "ports": ("internal", "external", "ip", "protocol"),
    "volumes": ("containerPath", "volumeName", "hostPath", "readOnly"),
}
_DEFAULTS = {
    "attach": False,
    "init": False,
    "logs": False,
    "maxRetryCount": 0,
    "memory": 0,
    "memorySwap": 0,
    "mustRun": True,
    "networkMode": "bridge",
    "readOnly": False,
    "removeVolumes": True,
    "restart": "no",
    "start": True,
    "wait": False,
    "waitTimeout": 60,
    "destroyGraceSeconds": 0,
}
_HEALTH_DEFAULTS = {"tests": [], "interval": "0s", "timeout": "0s", "startPeriod": "0s"}
_UNORDERED = {"envs", "hosts", "labels", "networksAdvanced", "securityOpts", "volumes"}
_RESTARTS = ("no", "on-failure", "always", "unless-stopped")


class Container(ResourceType[Engine]):
    """One container; most changes make another one."""

    inputs = (*_OF_THE_CONTAINER, *_IN_PLACE, *_NOTED)
    required = ("image",)
    replace = _OF_THE_CONTAINER
    computed = ("bridge", "containerLogs", "exitCode", "networkDatas", "ports")
    renewed = ("exitCode", "networkDatas")
    autonamed = "name"

    def check(self, inputs: Properties) -> Iterator[Problem]:
        """Refuses what is not served, and what could never work."""
        yield from not_served(inputs, self.inputs, _NESTED)
        if inputs.get("restart", "no") not in _RESTARTS:
            yield Problem("restart", f"use one of {', '.join(_RESTARTS)}")
        for name in ("memory", "waitTimeout", "destroyGraceSeconds", "maxRetryCount"):
            if inputs.get(name, 0) < 0:
                yield Problem(name, "it must not be negative")
        if not re.fullmatch(r"\d+(\.\d+)?", inputs.get("cpus", "1")):
            yield Problem("cpus", "a number such as 0.5, as text")
        for variable in inputs.get("envs") or []:
            if "=" not in variable:  # its text may be a secret
                yield Problem("envs", "each has the form KEY=VALUE")
        if inputs.get("mustRun", True) and (
            not inputs.get("start", True) or inputs.get("attach", False)
        ):
            yield Problem("mustRun", "set it to false for one that is not started, or is to end")
        for key in ("interval", "timeout", "startPeriod"):
            try:
                nanoseconds((inputs.get("healthcheck") or {}).get(key, "0s"))
            except ValueError as error:
                yield Problem(f"healthcheck.{key}", str(error))

    def normalise(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any property's value
        """Fills in the defaults, and puts lists without order in one."""
        if name in _UNORDERED:
            return unordered(value)
        if name == "capabilities":
            return {key: unordered((value or {}).get(key)) for key in ("adds", "drops")}
        if name == "healthcheck" and value:
            return {"retries": 0, **_HEALTH_DEFAULTS, **value}
        if name == "ports":
            return [{"ip": "0.0.0.0", "protocol": "tcp", **port} for port in value or []]  # noqa: S104 - the official plugin's default
        if value is None:
            return _DEFAULTS.get(name)
        return value or None if name in ("command", "entrypoints", "tmpfs", "user") else value

    def same(self, name: str, state: Any, wanted: Any) -> bool:  # noqa: ANN401 - any property's value
        """As everywhere, but that a port of the engine's own choice is as wanted."""
        if name == "ports" and state and wanted and len(state) == len(wanted):
            state = [
                {**now, "external": port.get("external")} if port.get("external") is None else now
                for now, port in zip(state, wanted, strict=True)
            ]
            wanted = [{"external": None, **port} for port in wanted]
        return super().same(name, state, wanted)

    def create(self, inputs: Properties) -> Found:
        """Makes it and waits for it; one that fails is removed again."""
        name = inputs["name"]
        client = self.connection.client
        said = {**options(inputs), "labels": self.connection.labels(inputs)}
        if "network" in said:
            aliases = inputs["networksAdvanced"][0].get("aliases")
            endpoint = client.api.create_endpoint_config(aliases=aliases)
            said["networking_config"] = {said["network"]: endpoint}
        with engine_calls(f"Container {name}"):
            container = client.containers.create(inputs["image"], name=name, **said)
        try:
            self._join_networks(container, inputs)
            logs = self._start(container, inputs)
            found = self._found(container, inputs)
        except BaseException:
            self._remove(container, inputs)
            raise
        return found if logs is None else Found(found.id, {**found.state, "containerLogs": logs})

    def read(self, id_: str, state: Properties) -> Found | None:
        """As it is now."""
        container = self._get(id_)
        if container is None:
            return None
        # What it should do is known from what it did: "false" there was put in by a refresh.
        return self._found(container, state)

    def update(self, id_: str, state: Properties, inputs: Properties) -> Properties:
        """Changes limits and restarts while it runs, and starts one that should run."""
        container = self._get(id_)
        if container is None:
            raise PluginError(f"Container {inputs['name']}: it is gone. Run `pulumi refresh`.")
        changes: dict[str, Any] = {}
        if any(self._differs(name, state, inputs) for name in ("memory", "memorySwap")):
            changes |= limits(inputs)
        if any(self._differs(name, state, inputs) for name in ("restart", "maxRetryCount")):
            changes["restart_policy"] = restart_policy(inputs)
        with engine_calls(f"Container {inputs['name']}"):
            if changes:
                container.update(**changes)
            container.reload()
        if inputs.get("mustRun", True) and not container.attrs["State"]["Running"]:
            self._start(container, inputs)
        return self._found(container, {**state, **inputs}, inputs).state

    def delete(self, id_: str, state: Properties) -> None:
        """Ends it, in its own time if it was given any, and removes it."""
        container = self._get(id_)
        if container is not None:
            self._remove(container, state)

    def _differs(self, name: str, state: Properties, inputs: Properties) -> bool:
        return not self.same(name, state.get(name), inputs.get(name))

    def _start(self, container: EngineContainer, inputs: Properties) -> str | None:
        if not inputs.get("start", True):
            return None
        with engine_calls(f"Container {inputs['name']} can't be started"):
            container.start()
        settle(self.connection, container, inputs)
        return run_to_its_end(container, inputs) if inputs.get("attach") else None

    def _join_networks(self, container: EngineContainer, inputs: Properties) -> None:
        """Joins those beyond the first, in which it was made."""
        for network in (inputs.get("networksAdvanced") or [])[1:]:
            with engine_calls(f"Container {inputs['name']} in network {network['name']}"):
                self.connection.client.api.connect_container_to_network(
                    str(container.id), network["name"], aliases=network.get("aliases")
                )

    def _remove(self, container: EngineContainer, state: Properties) -> None:
        with engine_calls(f"Container {container.name}"), suppress(NotFound):
            if grace := state.get("destroyGraceSeconds"):
                container.stop(timeout=grace)
            try:
                container.remove(force=True, v=state.get("removeVolumes", True))
            except APIError as error:
                if "is already in progress" not in str(error.explanation):
                    raise
            container.wait(condition="removed")

    def _get(self, id_: str) -> EngineContainer | None:
        with engine_calls(f"Container {id_}"):
            try:
                return self.connection.client.containers.get(id_)
            except NotFound:
                return None

    def _found(
        self, container: EngineContainer, known: Properties, inputs: Properties | None = None
    ) -> Found:
        with engine_calls(f"Container {container.name}"):
            container.reload()
        wanted = inputs if inputs is not None else known
        state = {key: value for key, value in known.items() if key != "mustRun"}
        if "mustRun" in wanted:
            state["mustRun"] = wanted["mustRun"]
        return Found(str(container.id), state_of(container.attrs, state))
