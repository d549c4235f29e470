"""Keeps a sandbox that is used for long from growing without end."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.git.packing import needs_packing, pack
from sandbox.http.request_log import RequestLog
from sandbox.hub.repositories.orphans import drop_orphans
from sandbox.hub.repositories.registry import Registry
from sandbox.server.home import Home
from toolchain.old_versions import remove_old_versions
from toolchain.progress import Progress

DAYS = 30  # that requests are kept
_DAY = 86_400.0  # seconds
_FIRST_SECONDS = 600.0  # after a start, when what is brought up has come up
_MEGABYTE = 1 << 20


def prune(home: Home, *, days: int = DAYS, all_repositories: bool = True) -> Iterator[str]:
    """Drops what is old and packs what is loose; says what was done.

    It may run while the sandbox does: git itself keeps apart who writes and who packs, and what
    nothing leads to yet stays for a day or longer.

    Args:
        home: of the sandbox.
        days: requests that came before are dropped.
        all_repositories: pack them all, and not just those with many loose objects.
    """
    database = home.open_database()
    dropped = RequestLog(database).forget_before(time.time() - days * _DAY)
    yield f"{dropped} requests of more than {days} days ago dropped"
    freed = drop_orphans(Registry(database, home.repositories))
    yield f"{freed / _MEGABYTE:.1f} MB of large files that no commit has dropped"
    chosen = [each for each in _repositories(home) if all_repositories or needs_packing(each)]
    yield f"{sum(map(pack, chosen))} repositories packed"
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _repositories(home: Home) -> list[Path]:
    heads = sorted(home.folder.glob("*/repositories/*/**/HEAD"))
    return [head.parent for head in heads if (head.parent / "objects").is_dir()]


@contextmanager
def pruned_daily(home: Home, *, first_seconds: float = _FIRST_SECONDS) -> Iterator[None]:
    """Inside, what is old goes once a day, also what no checkout has asked of the cache for long.

    Args:
        home: of the sandbox.
        first_seconds: until it happens for the first time.
    """
    ended = threading.Event()

    def work() -> None:
        seconds = first_seconds
        while not ended.wait(seconds):
            try:
                for _ in prune(home, all_repositories=False):
                    pass
                for old in remove_old_versions():
                    Progress().note(f"{old}: a version that nobody has used for long, removed")
            except Exception as error:  # noqa: BLE001 - it is said, and tried again tomorrow
                Progress().note(f"The sandbox could not be pruned: {error}")
            seconds = _DAY

    threading.Thread(target=work, name="prune", daemon=True).start()
    try:
        yield
    finally:
        ended.set()
