"""Keeps a sandbox that is used for long from growing without end."""

import os
import subprocess
import time
from collections.abc import Iterator

from sandbox.http.request_log import RequestLog
from sandbox.server.home import Home

_DAY = 86_400.0  # seconds


def prune(home: Home, *, days: int) -> Iterator[str]:
    """Drops requests older than some days and packs git's objects; says what was done.

    It may run while the sandbox does: git itself keeps apart who writes and who packs, and objects
    that nothing leads to yet stay for two weeks.
    """
    database = home.open_database()
    dropped = RequestLog(database).forget_before(time.time() - days * _DAY)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    yield f"{dropped} requests of more than {days} days ago dropped"
    packed = 0
    for head in sorted(home.folder.glob("*/repositories/*/**/HEAD")):
        if (head.parent / "objects").is_dir():
            environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
            environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
            command = ["git", "-C", str(head.parent), "gc", "--quiet"]
            ended = subprocess.run(command, env=environment, check=False, capture_output=True)
            packed += ended.returncode == 0
    yield f"{packed} repositories packed"
