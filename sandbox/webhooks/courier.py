"""Sends what is to be delivered, off the requests that cause it and a few at a time."""

import http.client
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from sandbox.webhooks.deliveries import Deliveries, Delivery
from sandbox.webhooks.sending import SECONDS, Answer, Post, cut, send

_AT_ONCE = 4  # so many servers that never answer hold up nobody else
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A delivery, made ready to be sent."""

    post: Post
    shown: Mapping[str, str] = field(repr=False)  # of its headers, those that may be kept


class Courier:
    """Sends the deliveries of one platform. Thread-safe.

    What was on its way when the sandbox ended is sent again at the next start: a webhook may come
    twice, and knows that by its id.

    Args:
        deliveries: where they are kept.
        letter_of: makes a delivery ready; None if its webhook is gone.
        told: gets what became of each.
        seconds: that a server has for its answer.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        letter_of: Callable[[Delivery], Letter | None],
        told: Callable[[Delivery, Answer], object] = lambda *_told: None,
        seconds: float = SECONDS,
    ) -> None:
        self._deliveries = deliveries
        self._letter_of = letter_of
        self._told = told
        self._seconds = seconds
        self._pool: ThreadPoolExecutor | None = None
        self._open: set[http.client.HTTPConnection] = set()
        self._changing = threading.Lock()

    def start(self) -> None:
        """Sends from now on, and first what was left."""
        with self._changing:
            self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="webhooks")
        for each in self._deliveries.waiting():
            self._submit(each.id)

    def stop(self) -> None:
        """Sends no more; what is on its way is cut."""
        with self._changing:
            pool, self._pool = self._pool, None
            for connection in self._open:
                cut(connection)
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def deliver(self, delivery: int) -> None:
        """Sends one as soon as the transaction it was made in is kept."""
        self._deliveries.database.after_commit(partial(self._submit, delivery))

    def _submit(self, delivery: int) -> None:
        with self._changing:
            if self._pool is not None:  # else the next start sends it
                self._pool.submit(self._send, delivery)

    def _send(self, number: int) -> None:
        try:
            delivery = self._deliveries.find(number)
            letter = None if delivery is None else self._letter_of(delivery)
            if delivery is None or letter is None:
                self._deliveries.drop(number)
                return
            answer = self._sent(letter.post)
            if answer is None:
                return
            url = letter.post.url
            self._deliveries.sent(number, url=url, headers=letter.shown, answer=answer)
            self._told(delivery, answer)
        except Exception:  # noqa: BLE001 - logged; the others are sent all the same
            _LOG.exception("webhook delivery %s was not sent", number)

    def _sent(self, post: Post) -> Answer | None:
        """What came back; None if the sandbox ended meanwhile."""
        opened: list[http.client.HTTPConnection] = []

        def begun(connection: http.client.HTTPConnection) -> None:
            opened.append(connection)
            with self._changing:
                self._open.add(connection)

        try:
            answer = send(post, seconds=self._seconds, begun=begun)
        finally:
            with self._changing:
                self._open.difference_update(opened)
                stopped = self._pool is None
        return None if stopped and not answer.well else answer
