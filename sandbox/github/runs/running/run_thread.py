"""One run from the queue to its end, in a thread of its own."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.github.runs.planning.concurrency import Group, Member, group_of
from sandbox.github.runs.planning.dispatch_inputs import EVENT
from sandbox.github.runs.planning.event import event_of, github_context, typed_inputs
from sandbox.github.runs.planning.expression_parser import Context
from sandbox.github.runs.planning.expression_values import ExpressionError, text_of
from sandbox.github.runs.planning.expressions import render
from sandbox.github.runs.planning.private_workflow import Needed
from sandbox.github.runs.planning.workflow import Workflow
from sandbox.github.runs.records import Run, moment
from sandbox.github.runs.running.job_task import CANCELLED, FAILURE, Tools
from sandbox.github.runs.running.publishing import Publisher
from sandbox.github.runs.running.run_worker import RunWorker

_LOG = logging.getLogger(__name__)
_JOIN_SECONDS = 15.0  # only a build of act takes longer, and that one may be cut off


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What every run works with."""

    tools: Tools
    publisher: Publisher
    ended: Callable[[Run], None]  # told last, when everything about the run is written down


class RunThread:
    """A run at work.

    Args:
        around: shared by all runs.
        run: what runs.
        workflow: its file at its commit.
        order: of its request among all of them, for its concurrency group.
        kept: jobs of the attempt before that are not run again, by key.
    """

    def __init__(
        self,
        around: Surroundings,
        run: Run,
        workflow: Workflow,
        order: int,
        kept: Mapping[str, Needed] | None = None,
    ) -> None:
        self._around = around
        self._run = run
        self._workflow = workflow
        self._order = order
        self._gave_way: str | None = None  # what is said of it then
        self._put_back = False
        self._worker = RunWorker(around.tools, around.publisher, run, workflow, kept)
        self._thread = threading.Thread(target=self._work, name=f"run-{run.id}", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def cancel(self) -> None:
        """Ends the run; what always runs still does."""
        self._worker.cancel()

    def kill(self, *, put_back: bool = False) -> None:
        """Ends the run now; `put_back` leaves one that has not begun in the queue."""
        self._put_back = put_back
        self._worker.kill()

    def join(self) -> None:
        """Waits until it ended."""
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_JOIN_SECONDS)

    def _work(self) -> None:
        run, records = self._run, self._around.tools.records
        conclusion, note = FAILURE, None
        try:
            conclusion = self._in_turn()
            if conclusion == CANCELLED:
                note = self._gave_way
        except ExpressionError as error:
            note = f"Invalid workflow file: {run.path}: {error}"
        except Exception as error:  # noqa: BLE001 - the run must show it
            _LOG.exception("Run %s ended in an error of the sandbox", run.id)
            note = f"The sandbox failed: {type(error).__name__}: {error}"
        now = records.get(run.id)  # None if its repository was deleted meanwhile
        waits = self._put_back and now is not None and now.status == "queued"
        if now is not None and not waits:
            records.set_run(run.id, status="completed", conclusion=conclusion, note=note)
        self._around.ended(records.get(run.id) or run)

    def _in_turn(self) -> str:
        """Runs it when its concurrency group lets it; its conclusion."""
        around, run = self._around, self._run
        context = self._context()
        title = self._workflow.source.get("run-name")
        if title:
            around.tools.records.set_run(run.id, title=text_of(render(title, context)))
        asked = render(self._workflow.source.get("concurrency"), context)
        group, worker = group_of(asked, run.repository), self._worker
        member = Member(lambda: self._give_way(group), self._order)
        turn = around.tools.groups.turn(group, member, lambda: worker.is_cancelled)
        with turn as mine:
            if not mine:
                return CANCELLED
            if group is not None:
                worker.holds(group)
            around.tools.records.set_run(run.id, status="in_progress", started=moment())
            return worker.work()

    def _give_way(self, group: Group | None) -> None:
        """Another run wants the place that this one has, or waits for, in its group."""
        if group is not None:
            self._gave_way = group.superseded
        self.cancel()

    def _context(self) -> Context:
        tools, run = self._around.tools, self._run
        event = event_of(run, None, tools.repositories, tools.addresses)
        declared = self._workflow.on.get(EVENT, {}).get("inputs") or {}
        return Context(
            values={
                "github": github_context(run, event, tools.addresses),
                "inputs": typed_inputs(run, declared),
                "vars": dict(tools.repositories.variables(run.repository, None)),
            }
        )
