"""A daemon that outlives whoever started it, known by its pid and its start time."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from toolchain.deciding_line import deciding_line
from toolchain.progress import SetupError

_POLL_SECONDS = 0.05
_STRAY_SECONDS = 30.0  # dockerd stops its containers before itself
_RECORD_SECONDS = 10.0  # the shell below writes it at once; only a stalled machine takes longer
# The program's own shell writes the record and then becomes the program, by exec, which keeps pid
# and start time (field 22 of /proc/PID/stat; the name before it is the shell's and holds no space).
# Were it written by who starts it, one killed right then would leave a daemon nobody knows of.
_START = """\
start_time() { shift 21; echo "$1"; }
printf '{"pid": %s, "start_time": "%s", "boot": "%s"}' $$ \
  "$(start_time $(cat /proc/$$/stat))" "$(cat /proc/sys/kernel/random/boot_id)" >"$0.partial"
export SLIPWAY_DAEMON="$$ $0"
mv "$0.partial" "$0" && exec "$@"
"""


class DetachedProcess:
    """One long-running program in a session of its own, with its output in a log file.

    It is not a child of whoever started it, so it can be left running and be found again. A pid
    alone would not do to find it: pids are given out again, after a reboot almost certainly.
    """

    def __init__(self, name: str, folder: Path) -> None:
        """Names a process; nothing is started.

        Args:
            name: what a person calls it, such as "dockerd".
            folder: where its record (NAME.json) and its log (NAME.log) are kept.
        """
        self.name = name
        self.log = folder / f"{name}.log"
        self._record = folder / f"{name}.json"

    def start(self, command: Sequence[str | Path], environment: Mapping[str, str]) -> None:
        """Starts the program; the previous log is kept as NAME.log.old.

        Args:
            command: the argument list; it can be read by every user of the host.
            environment: variables set on top of this process's own.

        Raises:
            SetupError: the program could not be started.
        """
        self._end_strays()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._record.unlink(missing_ok=True)
        if self.log.exists():
            self.log.replace(f"{self.log}.old")
        # `setsid --fork` makes it an orphan at once.
        with self.log.open("ab") as output:
            subprocess.run(
                ["setsid", "--fork", "sh", "-c", _START, self._record, *command],
                check=True,
                cwd="/",
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + _RECORD_SECONDS
        while not self._record.exists():
            if time.monotonic() > deadline:
                raise SetupError(f"{self.name} could not be started. {self.why()}")
            time.sleep(_POLL_SECONDS)
        if not self.alive():
            raise SetupError(f"{self.name} ended as soon as it was started. {self.why()}")

    def _end_strays(self) -> None:
        """Ends whatever was started here and lost its record: the folder was removed meanwhile.

        Nothing of it can be used any more, and it holds addresses and ports of the next one.
        """
        for number in (signal.SIGTERM, signal.SIGKILL):
            strays = self._strays()
            if not strays:
                return
            for pid in strays:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            deadline = time.monotonic() + _STRAY_SECONDS
            while strays and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
                strays = self._strays()

    def _strays(self) -> list[int]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            mark = f"SLIPWAY_DAEMON={process.name} {self._record}".encode()
            try:
                # In a container or a root of its own, the same path is another one.
                here = process.joinpath("root").samefile("/")
                if here and mark in process.joinpath("environ").read_bytes().split(b"\0"):
                    found.append(int(process.name))
            except OSError:  # somebody else's, or gone
                continue
        return found

    def alive(self) -> bool:
        """Whether the program recorded here still runs."""
        return self.pid() is not None

    def pid(self) -> int | None:
        """The running program's process id, or None."""
        try:
            record = json.loads(self._record.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        pid = int(record["pid"])
        same = record["boot"] == boot_id() and record["start_time"] == _start_time(pid)
        return pid if same else None

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Waits until the program serves.

        Args:
            ready: asks the program; False as long as it does not answer.
            seconds: how long that may take.

        Raises:
            SetupError: it ended or was not ready in time; the message holds its log's deciding
                line.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.alive():
                raise SetupError(f"{self.name} ended before it was ready. {self.why()}")
            if time.monotonic() > deadline:
                tail = self.why()
                raise SetupError(f"{self.name} was not ready within {seconds:.0f} s. {tail}")
            time.sleep(_POLL_SECONDS)

    def serves(
        self, ready: Callable[[], bool], seconds: float, on_wait: Callable[[], None]
    ) -> bool:
        """Whether the program runs and answers; one that is only slow is waited for.

        A busy machine makes a daemon slow in answering, and what it is busy with is somebody's
        work: that it does not answer at once is no reason to end it.

        Args:
            ready: asks the program; False as long as it does not answer.
            seconds: how long to wait for an answer of a program that lives.
            on_wait: called once if the first answer does not come.

        Returns:
            False if it does not run, ended meanwhile, or did not answer in time.
        """
        deadline = time.monotonic() + seconds
        waited = False
        while self.alive():
            if ready():
                return True
            if time.monotonic() > deadline:
                return False
            if not waited:
                on_wait()
                waited = True
            time.sleep(_POLL_SECONDS)
        return False

    def stop(self, seconds: float) -> None:
        """Ends the program: SIGTERM, and SIGKILL if it is still there after `seconds`."""
        if not self._record.exists():
            self._end_strays()
        for number in (signal.SIGTERM, signal.SIGKILL):
            pid = self.pid()
            if pid is None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + seconds
            while self.alive() and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
        self._record.unlink(missing_ok=True)

    def refuse_to_stop(self) -> None:
        """Raises SetupError if it lives: for one that somebody else uses and that is no use to us.

        Raises:
            SetupError: names the process, and how those who use it end.
        """
        if (pid := self.pid()) is not None:
            raise SetupError(
                f"{self.name} (process {pid}) runs but can't be used, and other sandboxes of yours "
                "hold it, so it is left alone. Try again when they are done, or run `make down` "
                f"in their checkouts. {self.why()}"
            )

    def why(self) -> str:
        """What its log says went wrong and where the log is, for an error message."""
        line = deciding_line(self.log)
        return f"It says:\n  {line}\nLog: {self.log}" if line else f"Log: {self.log} (empty)"


def boot_id() -> str:
    """What the kernel calls the time since the last boot: another one, and every pid is void."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _start_time(pid: int) -> str | None:
    """Clock ticks since boot at which a process began, or None if it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # proc(5): the name in parentheses may hold anything; after it, field 3 is the state and
    # field 22 the start time.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]
