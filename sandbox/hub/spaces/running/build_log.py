"""A Space's build log as the Hub writes it, from what BuildKit prints.

The Hub's form (build logs in public issues and forum threads): `--> RUN …`, what the step printed,
`DONE 1.8s`, or `CACHED`, or `--> ERROR: process …`.
"""

import re

from sandbox.machine.contract import LogSink

_LINE = re.compile(r"#(?P<step>\d+) (?P<text>.*)", re.DOTALL)
_PRINTED = re.compile(r"\d+\.\d+ ?(?P<text>.*)", re.DOTALL)  # seconds since the step began
_INTERNAL = re.compile(
    r"\[(?:internal|auth)\] |building with |resolve image config |docker-image://"
)
_INSTRUCTION = re.compile(r"\[[^\]]*\d+/\d+\] +(?P<text>.*)", re.DOTALL)
_EXPORTING = "exporting to "
_ENDED = re.compile(r"(?:DONE \d|CACHED$|CANCELED$)")
_TRANSFER = re.compile(
    r"(?:sha256:|extracting |resolve |transferring |exporting |pushing |naming |writing )"
    r"|unpacking "
    r"|\.\.\.$"
)


class BuildLog:
    """Takes BuildKit's plain progress line by line, and passes on what the Hub would show."""

    def __init__(self, log: LogSink) -> None:
        self._log = log
        self._steps: dict[str, str] = {}  # BuildKit's number -> the line that began it

    def __call__(self, line: str) -> None:
        """Takes one line; what is not a step's is passed on as it is."""
        found = _LINE.match(line)
        if found is None:
            if line.strip():
                self._log(line)
            return
        step, text = found["step"], found["text"]
        if self._steps.setdefault(step, text) == text:  # it begins, or goes on after another one
            self._begin(text)
            return
        hidden = _INTERNAL.match(self._steps[step]) is not None
        if text.startswith("ERROR: "):
            self._log(f"--> {text}")
        elif hidden or _TRANSFER.match(text):
            return
        elif _ENDED.match(text):
            self._log(text)
        else:
            printed = _PRINTED.match(text)
            self._log(text if printed is None else printed["text"])

    def _begin(self, text: str) -> None:
        if _INTERNAL.match(text):
            return
        instruction = _INSTRUCTION.match(text)
        if instruction is not None:
            text = instruction["text"]
        elif text.startswith(_EXPORTING):
            text = "Pushing image"
        self._log("")
        self._log(f"--> {text}")
