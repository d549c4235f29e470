"""Concurrency groups: of each, one run is at work and at most one waits."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.github.runs.planning.expression_parser import Context
from sandbox.github.runs.planning.expression_values import text_of, truth
from sandbox.github.runs.planning.expressions import render
from sandbox.github.runs.planning.workflow import Workflow


@dataclass(frozen=True)
class Group:
    """The group of one run."""

    name: str  # with the repository: groups of different ones know nothing of each other
    cancel_in_progress: bool


@dataclass
class _Places:
    working: int
    waiting: int | None = None


class Groups:
    """Who is at work in which group. Thread-safe."""

    def __init__(self, cancel: Callable[[int], object]) -> None:
        self._cancel = cancel
        self._places: dict[str, _Places] = {}
        self._changing = threading.Condition()

    def enter(self, group: Group, run: int, is_cancelled: Callable[[], bool]) -> bool:
        """Waits for the run's turn; False if it was cancelled while it waited.

        A newer run takes the place of the one that waits, and with `cancel-in-progress` that of
        the one at work.
        """
        ended = []
        with self._changing:
            places = self._places.get(group.name)
            if places is None:
                self._places[group.name] = _Places(working=run)
                return True
            if places.waiting is not None:
                ended.append(places.waiting)
            places.waiting = run
            if group.cancel_in_progress:
                ended.append(places.working)
        for each in ended:
            self._cancel(each)
        with self._changing:
            while not is_cancelled():
                places = self._places.get(group.name)
                if places is None or places.working == run:
                    self._places.setdefault(group.name, _Places(working=run))
                    return True
                self._changing.wait(0.2)
            places = self._places.get(group.name)
            if places is not None and places.waiting == run:
                places.waiting = None
            mine = places is not None and places.working == run
        if mine:
            self.leave(group, run)
        return False

    def leave(self, group: Group, run: int) -> None:
        """The run ended: the one that waits is next."""
        with self._changing:
            places = self._places.get(group.name)
            if places is None or places.working != run:
                return
            if places.waiting is None:
                del self._places[group.name]
            else:
                self._places[group.name] = _Places(working=places.waiting)
            self._changing.notify_all()


def group_of(workflow: Workflow, repository: str, context: Context) -> Group | None:
    """The concurrency group of a run; raises ExpressionError."""
    written = workflow.source.get("concurrency")
    if written is None:
        return None
    rendered = render(written, context)
    if isinstance(rendered, dict):
        name = text_of(rendered.get("group"))
        at_once = truth(rendered.get("cancel-in-progress"))
    else:
        name, at_once = text_of(rendered), False
    return Group(f"{repository}\n{name.casefold()}", at_once) if name else None
