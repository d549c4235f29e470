"""The API of checks: each job is a check run, each run a check suite."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.errors import there
from sandbox.github.http.requests import REPOSITORY, answer, listed, page, urls
from sandbox.github.runs.api.addressed_runs import AddressedRuns
from sandbox.github.runs.api.annotations import annotations_of
from sandbox.github.runs.api.views import check_run_view, check_suite_view
from sandbox.github.runs.records import JobRecord, Run
from sandbox.github.runs.running.job_log import read_log
from sandbox.http.handlers import at

_COMMIT = f"{REPOSITORY}/commits/{{ref:path}}"
_SUITE = f"{REPOSITORY}/check-suites/{{run:int}}"


class CheckRoutes(AddressedRuns):
    """Endpoints of check runs and suites."""

    @at("GET", f"{_COMMIT}/check-runs")
    def _check_runs(self, request: Request) -> Response:
        runs = self._of_commit(request)
        found = [(run, job) for run in runs for job in self._records.jobs(run.id, run.attempt)]
        return self._checks(request, found)

    @at("GET", f"{_SUITE}/check-runs")
    def _check_runs_of_suite(self, request: Request) -> Response:
        run = self._run(request)
        return self._checks(
            request, [(run, job) for job in self._records.jobs(run.id, run.attempt)]
        )

    def _checks(self, request: Request, found: Sequence[tuple[Run, JobRecord]]) -> Response:
        name = request.query_params.get("check_name")
        status = request.query_params.get("status")
        kept = [
            (run, job)
            for run, job in found
            if name in (None, job.name) and status in (None, job.status)
        ]
        return listed(
            request,
            kept,
            lambda each: self._shown(each[0], each[1], request),
            "check_runs",
        )

    @at("GET", f"{REPOSITORY}/check-runs/{{job:int}}")
    def _check_run(self, request: Request) -> Response:
        run, job = self._job(request)
        return answer(request, self._shown(run, job, request))

    @at("GET", f"{REPOSITORY}/check-runs/{{job:int}}/annotations")
    def annotations(self, request: Request) -> Response:
        """`GET R/check-runs/{job}/annotations`: errors, warnings and notices of its steps."""
        run, job = self._job(request)
        chosen, headers = page(request, self._annotations(run, job, request))
        return answer(request, list(chosen), headers=headers)

    @at("GET", f"{_COMMIT}/check-suites")
    def _check_suites(self, request: Request) -> Response:

        def shown(run: Run) -> dict[str, Any]:
            count = len(self._records.jobs(run.id, run.attempt))
            return check_suite_view(run, count, urls(request))

        return listed(request, self._of_commit(request), shown, "check_suites")

    def _shown(self, run: Run, job: JobRecord, request: Request) -> dict[str, Any]:
        count = len(self._annotations(run, job, request))
        return check_run_view(run, job, count, urls(request))

    def _annotations(self, run: Run, job: JobRecord, request: Request) -> list[dict[str, Any]]:
        log = read_log(self._runs.log_file(run.id, job.attempt, job.id))
        return annotations_of(run, log, urls(request))

    def _of_commit(self, request: Request) -> list[Run]:
        repository = self._readable(request)
        commit = there(self._runs.repositories.resolve(repository, request.path_params["ref"]))
        return self._records.runs_on(repository, commit)
