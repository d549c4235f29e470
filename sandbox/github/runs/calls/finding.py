"""Finds the workflows that the jobs of a workflow call, and those that these call."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sandbox.github.runs.calls.checking import check_call
from sandbox.github.runs.calls.declaration import EVENT, declaration_of
from sandbox.github.runs.calls.nested_permissions import bounded, check_permissions
from sandbox.github.runs.permissions import Permissions, permissions_of
from sandbox.github.runs.planning.workflow import (
    FOLDER,
    Called,
    Job,
    Workflow,
    WorkflowError,
    is_workflow,
    parse_workflow,
)
from sandbox.github.runs.planning.yaml_text import place_in
from sandbox.github.runs.schedules.cron import schedules_of
from sandbox.github.service import GitHubService

# docs.github.com, "Reuse workflows": ten levels with the first caller, fifty different files.
_LEVELS = 10
_MOST_FILES = 50
_ELSEWHERE = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)/(?P<path>[^@]+)@(?P<ref>.+)")


@dataclass(frozen=True)
class _File:
    """One file of the tree, while it is looked through."""

    repository: str
    commit: str
    ref: str
    content: bytes
    chain: tuple[str, ...]  # as the calls that led here name their files
    addresses: tuple[str, ...]  # of the files above, and of this
    limit: Permissions | None  # of the job that calls it
    seen: set[str] = field(default_factory=set)  # of the whole tree


class WorkflowReader:
    """Reads workflow files with everything they call. Thread-safe: it holds no state."""

    def __init__(self, repositories: GitHubService) -> None:
        self._repositories = repositories

    def read(self, repository: str, commit: str, ref: str, path: str, content: bytes) -> Workflow:
        """A workflow file of a commit, whose jobs know what they call.

        Args:
            repository: where it lies.
            commit: there.
            ref: by which the commit was found, for the names of what it calls.
            path: of the file.
            content: of the file.

        Raises:
            WorkflowError: the file, or one that it calls, is no valid workflow.
        """
        workflow = parse_workflow(path, content)
        address = f"{repository.lower()}/{path}@{commit}"
        return self._found(
            workflow, _File(repository, commit, ref, content, (path,), (address,), None)
        )

    def _found(self, workflow: Workflow, file: _File) -> Workflow:
        declaration_of(workflow)  # is right, also where nobody calls it
        schedules_of(workflow, lambda path: f"{workflow.path} {place_in(file.content, path)}")
        jobs = {
            key: job if "uses" not in job.source else self._calling(workflow, job, file)
            for key, job in workflow.jobs.items()
        }
        return replace(workflow, jobs=jobs)

    def _calling(self, caller: Workflow, job: Job, file: _File) -> Job:
        def place(below: Iterable[str]) -> str:
            where = place_in(file.content, ["jobs", job.key, *below])
            return f"{caller.path} {where}"

        written = str(job.source["uses"])
        chain = (*file.chain, written)
        tree = " -> ".join(f'"{each}"' for each in chain)
        try:
            repository, commit, ref, path = self._address(written, file)
            called = self._read(repository, commit, path)
            address = f"{repository.lower()}/{path}@{commit}"
            _check_tree(file, address)
            if EVENT not in called.on:
                raise WorkflowError(
                    f"workflow is not reusable as it is missing a `on.{EVENT}` trigger"
                )
            limit = bounded(permissions_of(caller.source, job.source), file.limit)
            check_permissions(called, limit)
        except WorkflowError as error:
            raise WorkflowError(
                f"{place(['uses'])}: error parsing called workflow {tree}: {error}"
            ) from None
        declared = declaration_of(called)
        if declared is not None:
            check_call(job, declared, place)
        content = self._repositories.read_file(repository, commit, path) or b""
        below = _File(
            repository, commit, ref, content, chain, (*file.addresses, address), limit, file.seen
        )
        found = Called(
            workflow=self._found(called, below), repository=repository, commit=commit, ref=ref
        )
        return replace(job, called=found)

    def _address(self, written: str, file: _File) -> tuple[str, str, str, str]:
        """Repository, commit, ref and path that `uses` of a job names."""
        if written.startswith("./"):
            if "@" in written:
                raise WorkflowError("cannot specify version when calling local workflows")
            path = written.removeprefix("./")
            found = (file.repository, file.commit, file.ref, path)
        else:
            parts = _ELSEWHERE.fullmatch(written)
            if parts is None:
                raise WorkflowError(
                    "invalid value workflow reference: it is ./.github/workflows/FILE or"
                    " OWNER/NAME/.github/workflows/FILE@REF"
                )
            repository, path, ref = parts["repository"], parts["path"], parts["ref"]
            found = (repository, self._commit(repository, ref, file.repository), ref, path)
        folder, _, name = path.rpartition("/")
        if folder != FOLDER or not is_workflow(name):
            raise WorkflowError(
                "workflows must be defined at the top level of the .github/workflows/ directory"
            )
        return found

    def _commit(self, repository: str, ref: str, caller: str) -> str:
        if not self._repositories.may_use(caller, repository):
            raise WorkflowError(
                f"workflow was not found: this GitHub holds no repository {repository} whose"
                f" workflows {caller} may call, and nothing is downloaded"
            )
        names = (f"refs/tags/{ref}", f"refs/heads/{ref}", ref)
        commits = (self._repositories.resolve(repository, name) for name in names)
        commit = next((each for each in commits if each is not None), None)
        if commit is None:
            raise WorkflowError(f"workflow was not found: {repository} has no ref {ref}")
        return commit

    def _read(self, repository: str, commit: str, path: str) -> Workflow:
        content = self._repositories.read_file(repository, commit, path)
        if content is None:
            raise WorkflowError("workflow was not found")
        called = parse_workflow(path, content)
        declaration_of(called)
        return called


def called_by(workflow: Workflow) -> list[Called]:
    """The different workflows that one calls, in the order of their first calls."""
    found: dict[str, Called] = {}
    for job in workflow.jobs.values():
        if job.called is not None:
            for each in (job.called, *called_by(job.called.workflow)):
                found.setdefault(each.address, each)
    return list(found.values())


def _check_tree(file: _File, address: str) -> None:
    if address in file.addresses:
        raise WorkflowError("the workflows call each other in a circle")
    if len(file.addresses) >= _LEVELS:
        raise WorkflowError(f"workflows are nested in at most {_LEVELS} levels")
    file.seen.add(address)
    if len(file.seen) > _MOST_FILES:
        raise WorkflowError(f"a workflow calls at most {_MOST_FILES} different workflows")
