"""The API of workflows, runs, jobs and logs."""

import io
import re
import zipfile
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

from sandbox.github.http.access import Access
from sandbox.github.http.errors import ConflictError, ForbiddenError, NotFoundError
from sandbox.github.http.requests import answer, listed, urls
from sandbox.github.runs.api.addressed_runs import ACTIONS, RUN, AddressedRuns, Runs
from sandbox.github.runs.api.artifacts_routes import ArtifactRoutes
from sandbox.github.runs.api.checks_routes import CheckRoutes
from sandbox.github.runs.api.views import job_view, run_view, workflow_view
from sandbox.github.runs.records import JobRecord, Run, WorkflowFile
from sandbox.github.runs.running.job_log import read_log
from sandbox.http.handlers import at
from sandbox.http.numbers import number

_ATTEMPT = f"{RUN}/attempts/{{attempt:int}}"
_UNSAFE = re.compile(r"[^\w .()-]")


def api_routes(runs: Runs, access: Access) -> list[BaseRoute]:
    """The addresses, without the API's prefix."""
    parts = (RunRoutes, CheckRoutes, ArtifactRoutes)
    return [each for part in parts for each in part(runs, access).routes()]


class RunRoutes(AddressedRuns):
    """Endpoints of workflows, runs, jobs and logs."""

    # --- workflows

    @at("GET", f"{ACTIONS}/workflows")
    def _workflows(self, request: Request) -> Response:
        """The files on the default branch."""
        repository = self._readable(request)
        found = [
            self._records.workflow(repository, path) for path in self._runs.files.paths(repository)
        ]
        return listed(request, found, lambda each: self._shown(each, request), "workflows")

    @at("GET", f"{ACTIONS}/workflows/{{workflow}}")
    def workflow(self, request: Request) -> Response:
        """`GET R/actions/workflows/{id or file}`."""
        return answer(request, self._shown(self._workflow(request), request))

    def _shown(self, workflow: WorkflowFile, request: Request) -> dict[str, Any]:
        name = self._runs.files.name(workflow.repository, workflow.path)
        return workflow_view(workflow, name, urls(request))

    def _workflow(self, request: Request) -> WorkflowFile:
        repository = self._readable(request)
        named = str(request.path_params["workflow"])
        numbered = number(named)
        if numbered is not None:
            found = self._records.workflow_with_id(repository, numbered)
            if found is not None:
                return found
        for path in self._runs.files.paths(repository):
            if path.rpartition("/")[2] == named or path == named:
                return self._records.workflow(repository, path)
        raise NotFoundError

    # --- runs

    @at("GET", f"{ACTIONS}/workflows/{{workflow}}/runs", f"{ACTIONS}/runs")
    def _list_runs(self, request: Request) -> Response:
        """Or those of one workflow; filtered."""
        place = self._access.readable(request)
        only = self._workflow(request).id if "workflow" in request.path_params else None
        asked = request.query_params
        found = [
            run
            for run in self._records.runs(place.full_name, workflow=only)
            if asked.get("event") in (None, run.event)
            and asked.get("branch") in (None, run.branch)
            and asked.get("head_sha") in (None, run.commit_id)
            and asked.get("actor") in (None, run.actor)
            and asked.get("status") in (None, run.status, run.conclusion)
        ]
        shown = partial(
            run_view, repository=place, accounts=self._access.accounts, urls=urls(request)
        )
        return listed(request, found, shown, "workflow_runs")

    @at("GET", RUN, _ATTEMPT)
    def run(self, request: Request) -> Response:
        """One run, or one of its attempts."""
        run, place = self._run(request), self._access.readable(request)
        return answer(request, run_view(run, place, self._access.accounts, urls(request)))

    @at("POST", f"{RUN}/cancel", f"{RUN}/force-cancel")
    def _cancel(self, request: Request) -> Response:
        """Steps that always run still do."""
        run = self._run(request, write=True)
        if not self._runs.cancel(run.id):
            raise ConflictError("Cannot cancel a workflow run that is completed.")
        return answer(request, {}, 202)

    @at("POST", f"{RUN}/rerun")
    def _rerun(self, request: Request) -> Response:
        """A new attempt of every job."""
        return self._again(request, failed_only=False)

    @at("POST", f"{RUN}/rerun-failed-jobs")
    def _rerun_failed(self, request: Request) -> Response:
        """What ended well is kept."""
        return self._again(request, failed_only=True)

    def _again(self, request: Request, *, failed_only: bool) -> Response:
        run = self._run(request, write=True)
        if not self._runs.rerun(run, failed_only=failed_only):
            raise ForbiddenError("This workflow is already running")
        return answer(request, {}, 201)

    # --- jobs and logs

    @at("GET", f"{RUN}/jobs", f"{_ATTEMPT}/jobs")
    def _jobs(self, request: Request) -> Response:
        """Of the last attempt, of one, or of all."""
        run = self._run(request)
        attempt: int | None = request.path_params.get("attempt", run.attempt)
        if request.query_params.get("filter") == "all":
            attempt = None
        found = self._records.jobs(run.id, attempt)
        return listed(request, found, lambda job: self._job_shown(run, job, request), "jobs")

    @at("GET", f"{ACTIONS}/jobs/{{job:int}}")
    def job(self, request: Request) -> Response:
        """One job."""
        run, job = self._job(request)
        return answer(request, self._job_shown(run, job, request))

    def _job_shown(self, run: Run, job: JobRecord, request: Request) -> dict[str, Any]:
        return job_view(run, job, self._records.steps(job.id), urls(request))

    @at("GET", f"{ACTIONS}/jobs/{{job:int}}/logs")
    def _job_logs(self, request: Request) -> Response:
        """As text; on GitHub a redirect to a store leads there."""
        run, job = self._job(request)
        return PlainTextResponse(self._log_text(run, job))

    @at("GET", f"{RUN}/logs", f"{_ATTEMPT}/logs")
    def _run_logs(self, request: Request) -> Response:
        """A zip file: one text per job, and a folder per job with one per step."""
        run = self._run(request)
        attempt = request.path_params.get("attempt", run.attempt)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
            for number, job in enumerate(self._records.jobs(run.id, attempt)):
                name = _UNSAFE.sub("_", job.name)
                packed.writestr(f"{number}_{name}.txt", self._log_text(run, job))
                lines = read_log(self._runs.log_file(run.id, job.attempt, job.id))
                for step in self._records.steps(job.id):
                    of_step = [line.dated for line in lines if line.step == step.number]
                    if of_step:
                        file = f"{name}/{step.number}_{_UNSAFE.sub('_', step.name)[:80]}.txt"
                        packed.writestr(file, "\n".join(of_step) + "\n")
        return Response(buffer.getvalue(), media_type="application/zip")

    def _log_text(self, run: Run, job: JobRecord) -> str:
        lines = read_log(self._runs.log_file(run.id, job.attempt, job.id))
        return "".join(f"{line.dated}\n" for line in lines)
