"""Who serves each application right now; in memory, as a port lives no longer than its process."""

import threading
from typing import Generic, TypeVar

App = TypeVar("App")


class ServingApps(Generic[App]):
    """An application's number -> what serves it. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._apps: dict[int, App] = {}

    def get(self, number: int) -> App | None:
        """What serves an application, or None."""
        with self._lock:
            return self._apps.get(number)

    def swap(self, number: int, new: App | None) -> App | None:
        """Lets `new` serve (None: nothing) and returns what did before."""
        with self._lock:
            old = self._apps.pop(number, None)
            if new is not None:
                self._apps[number] = new
            return old

    def take(self, number: int, expected: App) -> bool:
        """Ends the serving of exactly this app; False if another serves already."""
        with self._lock:
            if self._apps.get(number) is not expected:
                return False
            del self._apps[number]
            return True

    def all(self) -> dict[int, App]:
        """A copy of the whole table."""
        with self._lock:
            return dict(self._apps)
