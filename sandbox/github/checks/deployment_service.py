"""What becomes of deployments, told to the workflows that listen."""

from collections.abc import Mapping
from typing import Any

from sandbox.github.checks.deployments import Deployment, Deployments, DeploymentStatus
from sandbox.github.checks.deployments_view import deployment_status_view, deployment_view
from sandbox.github.contract import Trigger
from sandbox.github.events import Events
from sandbox.github.http.accounts import ACTIONS, Accounts
from sandbox.github.http.requests import Urls
from sandbox.github.repositories.registry import Repository

_PRODUCTION = "production"
INACTIVE = "inactive"


class DeploymentService:
    """The deployments of all repositories. Thread-safe.

    Args:
        records: what is kept of them.
        accounts: who there is.
        events: told of what happens.
        here: addresses of this GitHub, as events name them.
    """

    def __init__(
        self, records: Deployments, accounts: Accounts, events: Events, here: Urls
    ) -> None:
        self.records = records
        self._accounts = accounts
        self._events = events
        self._here = here

    def add(
        self,
        repository: Repository,
        sha: str,
        creator: str,
        *,
        ref: str,
        environment: str,
        more: Mapping[str, Any] | None = None,
    ) -> Deployment:
        """A new deployment.

        Args:
            repository: where.
            sha: the commit that is deployed.
            creator: login.
            ref: which named the commit: a branch, a tag, or the commit itself.
            environment: into which.
            more: other fields of it, by the API's names.
        """
        fields = {
            "ref": ref,
            "task": "deploy",
            "environment": environment,
            "original_environment": environment,
            "description": None,
            "payload": {},
            "transient_environment": False,
            "production_environment": environment == _PRODUCTION,
            **(more or {}),
        }
        added = self.records.add(repository.id, sha, fields, creator)
        shown = deployment_view(repository, added, self._accounts, self._here)
        self._tell(repository, added, "deployment", creator, {"deployment": shown})
        return added

    def say(
        self,
        repository: Repository,
        deployment: Deployment,
        state: str,
        creator: str,
        fields: Mapping[str, Any],
        *,
        ends_former: bool,
    ) -> DeploymentStatus:
        """Another word about a deployment; a success may end the former ones.

        Args:
            repository: where.
            deployment: about which.
            state: one of the API's.
            creator: login.
            fields: of the status, by the API's names.
            ends_former: whether what was deployed there before is inactive now.
        """
        about = {
            "description": "",
            "environment": deployment.fields["environment"],
            "target_url": "",
            "log_url": "",
            "environment_url": "",
            **fields,
        }
        added = self.records.add_status(deployment, state, about, creator)
        if state == "success" and ends_former:
            self._end_former(repository, deployment, creator)
        if state != INACTIVE:  # of which no workflow hears, on the platform neither
            payload = {
                "deployment_status": deployment_status_view(
                    repository, deployment, added, self._accounts, self._here
                ),
                "deployment": deployment_view(repository, deployment, self._accounts, self._here),
            }
            self._tell(repository, deployment, "deployment_status", creator, payload)
        return added

    def _end_former(self, repository: Repository, newest: Deployment, login: str) -> None:
        environment = newest.fields["environment"]
        for each in self.records.list(repository.id):
            if each.id >= newest.id or each.fields["environment"] != environment:
                continue
            said = self.records.statuses(each)
            ended = said and said[0].state == INACTIVE
            lasting = not each.fields["transient_environment"]
            # A job's deployment follows another; callers say themselves what of theirs is over.
            kept = each.fields["production_environment"] and login != ACTIONS
            if said and not ended and lasting and not kept:
                former: Mapping[str, Any] = {**said[0].fields, "description": ""}
                self.records.add_status(each, INACTIVE, former, login)

    def _tell(
        self,
        repository: Repository,
        deployment: Deployment,
        event: str,
        actor: str,
        payload: Mapping[str, Any],
    ) -> None:
        self._events.tell(
            Trigger(
                repository=repository.full_name,
                event=event,
                ref=_full(repository, str(deployment.fields["ref"])),
                commit=deployment.sha,
                actor=actor,
                payload={"action": "created", **payload},
            )
        )


def _full(repository: Repository, ref: str) -> str:
    """The branch or tag of a deployment; empty, as on the platform, for a commit."""
    known = repository.git.references()
    names = (f"refs/heads/{ref}", f"refs/tags/{ref}", ref)
    return next((name for name in names if name in known), "")
