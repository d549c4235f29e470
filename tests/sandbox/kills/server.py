"""A sandbox's server that dies when it is told to, and is started again over the same home."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from sandbox.server.home import Home
from sandbox.server.process import is_running
from tests.sandbox.kills.zygote import COUNTER, WITH_ENGINE

_ROOT = Path(__file__).resolve().parents[3]
_SECONDS = 60.0


class Server:
    """`with Server(folder) as server:`; one home, one process after the other."""

    def __init__(self, folder: Path, *, with_engine: bool = False) -> None:
        self.home = Home(folder)
        self.home.make_folder()
        self._steps = folder / "steps"
        self._steps.write_bytes(COUNTER.pack(0))
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.sandbox.kills.zygote", *[WITH_ENGINE] * with_engine],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill(group=True)
        self.close()

    def start(self) -> None:
        """Starts it and waits until it answers."""
        self.arm(0)
        self.home.server_file.unlink(missing_ok=True)
        print(self.home.folder, file=self._zygote.stdin, flush=True)
        self.pid = int(self._zygote.stdout.readline())
        self._until(self.home.server_file.exists, "it does not start")

    def arm(self, steps: int) -> None:
        """It dies before the step of that number, counted from now; 0: it does not."""
        with self._steps.open("r+b") as file:
            file.write(COUNTER.pack(steps))

    def arm_by(self, draw: random.Random, most_steps: int) -> str:
        """It dies at some moment of what comes now; says at which."""
        if draw.random() < 0.75:
            steps = draw.randint(1, most_steps)
            self.arm(steps)
            return f"step {steps}"
        seconds, group = draw.uniform(0.0, 0.25), draw.random() < 0.5
        timer = threading.Timer(seconds, self._signal, [self.pid, group])
        timer.daemon = True
        timer.start()
        return f"{seconds:.3f} s{' with its group' if group else ''}"

    def kill(self, *, group: bool = False) -> None:
        """Ends it now, with the programs it has started if `group`."""
        self._signal(self.pid, group)
        self._until(lambda: not is_running(self.home), "it does not end")

    def end(self) -> None:
        """Ends it as people do, with all that it runs."""
        os.kill(self.pid, signal.SIGTERM)
        self._until(lambda: not is_running(self.home), "it does not end")

    def close(self) -> None:
        """No other is started after this one."""
        self._zygote.stdin.close()
        self._zygote.wait()
        self._zygote.stdout.close()

    @staticmethod
    def _signal(pid: int, group: bool) -> None:  # noqa: FBT001 - a timer passes it
        with suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(pid, signal.SIGKILL)

    def _until(self, holds, otherwise: str) -> None:
        deadline = time.monotonic() + _SECONDS
        while not holds():
            assert time.monotonic() < deadline, f"{otherwise}:\n{self.log()}"
            time.sleep(0.01)

    def log(self) -> str:
        """The end of what it wrote."""
        return self.home.server_log.read_text(errors="replace")[-4000:]
