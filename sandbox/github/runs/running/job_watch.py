"""Follows what `act` says of one job: its steps, its log, how it ended."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.github.runs.planning.private_workflow import PlannedStep
from sandbox.github.runs.records import RunRecords, moment
from sandbox.github.runs.running.masking import JobMask

_STARTED = "\u2b50"  # the star before "Run Main …"
_IGNORED = "Failed but continue next step"
_EXIT = re.compile(r"exit status (\d+)$")
_MARKS = {"group", "endgroup", "warning", "error", "notice"}
_SET_UP = "--setup-job"
_AROUND = {"Pre", "Post"}  # of an action: not steps of their own here


class JobWatch:
    """Turns records of act into steps and lines. For one thread."""

    def __init__(
        self,
        records: RunRecords,
        job: int,
        key: str,
        steps: Sequence[PlannedStep],
        log: Callable[[int, str], None],
        mask: JobMask,
    ) -> None:
        self.result: str | None = None  # success or failure, once act has said so
        self._records = records
        self._job = job
        self._key = key
        self._steps = steps
        self._log = log
        self._mask = mask
        # 1 is the job's own set-up; the last one its end.
        self._numbers = {step.act_id: number for number, step in enumerate(steps, start=2)}
        self._current = 1
        self._open: set[int] = set()
        self._done: set[int] = set()
        self._forgiven: set[int] = set()

    def see(self, record: Mapping[str, Any]) -> None:
        """Takes one record."""
        if record.get("jobID") != self._key:
            return  # a stand-in for another job; what act says of itself is in its errors
        self.result = record.get("jobResult", self.result)
        step = self._step_of(record)
        message = str(record.get("msg", ""))
        command = record.get("command")
        if command is not None:
            self._command(step, str(command), record)
        elif record.get("raw_output"):
            self._log(step, message.rstrip("\n"))
        elif message.startswith(_STARTED):
            self._begin(step, record)
        elif message == _IGNORED:
            self._forgiven.add(step)
        elif record.get("level") in {"error", "fatal"}:
            self._failed(step, message)
        if "stepResult" in record and len(record.get("stepID", [""])) == 1:
            self._end(step, record)

    def begin(self, step: int) -> None:
        """A step runs."""
        if step not in self._open | self._done:
            self._open.add(step)
            self._records.set_step(self._job, step, status="in_progress", started=moment())

    def end(self, step: int, conclusion: str) -> None:
        """A step ended."""
        self._open.discard(step)
        self._done.add(step)
        self._records.set_step(
            self._job, step, status="completed", conclusion=conclusion, completed=moment()
        )

    def settle(self, *, cancelled: bool, failed: bool) -> None:
        """No more records come: steps that did not end, did not run or were cut off."""
        for number in range(1, len(self._steps) + 3):
            if number in self._open:
                self.end(number, "cancelled" if cancelled else "failure" if failed else "success")
            elif number not in self._done:
                last = number == len(self._steps) + 2
                self.end(number, "success" if last and not cancelled else "skipped")

    def _step_of(self, record: Mapping[str, Any]) -> int:
        ids = record.get("stepID")
        if ids:
            return self._numbers.get(str(ids[0]), self._current)
        own = record.get("stepid")
        if own:
            return 1 if own[0] == _SET_UP else len(self._steps) + 2
        return self._current

    def _begin(self, step: int, record: Mapping[str, Any]) -> None:
        if record.get("stage") in _AROUND or len(record.get("stepID", [""])) > 1:
            return
        self._current = step
        if 1 < step < len(self._steps) + 2 and step not in self._open:
            script = self._steps[step - 2].script
            self._log(step, f"##[group]{self._steps[step - 2].name}")
            if script is not None:
                self._log(step, script.rstrip("\n"))
            self._log(step, "##[endgroup]")
        self.begin(step)

    def _end(self, step: int, record: Mapping[str, Any]) -> None:
        if record.get("stage") in _AROUND and record["stepResult"] != "failure":
            return
        failed = record["stepResult"] == "failure" and step not in self._forgiven
        self.end(
            step, "failure" if failed else str(record["stepResult"]).replace("failure", "success")
        )

    def _command(self, step: int, command: str, record: Mapping[str, Any]) -> None:
        argument = str(record.get("arg", ""))
        if command == "add-mask":
            self._mask.add([argument])
        elif command == "summary":
            content = self._mask(str(record.get("content", "")))
            self._records.add_summary(self._job, step, content)
        elif command in _MARKS:
            self._log(step, f"##[{command}]{argument}")

    def _failed(self, step: int, message: str) -> None:
        ended = _EXIT.search(message)
        said = f"Process completed with exit code {ended.group(1)}." if ended else message
        self._log(step, f"##[error]{said.strip()}")
