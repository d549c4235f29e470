"""Concurrency groups of runs and jobs: of each, one is at work and at most one waits."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sandbox.github.runs.planning.expression_values import text_of, truth

_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Group:
    """The group of one run or job."""

    name: str  # with the repository: groups of different ones know nothing of each other
    cancel_in_progress: bool

    @property
    def deadlock(self) -> str:
        """What is said to a job that could only begin when what it is part of has ended."""
        shown = self.name.partition("\n")[2]
        return (
            f"Canceling since a deadlock for concurrency group '{shown}' was detected between this"
            " job and the workflow that it is part of."
        )

    @property
    def superseded(self) -> str:
        """What is said to a job that gives way."""
        shown = self.name.partition("\n")[2]
        return f"Canceling since a higher priority waiting request for '{shown}' exists"


@dataclass(frozen=True, eq=False)
class Member:
    """A run, a job or a call that is in a group, or waits for it. Each is only equal to itself."""

    cancel: Callable[[], object] = field(repr=False)
    # Grows with the moment of its request; None: whoever enters later is the newer one.
    order: int | None = None

    def is_older(self, other: "Member") -> bool:
        """Whether it was asked for before another one, whichever of them enters first."""
        if self.order is None or other.order is None:
            return False
        return self.order < other.order


@dataclass
class _Places:
    working: Member
    waiting: Member | None = None


class Groups:
    """Who is at work in which group. Thread-safe."""

    def __init__(self) -> None:
        self._places: dict[str, _Places] = {}
        self._changing = threading.Condition()

    @contextmanager
    def turn(
        self, group: Group | None, member: Member, is_cancelled: Callable[[], bool]
    ) -> Iterator[bool]:
        """Waits for a member's turn, which lasts as long as the block; None makes nobody wait.

        Returns:
            Whether it may work; False if it was cancelled while it waited.
        """
        mine = group is None or self.enter(group, member, is_cancelled)
        try:
            yield mine
        finally:
            if group is not None and mine:
                self.leave(group, member)

    def enter(self, group: Group, member: Member, is_cancelled: Callable[[], bool]) -> bool:
        """Waits for a member's turn; False if it was cancelled while it waited.

        A newer one takes the place of the one that waits, and with `cancel-in-progress` that of
        the one at work. One that enters after a newer one gives way to that itself.
        """
        ended: list[Member] = []
        with self._changing:
            places = self._places.get(group.name)
            if places is None:
                self._places[group.name] = _Places(working=member)
                return True
            there = [each for each in (places.waiting, places.working) if each is not None]
            if any(member.is_older(each) for each in there):
                ended.append(member)
            else:
                if places.waiting is not None:
                    ended.append(places.waiting)
                places.waiting = member
                if group.cancel_in_progress:
                    ended.append(places.working)
        for each in ended:
            each.cancel()
        with self._changing:
            while not is_cancelled():
                places = self._places.get(group.name)
                if places is None or places.working is member:
                    self._places.setdefault(group.name, _Places(working=member))
                    return True
                self._changing.wait(_LOOK_SECONDS)
            places = self._places.get(group.name)
            if places is not None and places.waiting is member:
                places.waiting = None
            mine = places is not None and places.working is member
        if mine:
            self.leave(group, member)
        return False

    def leave(self, group: Group, member: Member) -> None:
        """The member ended: the one that waits is next."""
        with self._changing:
            places = self._places.get(group.name)
            if places is None or places.working is not member:
                return
            if places.waiting is None:
                del self._places[group.name]
            else:
                self._places[group.name] = _Places(working=places.waiting)
            self._changing.notify_all()


def group_of(rendered: Any, repository: str) -> Group | None:  # noqa: ANN401 - as YAML has it
    """The group that a `concurrency:` names, its expressions evaluated, if it names one."""
    if isinstance(rendered, dict):
        name = text_of(rendered.get("group"))
        at_once = truth(rendered.get("cancel-in-progress"))
    else:
        name, at_once = text_of(rendered), False
    return Group(f"{repository}\n{name.casefold()}", at_once) if name else None
