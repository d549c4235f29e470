"""Refactoring, another prompt, slower code and a leak are told apart, by asking real processes."""

import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from doors.behaviour import pictures
from doors.behaviour.asking import Answer, App, changed_parts
from doors.behaviour.comparing import Pace, ask_in_turn, watch_memory
from doors.behaviour.golden import Golden, Question
from doors.behaviour.ratio import FEWEST, ratio

PROGRAM = Path(__file__).with_name("served_app.py")
PACE = Pace(pairs=21, seconds=30.0, rounds=40, watched_seconds=2.0)
GOLDEN = Golden(
    system="toy",
    touched_by=("app/toy/**",),
    varies=frozenset({"duration_ms"}),
    requests=(
        Question("a prompt", "url", "/generate", {"prompt": "hello"}),
        Question("health", "url", "/health"),
    ),
    pages=(Question("page", "url", "/page"),),
)


class Served:
    """One side as a process; its memory is what the kernel says is its own."""

    def __init__(self, kind: str, commit: str) -> None:
        command = [sys.executable, "-S", str(PROGRAM), kind, commit]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        address = f"http://127.0.0.1:{int(self.process.stdout.readline())}"
        self.app = App({"url": address}, {commit: "(commit)"})

    def memory(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return {"toy": int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) << 10}

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@contextmanager
def served(kind, commit):
    one = Served(kind, commit)
    try:
        yield one
    finally:
        one.close()


@pytest.fixture(scope="module")
def base():
    with served("base", "a" * 40) as one:
        yield one


@pytest.fixture
def head(request):
    with served(request.param, "b" * 40) as one:
        yield one


def told(base, head):
    """What the findings come to, in words."""
    answers, latency = ask_in_turn(GOLDEN, base.app, head.app, PACE)
    memory = watch_memory(GOLDEN, base.app, head.app, (base.memory, head.memory), PACE)
    said = {each.verdict for each in (*latency, *memory)} - {"alike", "unsure"}
    said |= {"answers change"} if answers.changed else set()
    return said | ({"unsteady"} if answers.unsteady else set())


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("refactoring", set()),
        ("prompt", {"answers change"}),
        ("weights", {"answers change"}),
        ("slower", {"slower"}),
        ("leak", {"leaks"}),
        ("cache", set()),
        ("unsteady", {"answers change", "unsteady"}),
    ],
    indirect=["head"],
)
def test_each_kind_of_change_is_told_from_the_others(base, head, expected):
    # A machine that is busy with other things leaves a slower one unsure, and says so.
    found = next((each for _ in range(3) if (each := told(base, head)) == expected), None)
    assert found == expected


@pytest.mark.parametrize("head", ["prompt"], indirect=True)
def test_a_changed_answer_is_told_by_its_parts_without_commits_and_times(base, head):
    answers, _ = ask_in_turn(GOLDEN, base.app, head.app, PACE)
    [changed] = answers.changed
    assert changed.request == "a prompt"
    assert changed.parts == [("text", "olleh", "olleh .kooc a era uoY")]
    assert answers.same == 1


@pytest.mark.long
@pytest.mark.skipif(pictures.browser() is None, reason=pictures.NONE)
@pytest.mark.parametrize(
    ("head", "verdict"), [("refactoring", "same"), ("prompt", "changed")], indirect=["head"]
)
def test_a_page_is_the_same_if_it_looks_the_same_whatever_its_commit(base, head, verdict, tmp_path):
    [page] = pictures.look_at_pages(GOLDEN, base.app, head.app, tmp_path, pictures.browser())
    assert page.verdict == verdict
    assert sorted(page.pictures) == sorted(each.name for each in tmp_path.iterdir())
    assert len(page.pictures) == (2 if verdict == "changed" else 0)


def test_an_app_that_does_not_answer_is_another_answer_and_no_end(base):
    gone = App({"url": "http://127.0.0.1:9"}, {})
    answers, latency = ask_in_turn(GOLDEN, base.app, gone, Pace(pairs=FEWEST, seconds=1))
    assert latency == []  # what is refused at once is not faster
    assert [each.status for each in answers.changed] == [(200, 0), (200, 0)]


def test_bounds_hold_the_median_and_grow_with_the_noise():
    calm = ratio([1.0] * 15, [2.0] * 15)
    assert (calm.median, calm.low, calm.high, calm.verdict) == (2.0, 2.0, 2.0, "slower")
    noisy = ratio([1.0] * 15, [0.2, 0.5, 0.8, 0.9, 1, 1, 1.1, 1.2, 1.3, 1.5, 2, 3, 4, 5, 9])
    assert noisy.verdict == "unsure"
    assert noisy.low < noisy.median < noisy.high
    # Of 15 pairs the second smallest and largest: a coin falls on one side but once in 15 times,
    # or never, with 0.05 %.
    assert (noisy.low, noisy.high) == (0.5, 5)
    with pytest.raises(ValueError, match="too few"):
        ratio([1.0] * (FEWEST - 1), [1.0] * (FEWEST - 1))


class Timed:
    """A side that says how long each answer took."""

    def __init__(self, *seconds):
        self.seconds = iter(seconds)

    def ask(self, question, _varies):
        return Answer(200, question.name, next(self.seconds))


@pytest.mark.parametrize(
    ("slow", "verdict", "pairs"),
    [
        (2 * FEWEST, "slower", 2 * FEWEST),
        (FEWEST, "unsure", 2 * FEWEST),  # another program ran beside it meanwhile
        (0, "alike", FEWEST),
    ],
)
def test_slower_is_told_if_it_shows_at_two_times(slow, verdict, pairs):
    golden = replace(GOLDEN, requests=GOLDEN.requests[:1])
    head = Timed(9.0, *[2.0] * slow, *[1.0] * (2 * FEWEST - slow))
    pace = Pace(pairs=FEWEST, seconds=0.0)
    answers, [latency] = ask_in_turn(golden, Timed(*[1.0] * (2 * FEWEST + 1)), head, pace)
    assert (latency.verdict, latency.pairs) == (verdict, pairs)
    assert answers.same == 1


def test_parts_of_answers_are_named_by_their_place():
    assert changed_parts('{"a": {"b": 1}, "c": 2}', '{"a": {"b": 3}, "c": 2}') == [
        ("a.b", "1", "3")
    ]
    assert changed_parts("plain", "other") == [("", "plain", "other")]
