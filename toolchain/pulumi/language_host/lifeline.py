"""Notices that the process which started this one is gone."""

import os
import signal
import threading
import time

POLL_SECONDS = 0.25


def end_with_parent() -> None:
    """Ends this process, with every process of its group, soon after its parent died.

    Watching the parent's id costs nothing and works on Linux and macOS. Linux's PR_SET_PDEATHSIG
    would not do: it fires when the *thread* that started this process ends, and the engine's
    threads come and go.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(POLL_SECONDS)
        kill_own_group()

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


def kill_own_group() -> None:
    """Kills this process at once, and its group if it leads one (the engine's plugins do)."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
