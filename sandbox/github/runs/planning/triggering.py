"""Makes runs of what happened: reads the workflow files of the commit and asks who listens."""

from dataclasses import replace

from sandbox.github.contract import Trigger
from sandbox.github.runs.calls.finding import WorkflowReader, called_by
from sandbox.github.runs.planning.dispatch_inputs import (
    EVENT,
    DispatchRefusedError,
    dispatch_inputs,
)
from sandbox.github.runs.planning.filters import listens, skips
from sandbox.github.runs.planning.source import Sources
from sandbox.github.runs.planning.workflow import FOLDER, Workflow, WorkflowError, is_workflow
from sandbox.github.runs.records import Run, RunRecords
from sandbox.github.runs.running.publishing import Publisher
from sandbox.github.service import GitHubService

_TITLE_LENGTH = 200

# Of these alone a commit's message may say that there shall be no runs.
_SKIPPED = frozenset({"pull_request"})

_NAMELESS = frozenset({"workflow_run", "schedule", "deployment", "deployment_status"})

MadeRun = tuple[Run, Workflow | None]  # without a workflow it has failed already


class Triggering:
    """From a trigger to queued runs. Thread-safe: it holds no state."""

    def __init__(
        self,
        repositories: GitHubService,
        records: RunRecords,
        sources: Sources,
        publisher: Publisher,
    ) -> None:
        self._repositories = repositories
        self._records = records
        self._sources = sources
        self._publisher = publisher
        self._reader = WorkflowReader(repositories)

    def runs_of(self, trigger: Trigger) -> list[MadeRun]:
        """The runs that a trigger makes, queued; raises DispatchRefusedError."""
        return self._dispatched(trigger) if trigger.event == EVENT else self._heard(trigger)

    def _dispatched(self, trigger: Trigger) -> list[MadeRun]:
        path = self._dispatched_path(trigger)
        content = self._repositories.read_file(trigger.repository, trigger.commit, path)
        if content is None:
            raise DispatchRefusedError("Not Found", 404)
        try:
            workflow = self._reader.read(
                trigger.repository, trigger.commit, trigger.ref, path, content
            )
        except WorkflowError as error:
            raise DispatchRefusedError(f"failed to parse workflow: {error}") from None
        inputs = dispatch_inputs(workflow, trigger.payload)
        told = replace(trigger, payload=inputs)
        return [(self._add(told, workflow, workflow.name), workflow)]

    def _dispatched_path(self, trigger: Trigger) -> str:
        named = trigger.workflow or ""
        if named.isdecimal():  # the API takes the number too
            known = self._records.workflow_with_id(trigger.repository, int(named))
            named = "" if known is None else known.path
        return named if named.startswith(f"{FOLDER}/") else f"{FOLDER}/{named}"

    def _heard(self, trigger: Trigger) -> list[MadeRun]:
        """The runs that an event makes which workflows listen to."""
        if trigger.head is not None and skips(trigger.head.message) and trigger.event in _SKIPPED:
            return []
        names = self._repositories.list_files(trigger.repository, trigger.commit, FOLDER)
        paths = [f"{FOLDER}/{name}" for name in sorted(names) if is_workflow(name)]
        if not paths:
            return []
        title = _title(trigger)
        source = None
        if trigger.event == "push":
            source = self._sources.get(trigger.repository, trigger.commit)
            message = source.message()
            title = message.strip().partition("\n")[0][:_TITLE_LENGTH]
            if skips(message):
                self._sources.discard(trigger.repository, trigger.commit)
                return []
        runs: list[MadeRun] = []
        for path in paths:
            content = self._repositories.read_file(trigger.repository, trigger.commit, path) or b""
            try:
                workflow = self._reader.read(
                    trigger.repository, trigger.commit, trigger.ref, path, content
                )
            except WorkflowError as error:
                if trigger.event in ("push", "pull_request"):
                    runs.append((self._invalid(trigger, path, title, str(error)), None))
                continue
            if listens(
                workflow, trigger, lambda: source.changed(trigger.before) if source else None
            ):
                runs.append((self._add(trigger, workflow, title), workflow))
        if source is not None and not any(workflow for _, workflow in runs):
            self._sources.discard(trigger.repository, trigger.commit)
        return runs

    def _add(self, trigger: Trigger, workflow: Workflow, title: str) -> Run:
        return self._records.add_run(
            trigger,
            workflow.path,
            name=workflow.name,
            title=title or workflow.name,
            called=[
                {"path": each.address, "sha": each.commit, "ref": each.ref}
                for each in called_by(workflow)
            ],
        )

    def _invalid(self, trigger: Trigger, path: str, title: str, reason: str) -> Run:
        """A run that failed because its file is no workflow, as GitHub shows it."""
        run = self._records.add_run(trigger, path, name=path, title=title or path)
        note = f"Invalid workflow file: {path}: {reason}"
        self._records.set_run(run.id, status="completed", conclusion="failure", note=note)
        self._publisher.invalid(run)
        return self._records.require(run.id)


def _title(trigger: Trigger) -> str:
    """What a run is called that is no push's: after what it is about."""
    for key in ("pull_request", "issue"):
        about = trigger.payload.get(key)
        if about:
            return str(about["title"])[:_TITLE_LENGTH]
    release = trigger.payload.get("release")
    if release:
        return str(release["name"] or release["tag_name"])[:_TITLE_LENGTH]
    if trigger.event in _NAMELESS:
        return ""  # then it bears the workflow's own name
    return str(trigger.payload.get("action") or trigger.event)
