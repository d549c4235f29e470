"""What serves a Space."""

import threading
import time
from dataclasses import dataclass, field

from sandbox.hub.spaces.running.static_site import StaticSite


@dataclass(frozen=True, kw_only=True)
class Serving:
    """What answers for a Space: a container, or the files of a static Space."""

    port: int  # on loopback
    own_address: tuple[str, int] | None = None  # of the app in its container
    container_id: str | None = None
    container: str | None = None  # its name
    follower: threading.Thread | None = None  # copies the container's output until it ends
    site: StaticSite | None = None
    since: float = field(default_factory=time.monotonic)  # when it began to serve
