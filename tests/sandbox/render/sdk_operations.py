"""Every operation of Render's own Python SDK, made once against the sandbox: what comes of it.

`python -m tests.sandbox.render.sdk_operations` writes the table that docs/render-sdk.md holds.
"""

import importlib
import importlib.metadata
import inspect
import json
import pkgutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

from render.public_api import api
from render.public_api.models import (
    Image,
    ServicePOST,
    ServiceRuntime,
    ServiceType,
    WebServiceDetailsPOST,
)
from starlette.routing import BaseRoute, Match

from tests.providers.render_platform import ImageMachine
from tests.sandbox.render.live import OWNER, LiveRender
from tests.sandbox.served_routes import render_routes

PAGE = Path(__file__).parents[3] / "docs" / "render-sdk.md"
NOT_IMITATED = 501
IMAGE = {"ownerId": OWNER, "imagePath": "acme/shop:1"}
LOGIN = {"registry": "GITHUB", "name": "ghcr", "username": "ann", "authToken": "x"}
DATABASE = {"name": "pantry", "ownerId": OWNER, "plan": "basic_256mb", "version": "16"}
DISK = {"name": "shelf", "mountPath": "/data", "sizeGB": 1}
GROUP = {
    "name": "shared",
    "ownerId": OWNER,
    "envVars": [{"key": "A", "value": "a"}],
    "secretFiles": [{"name": "A", "content": "pem"}],
}

# What is sent, by operation: the model of the SDK that carries it, and its content.
BODIES: dict[str, tuple[str, Any]] = {
    "update_service": ("ServicePATCH", {"name": "renamed"}),
    "update_env_var": ("EnvVarValue", {"value": "b"}),
    "update_env_vars_for_service": ("EnvVarKeyValue", [{"key": "A", "value": "b"}]),
    "add_or_update_secret_file": ("AddOrUpdateSecretFileBody", {"content": "pem"}),
    "update_secret_files_for_service": ("SecretFileInput", [{"name": "f", "content": "pem"}]),
    "scale_service": ("ScaleServiceBody", {"numInstances": 2}),
    "rollback_deploy": ("RollbackDeployBody", {"deployId": "{deploy_id}"}),
    "create_deploy": ("CreateDeployBody", {"clearCache": "clear"}),
    "create_registry_credential": ("CreateRegistryCredentialBody", {**LOGIN, "ownerId": OWNER}),
    "patch_service_notification_overrides": (
        "NotificationServiceOverridePATCH",
        {"notificationsToSend": "all"},
    ),
    "update_registry_credential": ("UpdateRegistryCredentialBody", LOGIN),
    "create_postgres": ("PostgresPOSTInput", DATABASE),
    "update_postgres": ("PostgresPATCHInput", {"name": "larder"}),
    "add_disk": ("DiskPOST", {**DISK, "serviceId": "{service_id}"}),
    "update_disk": ("DiskPATCH", {"name": "renamed"}),
    "create_env_group": ("EnvGroupPOSTInput", GROUP),
    "update_env_group": ("EnvGroupPATCHInput", {"name": "renamed"}),
    "update_env_group_env_var": ("EnvVarValue", {"value": "b"}),
    "update_env_group_secret_file": ("UpdateEnvGroupSecretFileBody", {"content": "pem"}),
}


@dataclass(frozen=True)
class Operation:
    """One function of the SDK."""

    group: str
    name: str
    module: ModuleType

    @property
    def request(self) -> str:
        """`METHOD /path`, with the names of the path's parameters."""
        kwargs = self.module._get_kwargs(**self._arguments(lambda name, _: f"{{{name}}}"))
        return f"{kwargs['method'].upper()} {kwargs['url']}"

    def call(self, client: Any, known: dict[str, Any]) -> Any:
        """Makes the call; what is not `known` is made up."""
        arguments = self._arguments(lambda name, kind: known.get(name, _made_up(kind)), known)
        return self.module.sync_detailed(client=client, **arguments)

    def asks_for(self, *names: str) -> bool:
        """Whether one of these has to be there before the call."""
        sent = str(BODIES.get(self.name))
        needed = self._arguments(lambda name, _: name)
        return any(name in needed or f"{{{name}}}" in sent for name in names)

    def served_by(self, routes: Iterable[BaseRoute]) -> bool:
        """Whether the sandbox has an address for it."""
        method, path = self.request.split()
        scope = {"type": "http", "method": method, "path": f"/v1{path}"}
        # The last route answers for all that has none of its own.
        return any(each.matches(scope)[0] is Match.FULL for each in list(routes)[:-1])

    def _arguments(
        self, value_of: Callable[[str, Any], Any], known: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        parameters = inspect.signature(self.module.sync_detailed).parameters.values()
        needed = [
            each
            for each in parameters
            if each.name != "client" and each.default is inspect.Parameter.empty
        ]
        made = {each.name: value_of(each.name, each.annotation) for each in needed}
        if "body" in made:
            made["body"] = self._body(known or {})
        return made | _choices(needed)

    def _body(self, known: Mapping[str, Any]) -> Any:
        if self.name == "create_service":
            return ServicePOST(  # read from JSON it takes the details of another type
                type_=ServiceType.WEB_SERVICE,
                name="another",
                owner_id=OWNER,
                image=Image.from_dict(IMAGE),
                service_details=WebServiceDetailsPOST(runtime=ServiceRuntime.IMAGE),
            )
        if self.name not in BODIES:
            return _Anything()
        model, content = BODIES[self.name]
        for name, value in known.items():
            content = json.loads(json.dumps(content).replace(f"{{{name}}}", str(value)))
        read = getattr(self.module, model).from_dict
        return [read(each) for each in content] if isinstance(content, list) else read(content)


class _Anything:
    """A body of no content, whatever model or list is expected."""

    def to_dict(self) -> dict[str, Any]:
        return {}

    to_multipart = to_dict

    def __iter__(self) -> Iterator[Any]:
        return iter(())


def _made_up(kind: Any) -> Any:
    if kind in (int, float):
        return 1
    return datetime.now(UTC) if kind is datetime else "x"


def _choices(parameters: list[inspect.Parameter]) -> dict[str, Any]:
    """For parameters that are one of several words, the first of them."""
    kinds = {each.name: each.annotation for each in parameters}
    return {
        name: next(iter(kind))
        for name, kind in kinds.items()
        if inspect.isclass(kind) and issubclass(kind, Enum)
    }


def operations() -> list[Operation]:
    """All of them, by group and name."""
    found = []
    for group in pkgutil.iter_modules(api.__path__):
        package = importlib.import_module(f"{api.__name__}.{group.name}")
        for each in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{each.name}")
            found.append(Operation(group.name, each.name, module))
    return sorted(found, key=lambda each: (each.group, each.name))


class _Machine(ImageMachine):
    """Has every image, one of them not so soon."""

    def __init__(self) -> None:
        super().__init__()
        self.enough = threading.Event()

    def pull(self, reference: str, tag: str, _login: Any = None) -> str:
        if reference.endswith(":slow"):
            self.enough.wait(20)
        return f"sha256:{tag}"

    def close(self) -> None:
        self.enough.set()
        super().close()


def contradictions(answered: Mapping[tuple[str, str], int]) -> list[str]:
    """Operations that have an address and answer 501 there, or the other way round."""
    with tempfile.TemporaryDirectory() as folder:
        routes = render_routes(Path(folder))
    return [
        each.name
        for each in operations()
        if each.served_by(routes) == (answered[each.group, each.name] == NOT_IMITATED)
    ]


def statuses() -> dict[tuple[str, str], int]:
    """(group, name) -> what the sandbox answers."""
    machine = _Machine()
    with (
        tempfile.TemporaryDirectory() as folder,
        LiveRender(Path(folder), machine, nulls="strict") as live,
        closing(machine),
    ):
        return {
            (each.group, each.name): each.call(live.sdk, _objects(live, each)).status_code.value
            for each in operations()
        }


def _objects(live: LiveRender, operation: Operation) -> dict[str, Any]:
    """Fresh objects for one operation, by the SDK's names of parameters."""
    known: dict[str, Any] = {"owner_id": OWNER, "env_var_key": "A"}

    def post(path: str, body: dict[str, Any]) -> str:
        answer = live.http.post(path, json={**body, "ownerId": OWNER})
        assert answer.is_success, answer.text
        return answer.json()["id"]

    if operation.asks_for("service_id", "deploy_id", "event_id", "disk_id", "resource"):
        service, deploy = live.create(
            f"sdk-{operation.name}".replace("_", "-"),
            image=IMAGE,
            envVars=[{"key": "A", "value": "a"}],
            secretFiles=[{"name": "A", "content": "pem"}],
            details={"healthCheckPath": "/"},  # an open port alone takes longer to be sure of
        )
        live.settled(service["id"], deploy)
        known |= {"service_id": service["id"], "deploy_id": deploy, "resource": [service["id"]]}
    if operation.name == "cancel_deploy":
        slow = {"imageUrl": IMAGE["imagePath"].replace(":1", ":slow")}
        known["deploy_id"] = live.deploy(known["service_id"], **slow)["id"]
    if operation.asks_for("event_id"):
        events = live.http.get(f"/services/{known['service_id']}/events").json()
        known["event_id"] = events[0]["event"]["id"]
    for name, path, body in (
        ("disk_id", "/disks", {**DISK, "serviceId": known.get("service_id")}),
        ("env_group_id", "/env-groups", GROUP),
        ("registry_credential_id", "/registrycredentials", LOGIN),
        ("postgres_id", "/postgres", {**DATABASE, "name": operation.name}),
    ):
        if operation.asks_for(name):
            known[name] = post(path, body)
    return known


def page(answered: Mapping[tuple[str, str], int]) -> str:
    """The page of the documentation."""
    works = {key for key, status in answered.items() if status != NOT_IMITATED}
    version = importlib.metadata.version("render")
    lines = [
        "# Render's own Python SDK against the sandbox",
        "",
        f"{len(works)} of the {len(answered)} operations of the package `render` {version} are",
        "imitated; the others answer 501 and say so. Written by",
        "`python -m tests.sandbox.render.sdk_operations`, which calls each of them once.",
        "",
        "| group | operation | request | answer |",
        "| --- | --- | --- | --- |",
    ]
    for each in operations():
        key = each.group, each.name
        if key in works:
            row = (each.group, each.name, f"`{each.request}`", str(answered[key]))
            lines.append(f"| {' | '.join(row)} |")
    lines += ["", "Not imitated (501):", ""]
    groups = dict.fromkeys(each.group for each in operations())
    for group in groups:
        names = [each.name for each in operations() if each.group == group]
        missing = [name for name in names if (group, name) not in works]
        if missing:
            lines.append(f"* **{group}**: {', '.join(missing)}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(statuses()), encoding="utf-8")
