"""What exists in a sandbox and what of it runs, read from its data whether it runs or not."""

from typing import Any

from sandbox.environment import hub_endpoint
from sandbox.home import Home
from sandbox.hub.names import RepoKind
from sandbox.hub.registry import Registry
from sandbox.hub.spaces.front_door import address_owner
from sandbox.hub.spaces.records import SpaceRecords
from sandbox.machine.address import LOOPBACK, AddressBook
from sandbox.report import table
from sandbox.server_process import is_running


def inventory(home: Home) -> dict[str, Any]:
    """Models and Spaces with their heads, stages and addresses."""
    database = home.open_database()
    registry = Registry(database, home.repositories)
    addresses = AddressBook(database)
    spaces = []
    for space in SpaceRecords(database).all():
        port = addresses.port(address_owner(space.id))
        spaces.append(
            {
                "id": space.repo_id,
                "stage": str(space.stage),
                "serving": space.sha,
                "head": space.head,
                "error": space.error,
                "hardware": space.hardware,
                "container": space.container,
                "url": f"http://{LOOPBACK}:{port}" if port else None,
            }
        )
    return {
        "running": is_running(home),
        "name": home.identity().name,
        "hub": hub_endpoint(home),
        "spaces": spaces,
        "models": [
            {"id": model.id, "head": model.git.branch_head(), "visibility": model.visibility}
            for model in registry.list(RepoKind.MODEL)
        ],
    }


def print_inventory(found: dict[str, Any]) -> None:
    """The same as tables."""
    stopped = "stopped; `make up` brings back what ran, by the stages below"
    print(f"Sandbox {found['name']}: {'running' if found['running'] else stopped}")
    print(f"Hub: {found['hub']}\n")
    spaces = [
        (each["id"], each["stage"], (each["serving"] or "")[:12], each["url"] or "")
        for each in found["spaces"]
    ]
    print(table(spaces, ("Space", "stage", "serving", "address")))
    models = [(each["id"], (each["head"] or "")[:12]) for each in found["models"]]
    print("\n" + table(models, ("model", "commit")))
