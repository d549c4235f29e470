"""What exists in a sandbox and what of it runs, read from its data whether it runs or not."""

from typing import Any

from sandbox.apps.addresses import LOOPBACK, AddressBook
from sandbox.console.report import table
from sandbox.github.repositories import registry as github
from sandbox.github.runs.records import RunRecords
from sandbox.github.settings.environments import Environments
from sandbox.github.settings.holders import Holder
from sandbox.github.settings.secret_store import SecretStore
from sandbox.github.settings.variable_store import VariableStore
from sandbox.hub.repositories.names import RepoKind
from sandbox.hub.repositories.registry import Registry
from sandbox.hub.spaces.records import SpaceRecords
from sandbox.hub.spaces.running import front_door as space_door
from sandbox.render.deploys.records import Deploys
from sandbox.render.postgres.records import PostgresRecords
from sandbox.render.postgres.service import address_owner as database_address
from sandbox.render.services import front_door as service_door
from sandbox.render.services.records import Services
from sandbox.server.endpoints import github_endpoint, hub_endpoint, render_endpoint
from sandbox.server.home import Home
from sandbox.server.process import is_running
from sandbox.store.database import Database


def inventory(home: Home) -> dict[str, Any]:
    """Models, Spaces, services and repositories with what they serve or hold, and addresses."""
    database = home.open_database()
    registry = Registry(database, home.repositories)
    return {
        "running": is_running(home),
        "name": home.identity().name,
        "hub": hub_endpoint(home),
        "render": render_endpoint(home),
        "github": github_endpoint(home),
        "spaces": _spaces(database),
        "models": _held_by_hub(registry, RepoKind.MODEL),
        "datasets": _held_by_hub(registry, RepoKind.DATASET),
        "services": _services(database),
        "databases": _databases(database),
        "repositories": _repositories(home, database),
    }


def _held_by_hub(registry: Registry, kind: RepoKind) -> list[dict[str, Any]]:
    return [
        {"id": each.id, "head": each.git.branch_head(), "visibility": each.visibility}
        for each in registry.list(kind)
    ]


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


def _databases(database: Database) -> list[dict[str, Any]]:
    addresses = AddressBook(database)
    return [
        {
            "id": each.id,
            "name": each.name,
            "version": each.version,
            "plan": each.plan,
            "phase": "suspended" if each.suspended else str(each.phase),
            "port": addresses.port(database_address(each)),
        }
        for each in PostgresRecords(database).all()
    ]


def _repositories(home: Home, database: Database) -> list[dict[str, Any]]:
    repositories = github.Registry(database, home.folder / "github")
    runs, environments = RunRecords(database), Environments(database)
    found = []
    for each in repositories.list():
        newest = next(iter(runs.runs(each.full_name)), None)
        places = [("", Holder(each.id))]
        places += [(e.name, Holder(each.id, e.id)) for e in environments.list(each.id)]
        found.append(
            {
                "name": each.full_name,
                "default_branch": each.git.default_branch(),
                "branches": {
                    ref.removeprefix("refs/heads/"): head
                    for ref, head in each.git.references("refs/heads/").items()
                },
                "environments": [_held(database, name, holder) for name, holder in places],
                "run": None
                if newest is None
                else {
                    "id": newest.id,
                    "name": newest.name,
                    "branch": newest.branch,
                    "state": newest.conclusion or newest.status,
                },
                "url": f"{github_endpoint(home)}/{each.full_name}",
            }
        )
    return found


def _held(database: Database, name: str, holder: Holder) -> dict[str, Any]:
    """How much an environment holds; of the repository itself, whose name is empty, likewise."""
    secrets, variables = SecretStore(database), VariableStore(database)
    return {
        "name": name,
        "secrets": len(secrets.list(holder)),
        "variables": len(variables.list(holder)),
    }


def _url(addresses: AddressBook, owner: str) -> str | None:
    port = addresses.port(owner)
    return f"http://{LOOPBACK}:{port}" if port else None


def print_inventory(found: dict[str, Any], start_command: str) -> None:
    """The same as tables."""
    stopped = f"stopped; `{start_command}` brings back what ran, by the stages below"
    print(f"Sandbox {found['name']}: {'running' if found['running'] else stopped}")
    print(f"Hub: {found['hub']}\nRender: {found['render']}\nGitHub: {found['github']}\n")
    spaces = [
        (each["id"], each["stage"], (each["serving"] or "")[:12], each["url"] or "")
        for each in found["spaces"]
    ]
    print(table(spaces, ("Space", "stage", "serving", "address")))
    for kind in ("model", "dataset"):
        held = [(each["id"], (each["head"] or "")[:12]) for each in found[f"{kind}s"]]
        if held or kind == "model":
            print("\n" + table(held, (kind, "commit")))
    services = [
        (each["name"], each["deploy"] or "", each["live"] or "", each["url"] or "")
        for each in found["services"]
    ]
    print("\n" + table(services, ("Render service", "newest deploy", "live", "address")))
    databases = [
        (each["name"], f"{each['version']}, {each['plan']}", each["phase"], str(each["port"] or ""))
        for each in found["databases"]
    ]
    if databases:
        columns = ("Render Postgres", "version and plan", "phase", f"port on {LOOPBACK}")
        print("\n" + table(databases, columns))
    repositories = [
        (
            each["name"] if not place["name"] else "",
            place["name"] or f"(all; {', '.join(each['branches'])})",
            str(place["secrets"]),
            str(place["variables"]),
            _newest_run(each["run"]) if not place["name"] else "",
        )
        for each in found["repositories"]
        for place in each["environments"]
    ]
    named = ("GitHub repository", "environment", "secrets", "variables", "newest run")
    print("\n" + table(repositories, named))


def _newest_run(run: dict[str, Any] | None) -> str:
    return "" if run is None else f"{run['name']} on {run['branch']}: {run['state']}"
