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
_PACK_SECONDS = 60.0  # between two looks for repositories with many loose objects
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
def pruned_daily(
    home: Home, *, first_seconds: float = _FIRST_SECONDS, pack_seconds: float = _PACK_SECONDS
) -> Iterator[None]:
    """Inside, what is old goes once a day, also what no checkout has asked of the cache for long.

    Repositories are packed as they fill: each clone of one, as every run of a workflow makes, and
    each fetch takes the longer the more loose objects there are.

    Args:
        home: of the sandbox.
        first_seconds: until it happens for the first time.
        pack_seconds: between two looks for repositories to pack.
    """
    ended = threading.Event()

    def work() -> None:
        due = time.monotonic() + first_seconds
        while not ended.wait(max(0.0, min(pack_seconds, due - time.monotonic()))):
            try:
                for each in filter(needs_packing, _repositories(home)):
                    pack(each)
                if time.monotonic() < due:
                    continue
                due = time.monotonic() + _DAY  # if it can't be done, it is tried again tomorrow
                for _ in prune(home, all_repositories=False):
                    pass
                for old in remove_old_versions():
                    Progress().note(f"{old}: a version that nobody has used for long, removed")
            except Exception as error:  # noqa: BLE001 - it is said
                Progress().note(f"The sandbox could not be pruned: {error}")

    threading.Thread(target=work, name="prune", daemon=True).start()
    try:
        yield
    finally:
        ended.set()
