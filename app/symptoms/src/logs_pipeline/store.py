"""Where entries are kept: in Redis, and in this process's memory while Redis does not answer."""

import json
import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Literal, TypeVar

import redis

from .entry import LogEntry

KEY = "symptoms:logs"  # a list, the newest entry first
_WAIT_SECONDS = 0.5  # a store that is away must not hold up an answer for longer
Kind = Literal["redis", "memory"]
_Answer = TypeVar("_Answer")

log = logging.getLogger("symptoms")


class LogStore:
    """The newest entries, at most `capacity` of them; safe to share between threads.

    What was kept in memory while Redis was away is moved there when it answers again.
    """

    def __init__(self, redis_url: str, capacity: int) -> None:
        """Connects to nothing yet.

        Args:
            redis_url: such as "redis://localhost:6379"; empty keeps everything in memory.
            capacity: entries kept; the oldest makes room.
        """
        self._capacity = capacity
        self._memory: deque[str] = deque(maxlen=capacity)
        self._lock = threading.Lock()
        self._redis = (
            redis.Redis.from_url(
                redis_url,
                socket_timeout=_WAIT_SECONDS,
                socket_connect_timeout=_WAIT_SECONDS,
                decode_responses=True,
            )
            if redis_url
            else None
        )

    def kind(self) -> Kind:
        """Where an entry would be kept right now."""
        return "redis" if self._ask(lambda server: server.ping()) is not None else "memory"

    def add(self, entry: LogEntry) -> Kind:
        """Keeps one entry and says where."""
        line = json.dumps(entry.as_dict(), ensure_ascii=False)
        with self._lock:
            self._memory.appendleft(line)
            kept = self._ask(self._move)
            return "memory" if kept is None else "redis"

    def latest(self, count: int) -> list[LogEntry]:
        """The newest first."""
        lines = self._ask(lambda server: server.lrange(KEY, 0, count - 1))
        with self._lock:
            found = [*self._memory, *(lines or [])][:count]
        return [LogEntry.from_dict(json.loads(line)) for line in found]

    def clear(self) -> int:
        """Forgets everything; how many entries that were."""

        def forget(server: redis.Redis) -> int:
            with server.pipeline() as together:
                together.llen(KEY)
                together.delete(KEY)
                return int(together.execute()[0])

        with self._lock:
            count = len(self._memory)
            self._memory.clear()
            return count + (self._ask(forget) or 0)

    def _move(self, server: redis.Redis) -> bool:
        """Puts what is in memory into Redis: all of it or, if that fails, nothing."""
        with server.pipeline() as together:
            together.lpush(KEY, *reversed(self._memory))
            together.ltrim(KEY, 0, self._capacity - 1)
            together.execute()
        self._memory.clear()
        return True

    def _ask(self, question: Callable[[redis.Redis], _Answer]) -> _Answer | None:
        """An answer of Redis; None without one. A log must not be what stops a prediction."""
        if self._redis is None:
            return None
        try:
            return question(self._redis)
        except redis.RedisError as error:
            # The kind only: the client's texts quote the address, which may hold a password.
            log.warning("log store: %s; entries stay in memory", type(error).__name__)
            return None
