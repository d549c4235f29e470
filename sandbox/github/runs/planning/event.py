"""The `github` context of a run, and its event as a webhook would have told it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.github.runs.planning.dispatch_inputs import EVENT
from sandbox.github.runs.planning.source import NOTHING, Source
from sandbox.github.runs.records import Run
from sandbox.github.service import GitHubService


@dataclass(frozen=True)
class Addresses:
    """Where this GitHub answers; no slash at the end."""

    web: str

    @property
    def api(self) -> str:
        """The REST API."""
        return f"{self.web}/api/v3"

    @property
    def graphql(self) -> str:
        """GraphQL."""
        return f"{self.web}/api/graphql"

    def run(self, repository: str, run: int) -> str:
        """The page of a run."""
        return f"{self.web}/{repository}/actions/runs/{run}"

    def job(self, repository: str, run: int, job: int) -> str:
        """The page of a job, which is a place on its run's page."""
        return f"{self.run(repository, run)}#job-{job}"


def event_of(
    run: Run, source: Source | None, repositories: GitHubService, addresses: Addresses
) -> dict[str, Any]:
    """The event's payload, `github.event`.

    Args:
        run: what runs.
        source: the clone of its commit; without one a push says nothing of its commits.
        repositories: tells the default branch.
        addresses: of the sandbox's GitHub.
    """
    owner, _, name = run.repository.partition("/")
    web = f"{addresses.web}/{run.repository}"
    event: dict[str, Any] = {
        "repository": {
            "name": name,
            "full_name": run.repository,
            "owner": {"login": owner, "name": owner},
            "default_branch": repositories.default_branch(run.repository),
            "html_url": web,
            "clone_url": f"{web}.git",
            "url": f"{addresses.api}/repos/{run.repository}",
        },
        "sender": {"login": run.actor},
    }
    if run.event == EVENT:
        return {**event, "inputs": dict(run.payload), "ref": run.ref, "workflow": run.path}
    if run.event not in ("push", "repository_dispatch"):
        return {**event, **run.payload}
    if run.event == "repository_dispatch":
        return {
            **event,
            "action": run.payload.get("action"),
            "branch": run.branch,
            "client_payload": run.payload.get("client_payload") or {},
        }
    commits = [] if source is None else source.commits(run.before_id)
    for each in commits:
        each["url"] = f"{web}/commit/{each['id']}"
    created = run.before_id == NOTHING
    return {
        **event,
        "ref": run.ref,
        "before": run.before_id,
        "after": run.commit_id,
        "created": created,
        "deleted": False,
        "forced": bool(source and not created and not source.contains(run.before_id)),
        "base_ref": None,
        "compare": f"{web}/compare/{run.before_id[:12]}...{run.commit_id[:12]}",
        "pusher": {"name": run.actor},
        "commits": [] if created else commits,
        "head_commit": commits[-1] if commits else {"id": run.commit_id, "message": run.title},
    }


def github_context(run: Run, event: Mapping[str, Any], addresses: Addresses) -> dict[str, Any]:
    """The `github` context, without the token: only jobs get that."""
    return {
        "event": dict(event),
        "event_name": run.event,
        "workflow": run.name,
        "workflow_ref": f"{run.repository}/{run.path}@{run.ref}",
        "workflow_sha": run.commit_id,
        "run_id": str(run.id),
        "run_number": str(run.number),
        "run_attempt": str(run.attempt),
        "actor": run.actor,
        "triggering_actor": run.actor,
        "repository": run.repository,
        "repository_owner": run.repository.partition("/")[0],
        "ref": run.ref,
        "ref_name": run.ref_name,
        "ref_type": "tag" if run.ref.startswith("refs/tags/") else "branch",
        "ref_protected": False,
        "sha": run.commit_id,
        "base_ref": (event.get("pull_request") or {}).get("base", {}).get("ref", ""),
        "head_ref": run.head_branch,
        "server_url": addresses.web,
        "api_url": addresses.api,
        "graphql_url": addresses.graphql,
        "retention_days": "90",
        "secret_source": "Actions",
    }


def typed_inputs(run: Run, declared: Mapping[str, Any]) -> dict[str, Any]:
    """The `inputs` context: booleans as such, everything else as text."""
    if run.event != EVENT:
        return {}
    inputs: dict[str, Any] = {}
    for name, value in run.payload.items():
        rules = declared.get(name)
        boolean = isinstance(rules, dict) and rules.get("type") == "boolean"
        inputs[name] = value == "true" if boolean else value
    return inputs
