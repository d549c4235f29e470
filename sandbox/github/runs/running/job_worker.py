"""Runs one job, from its secrets to its outputs."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sandbox.github.runs.planning.equivalents import FoundActions, find_actions
from sandbox.github.runs.planning.private_workflow import planned_steps, private_workflow
from sandbox.github.runs.running.act_process import ActProcess
from sandbox.github.runs.running.job_files import JobFiles, JobInput
from sandbox.github.runs.running.job_log import JobLog
from sandbox.github.runs.running.job_task import CANCELLED, FAILURE, JobEnd, JobTask, Tools
from sandbox.github.runs.running.job_watch import JobWatch
from sandbox.github.runs.running.masking import JobMask
from toolchain.cache import remove_tree
from toolchain.progress import SetupError

_NOT_RUN = {
    "container": "a job container",
    "services": "service containers",
}
_PATIENCE_SECONDS = 1.0
_BUILDING = (
    "Waiting for act, which runs the steps: the first job on a machine builds it from source, which"
    " takes about a minute."
)
_NO_RUNNER = ("windows", "macos")


class RefusedError(Exception):
    """The job does not start; the message goes into its log."""


class JobWorker:
    """One job at work. `work` belongs to one thread; `cancel` and `kill` to any."""

    def __init__(self, tools: Tools, task: JobTask) -> None:
        self._tools = tools
        self._task = task
        self._act: ActProcess | None = None
        self._identity: Mapping[str, str] = {}  # variables; while it runs
        self._changing = threading.Lock()
        self._timer: threading.Timer | None = None
        self.cancelled = threading.Event()

    def work(self) -> JobEnd:
        """Runs the job to its end."""
        task, tools = self._task, self._tools
        mask = JobMask([tools.token])
        log = JobLog(tools.log_of(task.run.id, task.run.attempt, task.id), mask)
        steps = planned_steps(task.job)
        names = ["Set up job", *(step.name for step in steps), "Complete job"]
        tools.records.add_steps(task.id, names)
        watch = JobWatch(tools.records, task.id, task.job.key, steps, log, mask)
        watch.begin(1)
        files = JobFiles(tools.folder / "work" / f"{task.run.id}-{task.run.attempt}-{task.id}")
        ended = JobEnd(FAILURE)
        try:
            with tools.identify(task) as self._identity:
                mask.add(self._identity.values())
                given = self._prepare(files, log, mask)
                ended = self._run(files, given, watch, log, mask)
        except RefusedError as refusal:
            log(1, f"##[error]{refusal}")
            tools.records.set_job(task.id, note=mask(str(refusal)))
        finally:
            if self.cancelled.is_set():
                ended = JobEnd(CANCELLED)
                log(len(names), "##[error]The operation was canceled.")
            watch.settle(cancelled=self.cancelled.is_set(), failed=ended.conclusion == FAILURE)
            remove_tree(files.folder)
            log.close()
        return ended

    def cancel(self, *, grace_seconds: float | None = None) -> None:
        """Asks the job to end, and ends it after a grace."""
        with self._changing:
            self.cancelled.set()
            if self._act is None:
                return
            self._act.cancel()
            seconds = self._tools.cancel_seconds if grace_seconds is None else grace_seconds
            timer = threading.Timer(seconds, self._act.kill)
            timer.daemon = True
            timer.start()

    def kill(self) -> None:
        """Ends the job and all its processes now."""
        with self._changing:
            self.cancelled.set()
            act = self._act
        if act is not None:
            act.kill()

    # --- inside

    def _prepare(self, files: JobFiles, log: JobLog, mask: JobMask) -> JobInput:
        """Asks for everything a job is given, and makes its folder."""
        task, tools = self._task, self._tools
        log(1, "Slipway's sandbox: this job runs on this machine itself, as the user whose sandbox")
        log(
            1, "this is, and not in a fresh virtual machine. What is installed here is what it has."
        )
        self._refuse_what_is_not_run()
        repository = task.run.repository
        if task.environment is not None:
            refusal = tools.repositories.environment_refusal(
                repository, task.environment, task.run.ref
            )
            if refusal is not None:
                raise RefusedError(refusal)
            log(1, f"Environment: {task.environment}")
        if "concurrency" in task.job.source:
            log(1, "##[warning]The concurrency of a job is not imitated; that of a workflow is.")
        foreign = task.run.foreign
        if foreign:
            log(1, "What a fork proposes is run without secrets, and its token can only read.")
        secrets = {} if foreign else dict(tools.repositories.secrets(repository, task.environment))
        mask.add(secrets.values())
        log(1, f"Secrets of this job: {', '.join(sorted(secrets)) or 'none'}")
        actions = self._actions()
        for note in actions.notes:
            log(1, note)
        if actions.missing:
            raise RefusedError("\n".join(actions.missing))
        source = tools.sources.get(repository, task.run.commit_id)
        given = JobInput(
            workflow_text=private_workflow(
                task.workflow,
                task.job,
                matrix=task.matrix,
                needed=task.needed,
                outputs=files.outputs,
            ),
            event=task.event,
            github=task.github,
            secrets={**secrets, "GITHUB_TOKEN": tools.token},
            variables=dict(tools.repositories.variables(repository, task.environment)),
            actions=actions.folders,
            environment={
                **tools.environment,
                **self._identity,
                "SLIPWAY_SOURCE": str(source.folder),
                "SLIPWAY_ARTIFACTS": str(tools.folder / "artifacts" / str(task.run.id)),
                "SLIPWAY_CACHE": str(tools.cache_of(repository)),
            },
        )
        files.write(given)
        return given

    def _refuse_what_is_not_run(self) -> None:
        task = self._task
        for key, what in _NOT_RUN.items():
            if task.job.source.get(key):
                raise RefusedError(
                    f"This job asks for {what} (`{key}:`), which the sandbox does not imitate: its"
                    " jobs run on this machine itself. On GitHub it would run."
                )
        if any(label.lower().startswith(_NO_RUNNER) for label in task.labels):
            raise RefusedError(
                f"There is no runner for {', '.join(task.labels)} here: the sandbox runs jobs on"
                " this machine itself. On GitHub it would run."
            )

    def _actions(self) -> FoundActions:
        run, tools = self._task.run, self._tools

        def read(path: str) -> bytes | None:
            return tools.repositories.read_file(run.repository, run.commit_id, path)

        def own(name: str, ref: str) -> Path | None:
            with suppress(Exception):  # no such repository; each half has its own word for that
                commit = tools.repositories.resolve(name, ref)
                if commit is not None:
                    return tools.sources.get(name, commit).folder
            return None

        return find_actions(self._task.job.steps, read, own)

    def _run(
        self, files: JobFiles, given: JobInput, watch: JobWatch, log: JobLog, mask: JobMask
    ) -> JobEnd:
        program = self._program(log)
        with self._changing:
            if self.cancelled.is_set():
                return JobEnd(CANCELLED)
            self._act = ActProcess(
                files.command(program, given), files.environment(given), files.folder
            )
        timer = threading.Timer(self._task.timeout_minutes * 60, self._out_of_time, [log])
        timer.daemon = True
        timer.start()
        try:
            for record in self._act.records():
                if "jobID" in record:
                    files.forget_secrets()
                watch.see(record)
            self._act.wait()
        finally:
            timer.cancel()
            self._act.kill()
        if watch.result is None and not self.cancelled.is_set():
            said = files.errors.read_text(encoding="utf-8", errors="replace").strip()
            raise RefusedError(f"act could not run this job: {_readable(said)}")
        return JobEnd(watch.result or FAILURE, self._safe_outputs(files, log, mask))

    def _program(self, log: JobLog) -> Path:
        said = threading.Timer(_PATIENCE_SECONDS, log, [1, _BUILDING])
        said.daemon = True
        said.start()
        try:
            return self._tools.ensure_act()
        except SetupError as error:
            raise RefusedError(f"act, which runs the steps, could not be had: {error}") from None
        finally:
            said.cancel()

    def _out_of_time(self, log: JobLog) -> None:
        minutes = f"{self._task.timeout_minutes:g}"
        log(
            1,
            "##[error]The job running on runner slipway-sandbox has exceeded the maximum execution"
            f" time of {minutes} minutes.",
        )
        self.cancel()

    def _safe_outputs(self, files: JobFiles, log: JobLog, mask: JobMask) -> dict[str, str]:
        safe = {}
        for name, value in files.read_outputs().items():
            if mask.hides(value):
                log(1, f"##[warning]Skip output '{name}' since it may contain secret.")
            else:
                safe[name] = value
        return safe


def _readable(errors: str) -> str:
    """What act wrote to its errors, without the notes on containers it does not need."""
    lines = [line for line in errors.splitlines() if not line.startswith("{")]
    return "\n".join(lines[-20:]) or "it ended without saying why"
