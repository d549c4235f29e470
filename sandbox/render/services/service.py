"""The services of one sandbox's Render: what its API says to them, and what they answer."""

import threading
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from sandbox.apps.addresses import AddressBook
from sandbox.apps.serving import ServingApps
from sandbox.machine.contract import Machine
from sandbox.machine.no_machine import require_containers
from sandbox.render.deploys.git_source import GitSource
from sandbox.render.deploys.instances import one_instance
from sandbox.render.deploys.notices import Notices
from sandbox.render.deploys.ports import ServicePorts
from sandbox.render.deploys.pushes import Pushes
from sandbox.render.deploys.records import WAS_LIVE, Deploy, Deploys
from sandbox.render.deploys.releases import Releases, read_deploy
from sandbox.render.deploys.turn import Parts, Tuning
from sandbox.render.env.groups import EnvGroups
from sandbox.render.env.variables import Kind, Variables, read_files, read_variables
from sandbox.render.http import body as read
from sandbox.render.http.account import Account
from sandbox.render.http.describe import Describer
from sandbox.render.http.errors import BadRequestError, PaymentRequiredError
from sandbox.render.postgres.service import PostgresService
from sandbox.render.services import specification
from sandbox.render.services.credentials import Credentials
from sandbox.render.services.disk_service import DiskService, read_disk
from sandbox.render.services.disks import Disks
from sandbox.render.services.events import Events
from sandbox.render.services.front_door import FrontDoor
from sandbox.render.services.lifetime import Lifetime
from sandbox.render.services.logs import Logs, LogType, LogWriter
from sandbox.render.services.notifications import Notifications
from sandbox.render.services.records import Service, Services
from sandbox.render.services.specification import Rules
from sandbox.store.database import Database


class RenderService:
    """All services. Thread-safe; knows no HTTP but the apps' addresses."""

    def __init__(
        self,
        database: Database,
        account: Account,
        machine: Machine,
        addresses: AddressBook,
        *,
        folder: Path,
        sandbox_ports: Callable[[], Collection[int]] = set,
        located: Callable[[str], str] = str,
        taken_slugs: Callable[[str], bool] = frozenset[str]().__contains__,
        rules: Rules | None = None,
        tuning: Tuning | None = None,
    ) -> None:
        """Takes what the services are built from.

        Args:
            database: the sandbox's file; closed to other users of this computer.
            account: whose services they are.
            machine: builds and runs.
            addresses: public addresses, shared with the sandbox's other platforms.
            folder: for copies of repositories and build contexts; may be emptied when stopped.
            sandbox_ports: ports of this sandbox's platforms, which apps may be pointed at.
            located: where the repository of a public address lies here; itself unless told.
            taken_slugs: whether somebody else on Render has a slug already.
            rules: where accounts differ; None for the defaults.
            tuning: knobs; None for the defaults.
        """
        folder.mkdir(parents=True, exist_ok=True)
        tuning = tuning or Tuning()
        self.account = account
        self._rules = rules or Rules()
        self.postgres = PostgresService(database, account, machine, addresses, tuning)
        services = Services(database, taken_slugs)  # before the tables that refer to it
        self.parts = Parts(
            database=database,
            services=services,
            deploys=Deploys(database),
            variables=Variables(database),
            groups=EnvGroups(database),
            disks=Disks(database),
            events=Events(database),
            logs=Logs(database),
            credentials=Credentials(database),
            source=GitSource(folder / "repositories", located),
            serving=ServingApps(),
            machine=machine,
            sandbox_ports=lambda: {*addresses.ports(), *sandbox_ports()},
            folder=folder,
            tuning=tuning,
            builds=threading.BoundedSemaphore(tuning.parallel_builds),
            hidden=self.postgres.passwords,
        )
        self._door = FrontDoor(self.parts, addresses)
        self.app_port = self._door.port_of
        self.disks = DiskService(self.parts.disks, services, self.parts.events)
        self.notifications = Notifications(database)
        self.describe = Describer(
            self.parts.credentials,
            self.parts.disks,
            self.notifications,
            ServicePorts(self.parts),
            self._door.url,
        )
        self._life = Lifetime(self.parts, self._door, forget=self._forget)
        self._releases = Releases(self.parts, wake=self._life.wake)
        self._pushes = Pushes(self.parts, self._releases, Notices(database))

    # --- services; those that take an id raise NotFoundError

    def create(self, body: Mapping[str, Any]) -> tuple[Service, Deploy]:
        """A new service and its first deploy, which is made whatever the auto-deploy setting."""
        if not self._rules.card_on_file:
            raise PaymentRequiredError
        owner = self.account.owner_of_new(body.get("ownerId"))
        name = read.required(body, "name").strip()
        if not name:
            raise BadRequestError("name is required")
        settings = specification.created(body, self._rules, self.parts.source.branch)
        variables = read_variables(body.get("envVars"))
        files = read_files(body.get("secretFiles"))
        wanted = read.mapping(read.mapping(body, "serviceDetails"), "disk")
        disk = read_disk(wanted, settings) if wanted else None
        require_containers(self.parts.machine)
        with self._releases.deciding():
            service = self.parts.services.add(name, owner, settings)
            self.parts.variables.replace(service.number, Kind.VARIABLE, variables)
            self.parts.variables.replace(service.number, Kind.FILE, files)
            if disk is not None:
                self.disks.add(service.number, disk)
            if settings.public:
                self.parts.database.after_commit(lambda: self._door.try_open(service))
            return service, self._releases.add(service, "api")

    def find(self, identifier: str) -> Service:
        """The service of that id."""
        return self.parts.services.find(identifier)

    def change(self, identifier: str, body: Mapping[str, Any]) -> Service:
        """Other settings; nothing that runs changes before the next deploy."""
        service = self.find(identifier)
        settings = specification.patched(service.settings, body, self.parts.source.branch)
        name = read.text(body, "name").strip() or service.name
        changed = self.parts.services.change(service, name=name, settings=settings)
        if settings.plan != service.settings.plan:
            plans = {"from": service.settings.plan, "to": settings.plan}
            self.parts.events.add(service.number, "plan_changed", **plans)
        return changed

    def delete(self, identifier: str) -> None:
        """The service is gone: its name and address at once, what it ran soon."""
        service = self.find(identifier)
        with self._releases.deciding():
            self._releases.cancel_all(service)
            self.parts.services.set(service.number, deleted=1)
        self.parts.serving.swap(service.number, None)
        self._door.close(service.number)
        self._life.wake(service.number)

    def suspend(self, identifier: str) -> None:
        """Ends the app and what is being deployed, until the service is resumed."""
        service = self.find(identifier)
        if service.suspended:
            return
        with self._releases.deciding():
            self.parts.services.set(service.number, suspended=1)
            self._releases.cancel_all(service)
            self.parts.events.add(service.number, "service_suspended", actor=self.account.email)
        self._life.wake(service.number)

    def resume(self, identifier: str) -> None:
        """Lets the service run again, by a deploy."""
        service = self.find(identifier)
        if not service.suspended:
            return
        with self._releases.deciding():
            self.parts.services.set(service.number, suspended=0)
            self.parts.events.add(service.number, "service_resumed", actor=self.account.email)
            self._releases.add(self.find(identifier), "service_resumed")

    def restart(self, identifier: str) -> None:
        """Starts the live deploy's app afresh, with what that deploy froze."""
        service = self.find(identifier)
        if service.suspended:
            raise BadRequestError("cannot restart suspended service")
        if service.live is None:
            raise BadRequestError("cannot restart a service without a live deploy")
        self.parts.services.set(service.number, restart=1)
        self.parts.events.add(
            service.number, "server_restarted", triggeredByUser=self.account.email
        )
        self._life.wake(service.number)

    def scale(self, identifier: str, body: Mapping[str, Any]) -> None:
        """Notes how many instances are wanted; one of them really runs here."""
        service = self.find(identifier)
        if service.settings.static:
            raise BadRequestError("a static site cannot be scaled")
        settings = specification.scaled(service.settings, body)
        if settings.num_instances > 1 and self.parts.disks.of(service.number) is not None:
            raise BadRequestError("a service with a disk has one instance")
        counts = {"fromInstances": service.settings.num_instances}
        counts["toInstances"] = settings.num_instances
        self.parts.services.change(service, name=service.name, settings=settings)
        self.parts.events.add(service.number, "instance_count_changed", **counts)
        LogWriter(self.parts.logs, service.number, LogType.APP, (), "").say(one_instance(settings))

    # --- deploys

    def deploy(self, identifier: str, body: Mapping[str, Any], cause: str = "api") -> Deploy:
        """A new deploy: under way at once, or queued behind another."""
        service = self.find(identifier)
        wish = self._releases.looked_up(service, read_deploy(body, service, self.parts))
        return self._releases.add(service, cause, wish)

    def rollback(self, identifier: str, body: Mapping[str, Any]) -> Deploy:
        """A new deploy of what an earlier one ran, with the settings of today."""
        service = self.find(identifier)
        target = self.parts.deploys.find(service.number, read.required(body, "deployId"))
        if target.status not in WAS_LIVE:
            raise BadRequestError(f"{target.id} was never live")
        return self._releases.again(service, target, "rollback")

    def cancel(self, identifier: str, deploy: str) -> Deploy:
        """Ends a deploy that is waiting or under way; raises BadRequestError for others."""
        service = self.find(identifier)
        found = self.parts.deploys.find(service.number, deploy)
        if not self._releases.cancel(found):
            raise BadRequestError(f"{found.id} cannot be canceled: it is {found.status}")
        return self.parts.deploys.find(service.number, deploy)

    def hook(self, identifier: str, ref: str | None, image: str | None) -> Deploy:
        """What a deploy hook asks for; its key was checked."""
        asked = {"commitId": ref, "imageUrl": image}
        return self.deploy(identifier, {k: v for k, v in asked.items() if v}, "deploy_hook")

    def pushed(self, repo: str, branch: str, commit: str, *, checks_passed: bool = False) -> None:
        """A branch was pushed to, or its checks passed: deploys the services that follow it."""
        notice = self._pushes.note(repo, branch, commit, checks_passed=checks_passed)
        self.parts.database.after_commit(lambda: self._pushes.take(notice))

    # --- the sandbox's own life

    def start(self) -> None:
        """Brings back what was live, under the same addresses, and takes up interrupted work."""
        self.postgres.start()
        self._life.start()
        taking = threading.Thread(target=self._pushes.take_all, name="render-pushes", daemon=True)
        taking.start()  # a repository may be a neighbour's, which does not answer yet

    def stop(self, *, containers: bool = True) -> None:
        """Ends the workers, the addresses and (`containers`) what runs; the next start resumes."""
        self._life.stop(containers=containers)
        self.postgres.stop(containers=containers)

    def _forget(self, service: Service) -> None:
        self._door.close(service.number, forget=True)
        self.parts.services.forget(service.number)
