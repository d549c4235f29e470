"""The workflow runs of one sandbox: what starts them, and what becomes of them."""

import itertools
import logging
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

from starlette.routing import BaseRoute

from sandbox.github.contract import CheckedRun, Trigger
from sandbox.github.http.access import Access
from sandbox.github.http.job_tokens import Grant
from sandbox.github.oidc.job_identities import JobIdentities
from sandbox.github.oidc.routes import IdentityRoutes
from sandbox.github.runs.api.pages import page_routes
from sandbox.github.runs.api.routes import api_routes
from sandbox.github.runs.calls.finding import WorkflowReader
from sandbox.github.runs.commit_checks import checks_of
from sandbox.github.runs.followers import Followers
from sandbox.github.runs.planning.concurrency import Groups
from sandbox.github.runs.planning.event import Addresses
from sandbox.github.runs.planning.private_workflow import Needed
from sandbox.github.runs.planning.source import Sources
from sandbox.github.runs.planning.triggering import Triggering
from sandbox.github.runs.planning.workflow import FOLDER, Workflow, is_workflow
from sandbox.github.runs.records import Run, RunRecords, moment
from sandbox.github.runs.rerun import carry_over, jobs_to_keep
from sandbox.github.runs.retention import forget_old_runs, remove_files
from sandbox.github.runs.runners.runner import Runner
from sandbox.github.runs.running.job_task import JobTask, Tools
from sandbox.github.runs.running.publishing import Publisher, abandon
from sandbox.github.runs.running.run_thread import RunThread, Surroundings
from sandbox.github.runs.workflow_files import WorkflowFiles
from sandbox.github.service import GitHubService
from sandbox.machine.contract import MachineUnavailableError
from sandbox.store.database import Database

_LOG = logging.getLogger(__name__)
PARALLEL_JOBS = 2


class RunService:
    """All runs. Implements `RunHost`; thread-safe.

    Args:
        database: the sandbox's file.
        repositories: the other half.
        folder: for logs, artifacts, caches and the files of jobs at work.
        github_url: where this GitHub answers, such as "http://127.0.0.1:PORT".
        runner: where jobs run.
        checks_passed: told of a (repository, branch, commit) whose runs have all ended well.
        token_for: gives a job its GITHUB_TOKEN, for as long as it runs.
        identities: lets jobs prove who they are; None where none can.
        job_environment: variables that every job has; whoever may push reads them.
        access: who may see which runs; needed for the routes.
        parallel_jobs: how many jobs of all repositories run at once.
        cancel_seconds: what a cancelled job has for the steps that run nevertheless.
    """

    def __init__(
        self,
        database: Database,
        repositories: GitHubService,
        *,
        folder: Path,
        github_url: str,
        runner: Runner,
        checks_passed: Callable[[str, str, str], None],
        token_for: Callable[[Grant], AbstractContextManager[str]],
        identities: JobIdentities | None = None,
        job_environment: Mapping[str, str] | None = None,
        access: Access | None = None,
        parallel_jobs: int = PARALLEL_JOBS,
        cancel_seconds: float = 30.0,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self.folder = folder
        self.records = RunRecords(database)
        self._database = database
        self.repositories = repositories
        self.files = WorkflowFiles(repositories)
        self.addresses = Addresses(github_url.rstrip("/"))
        self.access = access
        self._identities = identities
        self._publisher = Publisher(repositories, self.addresses)
        self._threads: dict[int, RunThread] = {}
        self._changing = threading.Lock()
        self._orders = itertools.count()
        self._stopping = False
        self._rerunning = threading.Lock()
        self._followers = Followers(
            self.records,
            repositories,
            self.addresses,
            self.triggered,
            checks_passed,
        )
        tools = Tools(
            repositories=repositories,
            records=self.records,
            sources=Sources(folder / "sources", repositories),
            folder=folder,
            addresses=self.addresses,
            runner=runner,
            groups=Groups(),
            token_for=token_for,
            identify=_nobody if identities is None else identities.given,
            environment=dict(job_environment or {}),
            slots=threading.BoundedSemaphore(parallel_jobs),
            cancel_seconds=cancel_seconds,
        )
        self._tools = tools
        self._triggering = Triggering(repositories, self.records, tools.sources, self._publisher)
        self._surroundings = Surroundings(
            tools=tools,
            publisher=self._publisher,
            ended=self._ended,
        )

    # --- RunHost

    def triggered(self, trigger: Trigger) -> Sequence[int]:
        """Queues every workflow of the commit that listens; ids of the runs.

        Raises:
            NoSuchWorkflowError: a workflow_dispatch names a file that is not there, does not
                listen to dispatches or does not take these inputs; its `status` is HTTP's.
        """
        self._publisher.gone.discard(trigger.repository)
        with self._database.transaction():
            order = next(self._orders)  # in the transaction: as the runs themselves are numbered
            runs = self._triggering.runs_of(trigger)
            for run, workflow in runs:
                if workflow is not None:
                    self._database.after_commit(partial(self._launch, run, workflow, order))
                    self._followers.requested(run)
        return [run.id for run, _ in runs]

    def prepare(self, trigger: Trigger) -> None:
        """Clones the commit that was pushed, if its workflows may want to know what changed."""
        names = self.repositories.list_files(trigger.repository, trigger.commit, FOLDER)
        if any(map(is_workflow, names)):
            self._tools.sources.get(trigger.repository, trigger.commit)

    def deleted(self, repository: str) -> None:
        """The repository is gone: its runs end and are forgotten."""
        runs = self.records.runs(repository)
        self._publisher.gone.add(repository)
        with self._changing:
            threads = [self._threads[run.id] for run in runs if run.id in self._threads]
        for thread in threads:
            thread.kill()
        for thread in threads:
            thread.join()
        self.records.forget(repository)
        for run in runs:
            remove_files(self.folder, run.id)
            self._tools.sources.discard(repository, run.commit_id)
        for foreign in (False, True):
            shutil.rmtree(self._tools.cache_of(repository, foreign=foreign), ignore_errors=True)

    def checks(self, repository: str, commit: str) -> Sequence[CheckedRun]:
        """The runs that say something of a commit."""
        return checks_of(self.records, repository, commit)

    def routes(self) -> Sequence[BaseRoute]:
        """Endpoints without the API's prefix, and the pages of runs; none without an `access`."""
        if self.access is None:
            return []
        of_jobs = [] if self._identities is None else IdentityRoutes(self._identities).routes()
        return [*of_jobs, *api_routes(self, self.access), *page_routes(self, self.access)]

    # --- for the routes

    def cancel(self, run: int) -> bool:
        """Ends a run; False if it is not at work."""
        with self._changing:
            thread = self._threads.get(run)
        if thread is None:
            return False
        thread.cancel()
        return True

    def rerun(self, run: Run, *, failed_only: bool = False) -> bool:
        """Runs a finished run again as a new attempt; False if it is at work or cannot run."""
        workflow = self._workflow_of(run)
        with self._rerunning:  # of two callers one is the first
            with self._changing:
                busy = run.id in self._threads
            if busy or workflow is None:
                return False
            jobs, kept = jobs_to_keep(self.records, run, workflow) if failed_only else ([], {})
            attempt = run.attempt + 1
            with self._database.transaction():
                carry_over(self.records, jobs, attempt, partial(self.log_file, run.id))
                values = {"conclusion": None, "note": None, "started": moment(), "told": 0}
                values["whole"] = run.whole if failed_only else attempt
                self.records.set_run(run.id, attempt=attempt, status="queued", **values)
                order = next(self._orders)
            self._launch(self.records.require(run.id), workflow, order, kept)
        return True

    def log_file(self, run: int, attempt: int, job: int) -> Path:
        """Where a job's log lies, whether it is there or not."""
        return self._tools.log_of(run, attempt, job)

    # --- the sandbox's own life

    def start(self) -> None:
        """Takes up runs that waited; those that were at work when it ended are cancelled."""
        self._stopping = False
        self._recover()
        for run in self.records.unfinished():
            workflow = self._workflow_of(run) if run.status == "queued" else None
            if workflow is None:
                abandon(self.records, self._publisher, run)
            else:
                self._launch(run, workflow, next(self._orders))
        for run in self.records.untold():  # it ended well, and then the sandbox was killed
            self._followers.passed(run)

    def stop(self) -> None:
        """Ends the runs at work, their processes first."""
        with self._changing:
            self._stopping = True
            threads = list(self._threads.values())
        for thread in threads:
            thread.kill(put_back=True)
        for thread in threads:
            thread.join()
        shutil.rmtree(self.folder / "work", ignore_errors=True)

    # --- inside

    def _recover(self) -> None:
        """Takes away what a killed sandbox left of jobs; a later start tries again what fails."""
        try:
            self._tools.runner.recover()
        except MachineUnavailableError:
            _LOG.exception("What jobs of a killed sandbox left could not be removed")
        shutil.rmtree(self.folder / "work", ignore_errors=True)
        # Those that are needed are made again; git may still clean up what a kill interrupted.
        shutil.rmtree(self.folder / "sources", ignore_errors=True)
        for repository in self.records.repositories():
            if not self.repositories.exists(repository):  # killed while it was being deleted
                self.deleted(repository)

    def _workflow_of(self, run: Run) -> Workflow | None:
        """The file of a run; None if it is none, or its repository is gone."""
        try:
            content = self.repositories.read_file(run.repository, run.commit_id, run.path)
            if content is None:
                return None
            reader = WorkflowReader(self.repositories)
            return reader.read(run.repository, run.commit_id, run.ref, run.path, content)
        except Exception:  # noqa: BLE001 - each half has its own word for "gone"
            return None

    def _launch(
        self,
        run: Run,
        workflow: Workflow,
        order: int,
        kept: Mapping[str, Needed] | None = None,
    ) -> None:
        thread = RunThread(self._surroundings, run, workflow, order, kept)
        with self._changing:
            if self._stopping:
                return  # it stays queued, and the next start takes it up
            self._threads[run.id] = thread
        thread.start()

    def _ended(self, run: Run) -> None:
        """A run's thread has nothing left to do."""
        try:
            self._discard_source(run.repository, run.commit_id)
            self._followers.ended(run)
            forget_old_runs(self.records, self.folder, run.repository)
        finally:
            with self._changing:
                self._threads.pop(run.id, None)

    def _discard_source(self, repository: str, commit: str) -> None:
        runs = self.records.runs_of_commit(repository, commit)
        if all(each.status == "completed" for each in runs):
            self._tools.sources.discard(repository, commit)


def _nobody(_task: JobTask) -> AbstractContextManager[Mapping[str, str]]:
    return nullcontext({})
