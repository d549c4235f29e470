"""The runs of a repository for people: how each job stands, its steps and its log."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from sandbox.github.access import Access
from sandbox.github.body import Body
from sandbox.github.errors import NotFoundError
from sandbox.github.http import route
from sandbox.github.runs.addressed_runs import Runs
from sandbox.github.runs.job_log import Line, read_log
from sandbox.github.runs.records import JobRecord, Run, StepRecord, moment

_PAGE = "/{owner}/{repo}/actions"
_REFRESH_SECONDS = 2  # while the run is at work
_SHOWN_RUNS = 50
_SIGNS = {"success": "✓", "failure": "✗", "cancelled": "⊘", "skipped": "·"}
_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: .3rem 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .3rem 0; } .quiet { opacity: .7; font-size: .9rem; } a { color: #2f6feb; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .45rem .8rem .45rem 0; border-bottom: 1px solid var(--line); }
details { border-bottom: 1px solid var(--line); } summary { padding: .35rem 0; cursor: pointer; }
summary small { float: right; opacity: .7; }
pre { font: 13px/1.45 ui-monospace, monospace; overflow-x: auto; white-space: pre-wrap;
  background: #8881; padding: .6rem .8rem; margin: .2rem 0 .8rem; border-radius: .4rem; }
pre i { font-style: normal; opacity: .55; } pre b { color: #cf222e; } pre u { color: #9a6700;
  text-decoration: none; } h2 .quiet { font-weight: normal; }
.state { border-radius: 1rem; padding: .1rem .7rem; font-size: .8rem; font-weight: 600;
  background: #8883; white-space: nowrap; }
.success { background: #2da44e; color: #fff; } .failure { background: #cf222e; color: #fff; }
.in_progress { background: #bf8700; color: #fff; }
.note { border-left: 4px solid #cf222e; padding: .3rem .8rem; margin: .8rem 0; }
"""


def page_routes(runs: Runs, access: Access) -> list[BaseRoute]:
    """The pages: a repository's runs, and one run."""
    pages = _Pages(runs, access)
    return [
        route("GET", _PAGE, pages.overview),
        route("GET", f"{_PAGE}/runs/{{run:int}}", pages.run),
        route("GET", f"{_PAGE}/runs/{{run:int}}/job/{{job:int}}", pages.run),
    ]


class _Pages:
    def __init__(self, runs: Runs, access: Access) -> None:
        self._runs = runs
        self._records = runs.records
        self._access = access

    def overview(self, request: Request, _body: Body) -> Response:
        repository = self._readable(request)
        found = self._records.runs(repository)[:_SHOWN_RUNS]
        rows = "".join(
            f'<tr><td>{_state(run.conclusion or run.status)}</td><td><a href="{_address(run)}">'
            f"{escape(run.title)}</a></td><td>{escape(run.name)} #{run.number}</td>"
            f"<td>{escape(run.event)} · {escape(run.branch)}</td><td>{_took(run)}</td></tr>"
            for run in found
        )
        table = f"<table>{rows}</table>" if rows else "<p>No workflow has run yet.</p>"
        busy = any(run.status != "completed" for run in found)
        return _page(
            f"{repository}: runs", f"<h1>{escape(repository)}: runs</h1>{table}", busy=busy
        )

    def run(self, request: Request, _body: Body) -> Response:
        repository = self._readable(request)
        run = self._records.get(request.path_params["run"])
        if run is None or run.repository != repository:
            raise NotFoundError
        attempt = f", attempt {run.attempt}" if run.attempt > 1 else ""
        head = (
            f'<p class="quiet"><a href="/{escape(repository)}/actions">{escape(repository)}: runs'
            f"</a> · {escape(run.name)} #{run.number}{attempt}</p>"
            f"<h1>{escape(run.title)}</h1>"
            f'<p>{_state(run.conclusion or run.status)} <span class="quiet">{escape(run.event)} on'
            f" {escape(run.branch)} · commit <code>{run.commit_id[:7]}</code> · by"
            f" {escape(run.actor)} · {_took(run)} · {escape(run.path)}</span></p>"
        )
        parts = [head]
        if run.note:
            parts.append(f'<p class="note">{escape(run.note)}</p>')
        parts += [self._job(run, job) for job in self._records.jobs(run.id, run.attempt)]
        return _page(run.title, "".join(parts), busy=run.status != "completed")

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
        parts += [f"<pre>{escape(text)}</pre>" for text in self._records.summaries(job.id)]
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


def _state(word: str) -> str:
    return f'<span class="state {escape(word)}">{escape(word.replace("_", " "))}</span>'


def _address(run: Run) -> str:
    return f"/{escape(run.repository)}/actions/runs/{run.id}"


def _took(run: Run) -> str:
    return _between(run.started, run.updated if run.status == "completed" else None)


def _between(start: str, end: str | None) -> str:
    took = datetime.fromisoformat(end or moment()) - datetime.fromisoformat(start)
    minutes, seconds = divmod(int(took.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _page(title: str, body: str, *, busy: bool) -> Response:
    refresh = f'<meta http-equiv="refresh" content="{_REFRESH_SECONDS}">' if busy else ""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{refresh}'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )
