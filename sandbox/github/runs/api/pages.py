"""The runs of a repository for people: how each job stands, its steps and its log."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.console.page import page, state, table
from sandbox.console.words import rendered
from sandbox.github.http.access import Access
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError
from sandbox.github.http.requests import Routes
from sandbox.github.runs.api.addressed_runs import Runs
from sandbox.github.runs.records import JobRecord, Run, StepRecord, moment
from sandbox.github.runs.running.job_log import Line, read_log
from sandbox.http.handlers import at

_PAGE = "/{owner}/{repo}/actions"
_SHOWN_RUNS = 50
_LOOKS = {"success": "good", "failure": "bad", "in_progress": "busy"}
_SIGNS = {"success": "✓", "failure": "✗", "cancelled": "⊘", "skipped": "·"}


def page_routes(runs: Runs, access: Access) -> list[Route]:
    """The pages: a repository's runs, and one run."""
    return _Pages(runs, access).routes()


class _Pages(Routes):
    def __init__(self, runs: Runs, access: Access) -> None:
        self._runs = runs
        self._records = runs.records
        self._access = access

    @at("GET", _PAGE)
    def _overview(self, request: Request, _body: Body) -> Response:
        repository = self._readable(request)
        found = self._records.runs(repository)[:_SHOWN_RUNS]
        rows = [
            (
                run_state(run),
                f'<a href="{_address(run)}">{escape(run.title)}</a>',
                f"{escape(run.name)} #{run.number}",
                f"{escape(run.event)} · {escape(run.branch)}",
                _took(run),
            )
            for run in found
        ]
        body = table(("", "Run", "Workflow", "Event", "Took"), rows)
        body += "".join(
            f'<p class="note">{escape(said)}.</p>' for said in self._runs.files.unheard(repository)
        )
        busy = any(run.status != "completed" for run in found)
        return page("Workflow runs", body, repository, home=f"/{repository}", busy=busy)

    @at("GET", f"{_PAGE}/runs/{{run:int}}", f"{_PAGE}/runs/{{run:int}}/job/{{job:int}}")
    def _one(self, request: Request, _body: Body) -> Response:
        repository = self._readable(request)
        run = self._records.get(request.path_params["run"])
        if run is None or run.repository != repository:
            raise NotFoundError
        attempt = f", attempt {run.attempt}" if run.attempt > 1 else ""
        head = (
            f'<p>{run_state(run)} <span class="quiet">{escape(run.name)} #{run.number}{attempt}'
            f" · {escape(run.event)} on {escape(run.branch)}"
            f" · commit <code>{run.commit_id[:7]}</code> · by"
            f" {escape(run.actor)} · {_took(run)} · {escape(run.path)}</span></p>"
        )
        parts = [head]
        if run.note:
            parts.append(f'<p class="note">{escape(run.note)}</p>')
        parts += [self._job(run, job) for job in self._records.jobs(run.id, run.attempt)]
        busy = run.status != "completed"
        site = f"{repository}: runs"
        return page(run.title, "".join(parts), site, home=f"/{repository}/actions", busy=busy)

    def _job(self, run: Run, job: JobRecord) -> str:
        lines = read_log(self._runs.log_file(run.id, job.attempt, job.id))
        named = escape(job.environment or "")
        where = f' <span class="quiet">environment {named}</span>' if named else ""
        head = (
            f'<h2 id="job-{job.id}">{escape(job.name)} {_state(job.conclusion or job.status)}'
            f"{where}</h2>"
        )
        parts = [head]
        if job.note:
            parts.append(f'<p class="note">{escape(job.note)}</p>')
        parts += [
            _step(step, [line for line in lines if line.step == step.number])
            for step in self._records.steps(job.id)
        ]
        written = self._records.summaries(job.id)
        parts += [f'<section class="said">{rendered(text)}</section>' for text in written]
        return "".join(parts)

    def _readable(self, request: Request) -> str:
        return self._access.readable(request).full_name


def _step(step: StepRecord, lines: Sequence[Line]) -> str:
    ended = step.conclusion
    sign = _SIGNS.get(ended or "", "●" if step.status == "in_progress" else "○")
    shown = " open" if ended == "failure" or step.status == "in_progress" else ""
    text = "\n".join(_line(line) for line in lines if line.text != "##[endgroup]")
    log = f"<pre>{text}</pre>" if text else ""
    took = _between(step.started, step.completed) if step.started else ""
    return (
        f"<details{shown}><summary>{sign} {escape(step.name)} <small>{took}</small></summary>"
        f"{log}</details>"
    )


def _line(line: Line) -> str:
    text = escape(line.text)
    for mark, tag in (("##[error]", "b"), ("##[warning]", "u")):
        if line.text.startswith(mark):
            text = f"<{tag}>{text.removeprefix(mark)}</{tag}>"
    for mark in ("##[group]", "##[notice]"):
        text = text.removeprefix(mark)
    return f"<i>{line.at[11:19]}</i> {text}"


def run_state(run: Run) -> str:
    """How a run ended, or what it does now."""
    return _state(run.conclusion or run.status)


def _state(word: str) -> str:
    return state(word.replace("_", " "), _LOOKS.get(word, ""))


def _address(run: Run) -> str:
    return f"/{escape(run.repository)}/actions/runs/{run.id}"


def _took(run: Run) -> str:
    return _between(run.started, run.updated if run.status == "completed" else None)


def _between(start: str, end: str | None) -> str:
    took = datetime.fromisoformat(end or moment()) - datetime.fromisoformat(start)
    minutes, seconds = divmod(int(took.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
