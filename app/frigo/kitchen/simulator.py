"""Sends real questions at a set rate, as visitors would, and counts what comes back."""

import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from statistics import median

from .web import Json, ServiceError, number, text

SIMULATED = "X-Kitchen-Simulated"  # such questions are not kept in the history
FIELDS = ("rate_per_second", "seconds", "questions")
_CONFLICT, _UNPROCESSABLE = 409, 422
_FASTEST, _LONGEST_SECONDS, _MOST_QUESTIONS = 10.0, 600.0, 20
_AT_ONCE = 4  # more would only wait in the server's queue and take threads from visitors
_NO_ANSWER = "no answer"
_MOST_DURATIONS = 6000  # as many as the longest and fastest simulation has

_VEGETABLES = ("carrots", "leeks", "tomatoes", "onions", "potatoes")
_WITH = ("spinach", "mushrooms", "peppers", "celery")
_QUESTIONS = tuple(
    f"I have {first} and {second}. What can I cook?"
    for first, second in itertools.product(_VEGETABLES, _WITH)
)


class Simulator:
    """At most one simulation at a time."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        """Takes the address of the chat route to ask."""
        self._url, self._timeout = url, timeout_seconds
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._planned = self._sent = self._skipped = 0
        self._rate = 0.0
        self._statuses: Counter[str] = Counter()
        self._durations: list[float] = []

    def start(self, given: Json) -> Json:
        """Begins to send.

        Raises:
            ServiceError: 409 while a simulation is running, 422 if a number is out of bounds.
        """
        rate = float(number(given, "rate_per_second", 1.0, 0.1, _FASTEST))
        seconds = float(number(given, "seconds", 10.0, 0.1, _LONGEST_SECONDS))
        questions = _questions(given)
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                raise ServiceError(
                    _CONFLICT, "a simulation is running; /api/simulator/stop ends it"
                )
            self._stop = threading.Event()
            self._planned, self._rate = max(1, round(rate * seconds)), rate
            self._sent = self._skipped = 0
            self._statuses, self._durations = Counter(), []
            self._thread = threading.Thread(
                target=self._run, args=(self._stop, questions), name="simulator", daemon=True
            )
            self._thread.start()
        return self.status()

    def stop(self) -> Json:
        """Sends no more; waits for the questions under way."""
        thread = self._thread
        self._stop.set()
        if thread is not None:
            thread.join()
        return self.status()

    def status(self) -> Json:
        """Counts so far."""
        with self._lock:
            durations = sorted(self._durations)
            return {
                "running": self._thread is not None and self._thread.is_alive(),
                "rate_per_second": self._rate,
                "planned": self._planned,
                "sent": self._sent,
                "skipped": self._skipped,  # due while all senders still waited for an answer
                "answered": self._statuses["200"],
                "failed": self._statuses.total() - self._statuses["200"],
                "statuses": dict(sorted(self._statuses.items())),
                "median_ms": round(median(durations), 1) if durations else None,
                "p95_ms": durations[int(0.95 * (len(durations) - 1))] if durations else None,
            }

    def _run(self, stop: threading.Event, questions: list[str]) -> None:
        started = time.monotonic()
        under_way: set[Future[None]] = set()
        with ThreadPoolExecutor(_AT_ONCE) as senders:
            for i, question in zip(range(self._planned), itertools.cycle(questions), strict=False):
                # By the clock, not by the pause: slow answers must not lower the rate unseen.
                if stop.wait(max(0.0, started + i / self._rate - time.monotonic())):
                    return
                under_way = {sent for sent in under_way if not sent.done()}
                with self._lock:
                    if len(under_way) >= _AT_ONCE:
                        self._skipped += 1
                        continue
                    self._sent += 1
                under_way.add(senders.submit(self._ask, question))

    def _ask(self, question: str) -> None:
        started = time.perf_counter()
        call = urllib.request.Request(  # noqa: S310 - this very server's address
            self._url,
            json.dumps({"message": question}).encode(),
            {"Content-Type": "application/json", SIMULATED: "1"},
        )
        try:
            with urllib.request.urlopen(call, timeout=self._timeout) as reply:  # noqa: S310
                reply.read()
                status = str(reply.status)
        except urllib.error.HTTPError as error:
            status = str(error.code)
        except OSError:
            status = _NO_ANSWER
        with self._lock:
            self._statuses[status] += 1
            if len(self._durations) < _MOST_DURATIONS:
                self._durations.append(round((time.perf_counter() - started) * 1e3, 1))


def _questions(given: Json) -> list[str]:
    asked = given.get("questions", list(_QUESTIONS))
    if not isinstance(asked, list) or not 1 <= len(asked) <= _MOST_QUESTIONS:
        raise ServiceError(
            _UNPROCESSABLE, f"questions must be a list of 1 to {_MOST_QUESTIONS} texts"
        )
    return [text({"questions": question}, "questions", 200) for question in asked]
