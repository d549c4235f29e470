"""The sandbox's GitHub without HTTP: its stores, and what the runs half asks of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from sandbox.git.transfer import clone_at
from sandbox.github.checks.deployment_service import DeploymentService
from sandbox.github.checks.deployments import Deployment, Deployments
from sandbox.github.checks.statuses import Statuses
from sandbox.github.contract import RunHost
from sandbox.github.events import Events
from sandbox.github.hooks.service import Webhooks
from sandbox.github.http.accounts import ACTIONS, Accounts, Caller
from sandbox.github.http.errors import there
from sandbox.github.http.requests import Urls
from sandbox.github.issues.service import IssueService
from sandbox.github.pulls.service import PullService
from sandbox.github.releases.records import Releases
from sandbox.github.releases.service import ReleaseService
from sandbox.github.repositories.creating import repository_name, require_creation
from sandbox.github.repositories.movements import Movements
from sandbox.github.repositories.pending import Pending
from sandbox.github.repositories.registry import Registry, Repository
from sandbox.github.settings.deploying import refusal
from sandbox.github.settings.environments import Environments, Protection
from sandbox.github.settings.holders import Holder
from sandbox.github.settings.rulesets import Rulesets
from sandbox.github.settings.secret_store import SecretStore
from sandbox.github.settings.variable_store import VariableStore
from sandbox.store.database import Database
from sandbox.webhooks.targets import LOOPBACK, Targets


class BranchListener(Protocol):
    """Told of branches that were pushed to, or whose checks have passed."""

    def __call__(self, repository: str, branch: str, commit: str, *, checks_passed: bool) -> None:
        """`branch` of a repository, given by its full name, is at `commit`."""
        ...


class GitHubService:
    """Repositories and what belongs to them; Thread-safe."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        *,
        folder: Path,
        url: str,
        branch_moved: BranchListener | None = None,
        targets: Targets | None = None,
    ) -> None:
        """Takes what the platform is built from.

        Args:
            database: the sandbox's file; closed to other users of this computer.
            accounts: who there is.
            folder: for repositories.
            url: where the platform answers, without a slash at the end.
            branch_moved: told of branches that were pushed to, or whose checks have passed.
            targets: where webhooks may lead; None for this machine's loopback.
        """
        self.database = database
        self.accounts = accounts
        self.folder = folder
        self.url = url
        self.registry = Registry(database, folder)  # before the tables that refer to it
        self.secret_store = SecretStore(database)
        self.variable_store = VariableStore(database)
        self.environments = Environments(database)
        self.rulesets = Rulesets(database)
        self.statuses = Statuses(database)
        self.events = Events()
        here = Urls(f"{url}/api/v3", url)
        targets = targets or Targets(LOOPBACK, set)
        self.webhooks = Webhooks(database, accounts, self.registry, here, targets)
        self.events.webhooks = self.webhooks
        self.movements = Movements(
            self.registry, accounts, self.rulesets, self.statuses, self.events, Pending(database)
        )
        self.deployments = DeploymentService(Deployments(database), accounts, self.events, here)
        self.issues = IssueService(database, accounts, self.events, here)
        self.pulls = PullService(
            database,
            accounts,
            self.registry,
            self.issues,
            self.movements,
            self.rulesets,
            self.statuses,
            self.events,
            here,
        )
        # Beside the folder of repositories: what is unknown in that is removed.
        files = Releases(database, folder.with_name(f"{folder.name}-releases"))
        self.releases = ReleaseService(
            files, accounts, self.movements, self.pulls.records, self.events, here
        )
        self._branch_moved = branch_moved
        self.movements.listeners.append(self._moved)

    def connect(self, run_host: RunHost) -> None:
        """Lets the runs half know from now on what happens here."""
        self.events.run_host = run_host

    def create(
        self,
        caller: Caller,
        owner: str,
        name: str,
        *,
        private: bool,
        description: str | None = None,
        homepage: str | None = None,
    ) -> Repository:
        """A new, empty repository with the labels that all have.

        Raises:
            NotFoundError: there is no such owner, or the token lacks the scope.
            ForbiddenError: the caller, or the token, makes none for this owner.
            UnprocessableError: the name is none, or is taken.
        """
        account = there(self.accounts.find(owner))
        require_creation(caller, account.login, private=private)
        added = self.registry.add(
            account.login,
            repository_name(name),
            private=private,
            description=description,
            homepage=homepage,
        )
        self.issues.labels.add_defaults(added.id)
        return added

    def delete(self, repository: Repository) -> None:
        """Forgets a repository with all that belongs to it."""
        with self.registry.lock(repository):
            for hook in self.webhooks.records.of(repository.id):
                self.webhooks.forget(hook)
            self.registry.remove(repository)
            self.releases.records.forget(repository.id)
        if self.events.run_host is not None:
            self.events.run_host.deleted(repository.full_name)

    def checks_passed(self, repository: str, branch: str, commit: str) -> None:
        """To be told when all checks of a branch's commit have ended well."""
        found = self.registry.find_full(repository)
        # Meanwhile it may have gone, or moved on: then a later commit's checks count.
        if found is None or found.git.branch_head(branch) != commit:
            return
        if self._branch_moved is not None:
            self._branch_moved(found.full_name, branch, commit, checks_passed=True)

    def _moved(self, repository: Repository, branch: str, commit: str) -> None:
        if self._branch_moved is not None:
            self._branch_moved(repository.full_name, branch, commit, checks_passed=False)

    # --- what the workflow runs ask; secrets come in clear, for jobs only

    def repositories(self) -> Sequence[str]:
        """The full names of all there are."""
        return [each.full_name for each in self.registry.list()]

    def exists(self, repository: str) -> bool:
        """Whether there is a repository of that name."""
        return self.registry.find_full(repository) is not None

    def may_use(self, caller: str, repository: str) -> bool:
        """Whether runs of one repository may use workflows and actions of another.

        A private repository's are for those of its owner that are private too.
        """
        by, found = self.registry.find_full(caller), self.registry.find_full(repository)
        if by is None or found is None:
            return False
        same = by.owner.lower() == found.owner.lower() and by.private
        return not found.private or by.id == found.id or same

    def default_branch(self, repository: str) -> str:
        """Its name, without refs/heads/."""
        return self.require(repository).git.default_branch()

    def resolve(self, repository: str, ref: str) -> str | None:
        """The commit a branch, tag, full ref or (abbreviated) sha names; None if there is none."""
        return self.require(repository).git.resolve(ref)

    def list_files(self, repository: str, commit: str, folder: str) -> Sequence[str]:
        """Names of the files directly in a folder; empty if it is not there."""
        entries = self.require(repository).git.children(commit, folder.strip("/")) or []
        return [entry.name for entry in entries if entry.kind == "file"]

    def read_file(self, repository: str, commit: str, path: str) -> bytes | None:
        """A file's content at a commit; None if absent."""
        store = self.require(repository).git
        entry = store.entry(commit, path)
        return store.blob(entry.oid) if entry is not None and entry.kind == "file" else None

    def export(self, repository: str, commit: str, destination: Path) -> None:
        """Clones the repository at a commit into an existing empty folder, `.git` included."""
        found = self.require(repository)
        clone_at(found.path, commit, destination, origin=f"{self.url}/{found.full_name}")

    def secrets(self, repository: str, environment: str | None) -> Mapping[str, str]:
        """Plain values by name that a job sees; an environment's own win over the repository's."""
        holders = self._holders(repository, environment)
        return {k: v for each in holders for k, v in self.secret_store.values(each).items()}

    def environment_secrets(self, repository: str, environment: str) -> Mapping[str, str]:
        """Those of an environment alone."""
        own = self._holders(repository, environment)[1:]
        return {k: v for each in own for k, v in self.secret_store.values(each).items()}

    def variables(self, repository: str, environment: str | None) -> Mapping[str, str]:
        """Values by name, with the same precedence."""
        holders = self._holders(repository, environment)
        return {k: v for each in holders for k, v in self.variable_store.values(each).items()}

    def wait_minutes(self, repository: str, environment: str) -> int:
        """How long a job waits before it may start in an environment."""
        place = self.environments.find(self.require(repository).id, environment)
        return 0 if place is None else place.protection.wait_timer

    def environment_refusal(self, repository: str, environment: str, ref: str) -> str | None:
        """Why a ref may not deploy to an environment, in the platform's words; None if it may.

        As on the platform, an environment that a job names and that is not there is made.
        """
        found = self.require(repository)
        place = self.environments.find(found.id, environment)
        if place is None:
            self.environments.put(found.id, environment, Protection())
            return None
        return refusal(
            place,
            self.environments.policies(place),
            ref,
            rulesets=self.rulesets.list(found.id),
            default_branch=found.git.default_branch(),
        )

    def begin_deployment(
        self, repository: str, commit: str, *, ref: str, environment: str, log_url: str
    ) -> int:
        """A job begins to deploy; the deployment's number."""
        found = self.require(repository)
        added = self.deployments.add(found, commit, ACTIONS, ref=ref, environment=environment)
        self._say(found, added, "in_progress", log_url)
        return added.id

    def end_deployment(
        self, repository: str, deployment: int, *, state: str, log_url: str, url: str
    ) -> None:
        """The job ended: state is success, failure or error; `url` is where the result is."""
        found = self.require(repository)
        about = self.deployments.records.find(found.id, deployment)
        if about is not None:  # and was not deleted meanwhile
            self._say(found, about, state, log_url, url)

    def _say(
        self, place: Repository, about: Deployment, state: str, log_url: str, url: str = ""
    ) -> None:
        fields = {"log_url": log_url, "target_url": log_url, "environment_url": url}
        self.deployments.say(place, about, state, ACTIONS, fields, ends_former=True)

    def set_status(
        self,
        repository: str,
        commit: str,
        *,
        state: str,
        context: str,
        description: str,
        target_url: str,
    ) -> None:
        """Puts a commit status: state is error, failure, pending or success."""
        self.statuses.add(
            self.require(repository).id,
            commit,
            state=state,
            context=context,
            description=description,
            target_url=target_url,
            creator=ACTIONS,
        )

    def require(self, full_name: str) -> Repository:
        """The repository of that `owner/name`; raises NotFoundError."""
        return there(self.registry.find_full(full_name))

    def _holders(self, repository: str, environment: str | None) -> list[Holder]:
        found = self.require(repository)
        place = None if environment is None else self.environments.find(found.id, environment)
        return [Holder(found.id), *([] if place is None else [Holder(found.id, place.id)])]
