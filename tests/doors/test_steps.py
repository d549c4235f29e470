"""Steps run as soon as they can, beside each other, and a failure ends all of them."""

import io
import re
import threading
import time

import pytest

from doors.steps import Step, run_steps
from toolchain.logged_command import run_logged
from toolchain.progress import Progress, SetupError


@pytest.fixture
def said():
    return io.StringIO()


@pytest.fixture
def progress(said):
    return Progress(said)


def test_a_step_begins_when_what_it_needs_is_done_and_no_earlier(progress):
    order = []
    steps = [
        Step(name="roof", run=lambda: order.append("roof"), needs=frozenset({"walls"})),
        Step(name="walls", run=lambda: order.append("walls"), needs=frozenset({"ground"})),
        Step(name="ground", run=lambda: order.append("ground")),
    ]
    run_steps(steps, progress)
    assert order == ["ground", "walls", "roof"]


def test_steps_that_need_nothing_of_each_other_run_at_once(progress):
    both = threading.Barrier(2, timeout=10)  # neither passes it without the other
    run_steps([Step(name=name, run=both.wait) for name in ("one", "two")], progress)


def test_steps_of_one_lane_run_one_at_a_time_in_their_order(progress):
    lane, order = threading.Lock(), []

    def take(name):
        assert lane.acquire(blocking=False), "two at once"
        order.append(name)
        time.sleep(0.02)
        lane.release()

    names = ["first", "second", "third"]
    run_steps(
        [Step(name=name, run=lambda name=name: take(name), lane="compiler") for name in names],
        progress,
    )
    assert order == names


def test_one_of_a_lane_that_still_waits_lets_a_later_one_pass(progress):
    order = []
    slow = threading.Event()
    steps = [
        Step(name="slow", run=lambda: slow.wait(10)),
        Step(name="late", run=lambda: order.append("late"), lane="l", needs=frozenset({"slow"})),
        Step(name="early", run=lambda: (order.append("early"), slow.set()), lane="l"),
    ]
    run_steps(steps, progress)
    assert order == ["early", "late"]


def test_a_failure_ends_what_runs_beside_it_and_nothing_new_begins(progress, said, tmp_path):
    log = tmp_path / "log"
    begun = []

    def fail():
        while not log.exists() or "sleep" not in log.read_text():
            time.sleep(0.01)
        with progress.step("Failing", usually_seconds=1):
            raise SetupError("no such luck")

    def last():
        with progress.step("Long", usually_seconds=1, log=log):
            run_logged(["sleep", "60"], log, remedy="")

    steps = [
        Step(name="long", run=last),
        Step(name="failing", run=fail),
        Step(name="after", run=lambda: begun.append("after"), needs=frozenset({"failing"})),
    ]
    started = time.monotonic()
    with pytest.raises(SetupError, match="no such luck"):
        run_steps(steps, progress)
    assert time.monotonic() - started < 20
    assert begun == []
    # One failed; of the other a person is not told that something is wrong with it.
    assert "Failing: FAILED after" in said.getvalue()
    assert re.search(r"^Long: ended after [\d.]+ s$", said.getvalue(), re.MULTILINE)


@pytest.mark.parametrize(
    ("needs", "why"),
    [({"b": "a", "a": "b"}, "they need each other"), ({"a": "c", "b": "a"}, "no step is called c")],
)
def test_a_graph_that_can_not_end_is_refused_before_anything_runs(progress, needs, why):
    begun = []
    steps = [
        Step(name=name, run=lambda: begun.append(1), needs=frozenset({needs[name]}))
        for name in ("a", "b")
    ]
    with pytest.raises(ValueError, match=why):
        run_steps([Step(name="free", run=lambda: begun.append(1)), *steps], progress)
    assert begun == []


def test_only_what_takes_time_is_said_to_be_to_come():
    stream = io.StringIO()
    steps = [
        Step(name="quick", run=lambda: None),
        Step(name="slow", run=lambda: None, usually_seconds=30),
        Step(name="slower", run=lambda: None, usually_seconds=60),
    ]
    run_steps(steps, Progress(stream))
    assert stream.getvalue() == "To set up, once: slow (30 s), slower (60 s)\n"
