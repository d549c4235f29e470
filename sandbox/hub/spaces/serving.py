"""Who serves each Space right now; in memory, because a port lives no longer than its process."""

import threading
from dataclasses import dataclass

from sandbox.hub.spaces.static_site import StaticSite


@dataclass(frozen=True, kw_only=True)
class Serving:
    """What answers for a Space: a container, or the files of a static Space."""

    port: int  # on loopback
    container_id: str | None = None
    container: str | None = None  # its name
    follower: threading.Thread | None = None  # copies the container's output until it ends
    site: StaticSite | None = None


class ServingApps:
    """Space id -> what serves it. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._apps: dict[int, Serving] = {}

    def get(self, space: int) -> Serving | None:
        """What serves a Space, or None."""
        with self._lock:
            return self._apps.get(space)

    def swap(self, space: int, new: Serving | None) -> Serving | None:
        """Lets `new` serve (None: nothing) and returns what did before."""
        with self._lock:
            old = self._apps.pop(space, None)
            if new is not None:
                self._apps[space] = new
            return old

    def take(self, space: int, expected: Serving) -> bool:
        """Ends the serving of exactly this app; False if another serves already."""
        with self._lock:
            if self._apps.get(space) is not expected:
                return False
            del self._apps[space]
            return True

    def all(self) -> dict[int, Serving]:
        """A copy of the whole table."""
        with self._lock:
            return dict(self._apps)
