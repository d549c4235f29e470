"""Runs one job, from its secrets to its outputs."""

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sandbox.github.http.job_tokens import Grant
from sandbox.github.runs.calls.scope import TOKEN
from sandbox.github.runs.job_actions import actions_of
from sandbox.github.runs.job_deployment import begin_deployment
from sandbox.github.runs.permissions import at_most_read
from sandbox.github.runs.planning.expression_parser import Context
from sandbox.github.runs.planning.expression_values import ExpressionError
from sandbox.github.runs.planning.expressions import render
from sandbox.github.runs.planning.job_plan import needs_context
from sandbox.github.runs.planning.private_workflow import (
    ENVIRONMENT_URL,
    planned_steps,
    private_workflow,
)
from sandbox.github.runs.runners.act_process import ActProcess
from sandbox.github.runs.runners.job_container import JobContainer, container_of
from sandbox.github.runs.runners.runner import JobFolders, JobPaths, UnavailableRunnerError
from sandbox.github.runs.runners.services import Service, ServiceError, services_of
from sandbox.github.runs.running.disk_watch import DiskWatch
from sandbox.github.runs.running.job_files import OUTPUTS, JobFiles, JobInput
from sandbox.github.runs.running.job_log import JobLog
from sandbox.github.runs.running.job_task import CANCELLED, FAILURE, JobEnd, JobTask, Tools
from sandbox.github.runs.running.job_watch import JobWatch
from sandbox.github.runs.running.masking import JobMask
from toolchain.cache import remove_tree

_NO_RUNNER = ("windows", "macos")


class RefusedError(Exception):
    """The job does not start; the message goes into its log."""


class CancelledError(Exception):
    """Nobody wants the job any more."""


class JobWorker:
    """One job at work. `work` belongs to one thread; `cancel` and `kill` to any."""

    def __init__(self, tools: Tools, task: JobTask) -> None:
        self._tools = tools
        self._task = task
        self._act: ActProcess | None = None
        self._identity: Mapping[str, str] = {}  # variables; while it runs
        self._changing = threading.Lock()
        self.cancelled = threading.Event()
        self._ended_early = ""  # why, if it is not somebody's wish

    def work(self) -> JobEnd:
        """Runs the job to its end."""
        task, tools = self._task, self._tools
        mask = JobMask(())
        log = JobLog(tools.log_of(task.run.id, task.run.attempt, task.id), mask)
        steps = planned_steps(task.job)
        names = ["Set up job", *(step.name for step in steps), "Complete job"]
        tools.records.add_steps(task.id, names)
        watch = JobWatch(tools.records, task.id, task.job.key, steps, log, mask)
        watch.begin(1)
        files = JobFiles(tools.folder / "work" / f"{task.run.id}-{task.run.attempt}-{task.id}")
        ended, deployment = JobEnd(FAILURE), None
        try:
            self._greet(log)
            deployment = begin_deployment(tools, task)
            with tools.token_for(self._grant()) as token, tools.identify(task) as self._identity:
                mask.add([token, *self._identity.values()])
                ended = self._run(files, token, watch, log, mask)
        except CancelledError:
            pass  # below
        except (RefusedError, UnavailableRunnerError) as refusal:
            log(1, f"##[error]{refusal}")
            tools.records.set_job(task.id, note=mask(str(refusal)))
        finally:
            if self.cancelled.is_set():
                ended = JobEnd(CANCELLED)
                log(len(names), "##[error]The operation was canceled.")
            if deployment is not None:
                deployment.end(ended)
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

    def _greet(self, log: JobLog) -> None:
        """Says where the job runs, and refuses what is not run there."""
        task, tools = self._task, self._tools
        for line in tools.runner.introduction:
            log(1, line)
        self._refuse_what_is_not_run()
        if task.environment is not None:
            refusal = tools.repositories.environment_refusal(
                task.run.repository, task.environment, task.run.ref
            )
            if refusal is not None:
                raise RefusedError(refusal)
            log(1, f"Environment: {task.environment}")
        if task.run.foreign:
            log(1, "What a fork proposes is run without secrets, and its token can only read.")

    def _grant(self) -> Grant:
        """What the job's token may do."""
        task = self._task
        permissions = task.permissions
        if task.run.foreign:
            permissions = at_most_read(permissions)
        return Grant(repository=task.run.repository, permissions=permissions)

    def _folders(self, files: JobFiles, log: JobLog) -> JobFolders:
        """What of this machine the job is given."""
        task, tools = self._task, self._tools
        actions = actions_of(tools, task)
        for note in actions.notes:
            log(1, note)
        if actions.missing:
            raise RefusedError("\n".join(actions.missing))
        repository = task.run.repository
        return files.folders(
            source=tools.sources.get(repository, task.run.commit_id).folder,
            artifacts=tools.folder / "artifacts" / str(task.run.id),
            cache=tools.cache_of(repository, foreign=task.run.foreign),
            actions=actions.folders,
        )

    def _given(self, token: str, paths: JobPaths, log: JobLog, mask: JobMask) -> JobInput:
        """Asks for everything a job is given."""
        task, tools = self._task, self._tools
        repository, translated = task.run.repository, tools.runner.translated
        told = tools.runner.as_on_the_platform
        kept = task.scope.secrets(task.environment, token)
        secrets = {name: translated(value) for name, value in kept.items()}
        mask.add([*kept.values(), *secrets.values()])
        named = sorted(name for name in secrets if name != TOKEN)
        log(1, f"Secrets of this job: {', '.join(named) or 'none'}")
        variables = tools.repositories.variables(repository, task.environment)
        return JobInput(
            workflow_text=private_workflow(
                task.workflow,
                task.job,
                matrix=task.matrix,
                needed=task.needed,
                outputs=Path(paths.out, OUTPUTS),
                inputs=None if task.scope.called is None else task.scope.inputs,
            ),
            event=json.loads(told(json.dumps(dict(task.event)))),
            github=json.loads(told(json.dumps(dict(task.github)))),
            secrets=secrets,
            variables={name: translated(value) for name, value in variables.items()},
            environment={
                name: translated(value)
                for name, value in {**tools.environment, **self._identity}.items()
            }
            | {"SLIPWAY_ATTEMPTS": f"{task.run.whole} {task.run.attempt}"},
        )

    def _refuse_what_is_not_run(self) -> None:
        task = self._task
        if any(label.lower().startswith(_NO_RUNNER) for label in task.labels):
            raise RefusedError(
                f"There is no runner for {', '.join(task.labels)} here: jobs run on Linux alone."
                " On GitHub it would run."
            )

    def _run(
        self, files: JobFiles, token: str, watch: JobWatch, log: JobLog, mask: JobMask
    ) -> JobEnd:
        runner = self._tools.runner
        folders = self._folders(files, log)
        runner.prepare(lambda line: log(1, line), self._check)
        files.make()
        paths = runner.paths(folders)
        given = self._given(token, paths, log, mask)
        container, services = self._asked(given)
        if container is not None:
            folders = replace(folders, container=container)
            paths = runner.paths(folders)
        with runner.serving(folders, services, lambda line: log(1, line), self._check) as beside:
            files.write(given, paths)
            environment = files.environment(runner.environment(paths), given, paths)
            command = files.command(given, paths)
            with self._changing:
                self._check()
                started = runner.start(folders, command, environment, beside)
                self._act = ActProcess(started, files.errors)
            self._follow(self._act, files, watch, log)
        if self._ended_early:
            raise RefusedError(self._ended_early)
        if watch.result is None and not self.cancelled.is_set():
            said = files.errors.read_text(encoding="utf-8", errors="replace").strip()
            raise RefusedError(f"act could not run this job: {_readable(said)}")
        outputs = self._safe_outputs(files, log, mask)
        url = outputs.pop(ENVIRONMENT_URL, "")
        return JobEnd(watch.result or FAILURE, outputs, url)

    def _asked(self, given: JobInput) -> tuple[JobContainer | None, list[Service]]:
        """The container that the job asks for instead of ours, and what it asks for beside it."""
        task, source = self._task, self._task.job.source
        values = {
            "github": {**given.github, "token": given.secrets[TOKEN]},
            "vars": dict(given.variables),
            "secrets": dict(given.secrets),
            "matrix": dict(task.matrix or {}),
            "needs": needs_context(task.needed),
            "inputs": dict(task.scope.inputs),
        }
        part, context = "container", Context(values=values)
        try:
            container = container_of(render(source.get(part), context))
            part = "services"
            by_name = container is not None
            return container, services_of(render(source.get(part), context), by_name=by_name)
        except (ServiceError, ExpressionError) as error:
            raise RefusedError(f"`{part}:`: {error}") from None

    def _follow(self, act: ActProcess, files: JobFiles, watch: JobWatch, log: JobLog) -> None:
        """Reads what act says to its end, which comes when the job's minutes are over."""
        timer = threading.Timer(self._task.timeout_minutes * 60, self._out_of_time, [log])
        timer.daemon = True
        timer.start()
        try:
            with DiskWatch(files.folder, self._out_of_disk):
                for record in act.records():
                    if "jobID" in record:
                        files.forget_secrets()
                    watch.see(record)
                act.wait()
        finally:
            timer.cancel()
            act.kill()

    def _check(self) -> None:
        if self.cancelled.is_set():
            raise CancelledError

    def _out_of_time(self, log: JobLog) -> None:
        minutes = f"{self._task.timeout_minutes:g}"
        log(
            1,
            "##[error]The job running on runner slipway-sandbox has exceeded the maximum execution"
            f" time of {minutes} minutes.",
        )
        self.cancel()

    def _out_of_disk(self, free: int) -> None:
        left = f"{free // 10**6} MB are left on this machine's disk"
        self._ended_early = f"You are running out of disk space: {left}, so the job was ended."
        if self._act is not None:
            self._act.kill()

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
