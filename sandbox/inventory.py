"""What exists in a sandbox and what of it runs, read from its data whether it runs or not."""

from typing import Any

from sandbox.database import Database
from sandbox.environment import hub_endpoint, render_endpoint
from sandbox.home import Home
from sandbox.hub.names import RepoKind
from sandbox.hub.registry import Registry
from sandbox.hub.spaces import front_door as space_door
from sandbox.hub.spaces.records import SpaceRecords
from sandbox.machine.address import LOOPBACK, AddressBook
from sandbox.render import front_door as service_door
from sandbox.render.deploys import Deploys
from sandbox.render.records import Services
from sandbox.report import table
from sandbox.server_process import is_running


def inventory(home: Home) -> dict[str, Any]:
    """Models, Spaces and services with what they serve, their stages and addresses."""
    database = home.open_database()
    registry = Registry(database, home.repositories)
    return {
        "running": is_running(home),
        "name": home.identity().name,
        "hub": hub_endpoint(home),
        "render": render_endpoint(home),
        "spaces": _spaces(database),
        "models": [
            {"id": model.id, "head": model.git.branch_head(), "visibility": model.visibility}
            for model in registry.list(RepoKind.MODEL)
        ],
        "services": _services(database),
    }


def _spaces(database: Database) -> list[dict[str, Any]]:
    addresses = AddressBook(database)
    return [
        {
            "id": space.repo_id,
            "stage": str(space.stage),
            "serving": space.sha,
            "head": space.head,
            "error": space.error,
            "hardware": space.hardware,
            "container": space.container,
            "url": _url(addresses, space_door.address_owner(space.id)),
        }
        for space in SpaceRecords(database).all()
    ]


def _services(database: Database) -> list[dict[str, Any]]:
    addresses, deploys = AddressBook(database), Deploys(database)
    found = []
    for service in Services(database, taken_slugs=lambda _slug: False).all():
        newest = deploys.of(service.number)[:1]
        found.append(
            {
                "id": service.id,
                "name": service.name,
                "deploy": str(newest[0].status) if newest else None,
                "live": service.live,
                "suspended": service.suspended,
                "container": service.container,
                "url": _url(addresses, service_door.address_owner(service.number)),
            }
        )
    return found


def _url(addresses: AddressBook, owner: str) -> str | None:
    port = addresses.port(owner)
    return f"http://{LOOPBACK}:{port}" if port else None


def print_inventory(found: dict[str, Any]) -> None:
    """The same as tables."""
    stopped = "stopped; `make up` brings back what ran, by the stages below"
    print(f"Sandbox {found['name']}: {'running' if found['running'] else stopped}")
    print(f"Hub: {found['hub']}\nRender: {found['render']}\n")
    spaces = [
        (each["id"], each["stage"], (each["serving"] or "")[:12], each["url"] or "")
        for each in found["spaces"]
    ]
    print(table(spaces, ("Space", "stage", "serving", "address")))
    models = [(each["id"], (each["head"] or "")[:12]) for each in found["models"]]
    print("\n" + table(models, ("model", "commit")))
    services = [
        (each["name"], each["deploy"] or "", each["live"] or "", each["url"] or "")
        for each in found["services"]
    ]
    print("\n" + table(services, ("Render service", "newest deploy", "live", "address")))
