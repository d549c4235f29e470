"""Steps of a set-up, run beside each other as far as they allow it."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from toolchain.logged_command import end_running_commands
from toolchain.progress import Progress

_END_SECONDS = 10.0
_LOOK_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to be done."""

    name: str  # for people, such as "Pulumi CLI"; unique
    run: Callable[[], None]
    needs: frozenset[str] = field(default_factory=frozenset)  # names of those that must be done
    # Steps of one lane run one at a time, in their order: each would use all cores by itself.
    lane: str | None = None
    usually_seconds: float = 0.0  # on a small machine; 0 for what is there or takes no time


class _Run:
    """One run of a graph; the condition guards everything in it."""

    def __init__(self, steps: Sequence[Step], progress: Progress) -> None:
        self.waiting = list(steps)
        self.running: dict[str, Step] = {}
        self.done: set[str] = set()
        self.failed: BaseException | None = None
        self.changed = threading.Condition()
        self._progress = progress

    def take_ready(self) -> list[Step]:
        """Those that can begin now, in their order; to be called with the condition held."""
        ready = []
        for step in list(self.waiting):
            # An earlier one of the lane that still waits for its needs lets a later one pass.
            lanes = {each.lane for each in self.running.values()} - {None}
            if step.needs <= self.done and step.lane not in lanes:
                self.waiting.remove(step)
                self.running[step.name] = step
                ready.append(step)
        return ready

    def carry_out(self, step: Step) -> None:
        """One step, in a thread of its own."""
        error: BaseException | None = None
        try:
            self._progress.begin(step.name)
            step.run()
        except BaseException as raised:  # noqa: BLE001 - raised again in the main thread
            error = raised
        with self.changed:
            del self.running[step.name]
            if error is None:
                self.done.add(step.name)
            elif self.failed is None:  # what the others raise now is that they were ended
                self.failed = error
            self.changed.notify_all()


def run_steps(steps: Sequence[Step], progress: Progress) -> None:
    """Runs all steps, each as soon as what it needs is done and its lane is free.

    The first failure ends what runs beside it and is raised; nothing new begins. So does a Ctrl-C.

    Args:
        steps: in the order in which they should begin where several could.
        progress: told what is to come.

    Raises:
        ValueError: a step needs one that is not among them, or two need each other.
    """
    _check(steps)
    progress.expect({each.name: each.usually_seconds for each in steps if each.usually_seconds})
    run = _Run(steps, progress)
    threads: list[threading.Thread] = []
    try:
        with run.changed:
            while run.failed is None and (run.waiting or run.running):
                for step in run.take_ready():
                    thread = threading.Thread(
                        target=run.carry_out, args=(step,), name=step.name, daemon=True
                    )
                    threads.append(thread)
                    thread.start()
                run.changed.wait()
    finally:
        # Of a failure, or of a Ctrl-C, which reaches the main thread alone. What is ended may be
        # between two commands, so it is told again.
        deadline = time.monotonic() + _END_SECONDS
        with progress.ending():
            for thread in threads:
                while thread.is_alive() and time.monotonic() < deadline:
                    end_running_commands()
                    thread.join(_LOOK_SECONDS)
    if run.failed is not None:
        raise run.failed


def _check(steps: Sequence[Step]) -> None:
    names = {each.name for each in steps}
    if len(names) < len(steps):
        raise ValueError("two steps have one name")
    left = list(steps)
    done: set[str] = set()
    while left:
        ready = [each for each in left if each.needs <= done]
        if not ready:
            missing = sorted(set().union(*(each.needs for each in left)) - names)
            why = f"no step is called {missing[0]}" if missing else "they need each other"
            raise ValueError(f"{', '.join(each.name for each in left)} can't begin: {why}")
        done |= {each.name for each in ready}
        left = [each for each in left if each not in ready]
