"""What checks say of a commit: jobs of runs, and statuses that others have put on it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sandbox.github.checks.statuses import Status
from sandbox.github.contract import CheckedJob, CheckedRun
from sandbox.github.graphql.connections import Argument, Connection
from sandbox.github.graphql.errors import UnresolvedError
from sandbox.github.graphql.inquiry import Inquiry, Part
from sandbox.github.http.accounts import ACTIONS
from sandbox.github.http.describe import node_id, read_node_id
from sandbox.github.repositories.registry import Repository

_WELL = {"success", "neutral", "skipped"}


class RequirablePart(Part):
    """A check that the rules of a pull request's base may ask for."""

    context_name: str

    def __init__(self, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self._repository = repository

    @property
    def repository(self) -> Part:
        """Where it ran."""
        return self.inquiry.make.repository(self._repository)

    def is_required(
        self, *, pull_request_id: str | None = None, pull_request_number: int | None = None
    ) -> bool:
        """Whether a pull request waits for it."""
        pulls = self.inquiry.service.pulls
        if pull_request_number is not None:
            pull = pulls.records.find(self._repository.id, pull_request_number)
        else:
            kind, key = read_node_id(pull_request_id or "") or ("", "")
            named = int(key) if kind == "PullRequest" and key.isdecimal() else 0
            issue = pulls.issues.records.with_id(named)
            pull = None if issue is None else pulls.records.of_issue(issue)
        if pull is None or pull.repository != self._repository.id:
            raise UnresolvedError("PullRequest", "that id or number")
        return self.context_name in {
            str(check.get("context"))
            for rule in pulls.rules_of(pull, self._repository)
            if rule["type"] == "required_status_checks"
            for check in (rule.get("parameters") or {}).get("required_status_checks") or ()
        }


class WorkflowPart(Part):
    """A workflow file."""

    typename, state = "Workflow", "ACTIVE"

    def __init__(self, run: CheckedRun, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self.id, self.database_id = node_id("Workflow", run.workflow), run.workflow
        self.name, self.created_at, self.updated_at = run.workflow_name, run.created, run.created
        file = quote(run.workflow_path.rpartition("/")[2])
        self.resource_path = f"/{repository.full_name}/actions/workflows/{file}"
        self.url = f"{inquiry.here.web}{self.resource_path}"


class RunPart(Part):
    """A run, which the schema has twice: as such, and as the suite of its checks."""

    def __init__(self, run: CheckedRun, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(inquiry)
        self._run, self._repository = run, repository
        self.id, self.database_id = node_id(self.typename, run.id), run.id
        self.event, self.run_number = run.event, run.number
        self.created_at, self.updated_at = run.created, run.updated
        self.status, self.conclusion = run.status.upper(), _upper(run.conclusion)
        self.resource_path = f"/{repository.full_name}/actions/runs/{run.id}"
        self.url = f"{inquiry.here.web}{self.resource_path}"

    @property
    def workflow(self) -> WorkflowPart:
        """What it ran."""
        return WorkflowPart(self._run, self._repository, self.inquiry)

    @property
    def commit(self) -> Part:
        """What its checks are about."""
        return self.inquiry.make.commit(self._run.commit, self._repository)

    @property
    def repository(self) -> Part:
        """Where it ran."""
        return self.inquiry.make.repository(self._repository)


class WorkflowRunPart(RunPart):
    """A run."""

    typename = "WorkflowRun"

    @property
    def check_suite(self) -> "CheckSuitePart":
        """The same as a suite."""
        return CheckSuitePart(self._run, self._repository, self.inquiry)


class CheckSuitePart(RunPart):
    """The checks of a run."""

    typename = "CheckSuite"

    @property
    def workflow_run(self) -> WorkflowRunPart:
        """The same as a run."""
        return WorkflowRunPart(self._run, self._repository, self.inquiry)

    def check_runs(self, **page: Argument) -> Connection[CheckedJob]:
        """Its jobs."""
        return Connection(self._run.jobs, self._check, page)

    def _check(self, job: CheckedJob) -> "CheckRunPart":
        return CheckRunPart(self._run, job, self._repository, self.inquiry)


class CheckRunPart(RequirablePart):
    """A job as a check."""

    typename = "CheckRun"
    title = text = None

    def __init__(
        self, run: CheckedRun, job: CheckedJob, repository: Repository, inquiry: Inquiry
    ) -> None:
        super().__init__(repository, inquiry)
        self._run = run
        self.id, self.database_id = node_id("CheckRun", job.id), job.id
        self.external_id, self.summary = str(job.id), job.summary
        self.name = self.context_name = job.name
        self.status, self.conclusion = job.status.upper(), _upper(job.conclusion)
        self.started_at, self.completed_at = job.started, job.completed
        self.resource_path = f"/{repository.full_name}/actions/runs/{run.id}/job/{job.id}"
        self.url = self.permalink = self.details_url = f"{inquiry.here.web}{self.resource_path}"

    @property
    def check_suite(self) -> CheckSuitePart:
        """The run it is of."""
        return CheckSuitePart(self._run, self._repository, self.inquiry)


class StatusContextPart(RequirablePart):
    """A status that was put on a commit."""

    typename = "StatusContext"

    def __init__(self, status: Status, repository: Repository, inquiry: Inquiry) -> None:
        super().__init__(repository, inquiry)
        self._status = status
        self.id = node_id("StatusContext", status.id)
        self.context = self.context_name = status.context
        self.state, self.description = status.state.upper(), status.description
        self.target_url, self.created_at = status.target_url, status.created_at

    @property
    def commit(self) -> Part:
        """What it is about."""
        return self.inquiry.make.commit(self._status.sha, self._repository)

    @property
    def creator(self) -> Part:
        """Who put it there."""
        return self.inquiry.make.account(self._status.creator)


class StateCount:
    """How many checks are in a state."""

    def __init__(self, state: str, count: int) -> None:
        self.state, self.count = state, count


class ContextConnection(Connection[Part]):
    """Checks and statuses of a commit, with how many there are of which state."""

    def _of(self, typename: str) -> list[Any]:
        return [each for each in self.items if each.typename == typename]

    @property
    def check_run_count(self) -> int:
        """How many are jobs."""
        return len(self._of("CheckRun"))

    @property
    def status_context_count(self) -> int:
        """How many are statuses."""
        return len(self._of("StatusContext"))

    @property
    def check_run_counts_by_state(self) -> list[StateCount]:
        """Jobs by their conclusion, or by their status until they have one."""
        states = Counter(each.conclusion or each.status for each in self._of("CheckRun"))
        return [StateCount(*each) for each in states.items()]

    @property
    def status_context_counts_by_state(self) -> list[StateCount]:
        """Statuses by their state."""
        states = Counter(each.state for each in self._of("StatusContext"))
        return [StateCount(*each) for each in states.items()]


class RollupPart(Part):
    """All checks of a commit together."""

    typename = "StatusCheckRollup"

    def __init__(
        self, oid: str, parts: Sequence[Part], state: str, repository: Repository, inquiry: Inquiry
    ) -> None:
        super().__init__(inquiry)
        self._oid, self._parts, self._repository = oid, parts, repository
        self.id = node_id("StatusCheckRollup", f"{repository.id}:{oid}")
        self.state = state

    @property
    def commit(self) -> Part:
        """What they are about."""
        return self.inquiry.make.commit(self._oid, self._repository)

    def contexts(self, **page: Argument) -> ContextConnection:
        """One by one."""
        return ContextConnection(self._parts, lambda each: each, page)


def rollup_of(oid: str, repository: Repository, inquiry: Inquiry) -> RollupPart | None:
    """What all checks together say of a commit; None if there are none."""
    runs = inquiry.run_host.checks(repository.full_name, oid)
    jobs = [(run, job) for run in runs for job in run.jobs]
    put = inquiry.service.statuses.newest(repository.id, oid)
    # A job's own status is how the sandbox's rules hear of it: here it is the check already.
    statuses = [each for each in put if not _of_job(each, repository)]
    parts = [
        *(CheckRunPart(run, job, repository, inquiry) for run, job in jobs),
        *(StatusContextPart(each, repository, inquiry) for each in statuses),
    ]
    if not parts:
        return None
    said = [_verdict(job.status, job.conclusion) for _, job in jobs]
    said += [each.state.upper() for each in statuses]
    state = next((e for e in ("ERROR", "FAILURE", "PENDING") if e in said), "SUCCESS")
    return RollupPart(oid, parts, state, repository, inquiry)


def _of_job(status: Status, repository: Repository) -> bool:
    page = f"/{repository.full_name}/actions/runs/"
    return status.creator == ACTIONS and page in (status.target_url or "")


def _verdict(status: str, conclusion: str | None) -> str:
    if status != "completed":
        return "PENDING"
    return "SUCCESS" if conclusion in _WELL else "FAILURE"


def _upper(word: str | None) -> str | None:
    return word and word.upper()
