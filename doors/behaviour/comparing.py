"""Asks base and head in turn: what they answer, how long they take, how their memory grows."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from doors.behaviour.asking import NO_ANSWER, Answer, App, changed_parts
from doors.behaviour.findings import Answers, ChangedAnswer, Latency, Memory
from doors.behaviour.golden import Golden, Question
from doors.behaviour.memory import growth, leaks, needs_more
from doors.behaviour.ratio import FASTER, FEWEST, SLOWER, Ratio, ratio

_FEWEST_ROUNDS = 6  # while memory is watched, however slow they are
Weigh = Callable[[], Mapping[str, int]]  # container -> bytes of memory that are its own


@dataclass(frozen=True)
class Pace:
    """How much is asked; a system with slow answers is asked less often, never too rarely."""

    pairs: int = 31
    seconds: float = 20.0  # of one request's pairs; FEWEST of them are made in any case
    rounds: int = 300  # at most, while memory is watched
    watched_seconds: float = 20.0


@dataclass
class Asked:
    """All answers of both sides to one request."""

    base: list[Answer] = field(default_factory=list)
    head: list[Answer] = field(default_factory=list)

    @property
    def comparable(self) -> bool:
        """Whether all of them have the same status, of HTTP."""
        found = {answer.status for answer in (*self.base, *self.head)}
        return len(found) == 1 and NO_ANSWER not in found

    def ratio(self, *, leaving_out: int = 0) -> Ratio:
        """Head's time to base's, without that of the first answers."""
        base, head = self.base[leaving_out:], self.head[leaving_out:]
        return ratio([each.seconds for each in base], [each.seconds for each in head])


def ask_in_turn(golden: Golden, base: App, head: App, pace: Pace) -> tuple[Answers, list[Latency]]:
    """Asks each request of both sides, one after the other, the order changing with each pair.

    One that seems slower or faster is asked as often once more, after all the others: another
    program may slow down one side for as long as it is asked, and what is told of shows twice.
    """
    asked = {each.name: Asked() for each in golden.requests}
    found: dict[str, Ratio] = {}
    for question in golden.requests:
        answers = asked[question.name]
        _warm(question, golden, base, head, answers)
        _pairs(question, golden, base, head, answers, pace)
        if answers.comparable:  # a refusal is quick, and says nothing of the work
            found[question.name] = answers.ratio(leaving_out=1)
    for question in golden.requests:
        name = question.name
        if name in found and found[name].verdict in (SLOWER, FASTER):
            again = Asked()
            _pairs(question, golden, base, head, again, pace)
            asked[name].base += again.base
            asked[name].head += again.head
            if again.comparable:
                found[name] = found[name].and_again(again.ratio())
    return _answers(asked), [_latency(name, each) for name, each in found.items()]


def _warm(question: Question, golden: Golden, base: App, head: App, asked: Asked) -> None:
    """The first request pays for what is loaded once; its answer counts and its time does not."""
    asked.base.append(base.ask(question, golden.varies))
    asked.head.append(head.ask(question, golden.varies))


def _pairs(
    question: Question, golden: Golden, base: App, head: App, asked: Asked, pace: Pace
) -> None:
    until = time.monotonic() + pace.seconds
    for number in range(pace.pairs):
        if number >= FEWEST and time.monotonic() > until:
            return
        both = [(base, asked.base), (head, asked.head)]
        # Whoever is asked second finds the processor awake: each is, as often as the other.
        for app, answers in both if number % 2 else reversed(both):
            answers.append(app.ask(question, golden.varies))


def _latency(name: str, found: Ratio) -> Latency:
    median, low, high = (round(each, 3) for each in (found.median, found.low, found.high))
    return Latency(name, median, low, high, found.pairs, found.verdict)


def _answers(asked: Mapping[str, Asked]) -> Answers:
    same, changed, unsteady = 0, [], []
    for name, each in asked.items():
        before = {(one.status, one.text) for one in each.base}
        after = {(one.status, one.text) for one in each.head}
        if before == after:
            same += 1
        elif before & after:  # both give the one and the other
            unsteady.append(name)
        else:
            old, new = each.base[0], each.head[0]
            parts = changed_parts(old.text, new.text)
            changed.append(ChangedAnswer.of(name, (old.status, new.status), parts))
            if len(before) > 1 or len(after) > 1:
                unsteady.append(name)
    return Answers(same, changed, unsteady)


def watch_memory(
    golden: Golden, base: App, head: App, weigh: tuple[Weigh, Weigh], pace: Pace
) -> list[Memory]:
    """Asks all requests again and again, and looks how the memory of both sides grows."""
    looks = [[each() for each in weigh]]
    started = time.monotonic()
    _round(golden, base, head)
    took = max(time.monotonic() - started, 1e-6)
    half = max(_FEWEST_ROUNDS, min(pace.rounds, int(pace.watched_seconds / took))) // 2
    for rounds in (half - 1, half):
        for _ in range(rounds):
            _round(golden, base, head)
        looks.append([each() for each in weigh])
    befores, afters = zip(*looks, strict=True)
    return list(_memory(befores, afters, 2 * half * len(golden.requests)))


def _round(golden: Golden, base: App, head: App) -> None:
    for question in golden.requests:
        for app in (base, head):
            app.ask(question, golden.varies)


def _memory(
    befores: Sequence[Mapping[str, int]], afters: Sequence[Mapping[str, int]], requests: int
) -> Iterator[Memory]:
    for name in sorted(befores[0].keys() & afters[0].keys()):
        # A container that was restarted in between has no row of samples.
        if not all(name in look for look in (*befores, *afters)):
            continue
        old, new = (growth([look[name] for look in side]) for side in (befores, afters))
        verdict = "leaks" if leaks(old, new) else "more" if needs_more(old, new) else "alike"
        yield Memory(
            name, old.start, new.start, requests, sum(old.halves), sum(new.halves), verdict
        )
