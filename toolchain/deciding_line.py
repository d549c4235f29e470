"""Finds the line of a program's log that says why it failed.

Logs end in what followed from the failure: restarts, timeouts, summaries, a frame of source. Each
rule below knows one program's own way to say what went wrong; tests hold it against real logs.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

_READ_BYTES = 256 * 1024  # of a log's end
_LONGEST = 500  # characters of a line; an address may be long, a dump of settings is no reason
_TIMESTAMP = re.compile(r"^(?:#\d+ )?(?:\d+\.\d{2,3} )")
_LOGFMT = re.compile(r'\blevel=(?P<level>\w+)\b.*?\bmsg="(?P<text>(?:[^"\\]|\\.)*)"')
_LOGFMT_ERROR = re.compile(r'\berror="(?P<text>(?:[^"\\]|\\.)*)"')
_GRPC = re.compile(r"(?:rpc error: )?code = \w+ desc = |failed to solve: ")

# A daemon that gave up says so without a level: "containerd: …", "dockerd: …", "buildkitd: …".
_GAVE_UP = re.compile(r"^(?:containerd|dockerd|buildkitd|docker-registry|runc): \S")
_TOOL_ERROR = re.compile(
    r"^(?:E: |ERROR: |error: |fatal: |go: (?!downloading|warning)|panic: |OSError: )"
)
_GO_MODULE = re.compile(r"^\S+@v\S+: |^\S+\.go:\d+(?::\d+)?: ")
_PYTHON_ERROR = re.compile(
    r"^(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Interrupt)\b(?:: |$)"
)
_CAUSE = re.compile(r"^\s+(?:cause|Caused by): (?P<text>.+)")
_BROKEN = re.compile(
    r"after connection broken by '(?:\w+\()?.*?(?P<why>[A-Z][^<>]*?)'?\)?': (?P<path>\S+)$"
)
_NOISE = re.compile(
    r"^(?:\$ |#\d+ (?:DONE|CACHED|sha256|extracting)|---+$|\s*\d+ \|( >>>)? |Dockerfile:\d+$)"
)
# What a program says when it has nothing more to say than that something was wrong before.
_SUMMARY = re.compile(
    r"Some index files failed to download|did not complete successfully|exit status \d|"
    r"No matching distribution found for|maybe run apt-get update"
)

Rule = Callable[[Sequence[str]], str | None]


def deciding_line(log: Path) -> str | None:
    """The line of a log that says why its program failed; None if there is no line at all.

    Args:
        log: a file; only its last part is read.
    """
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _READ_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return None
    return decide(text)


def decide(text: str) -> str | None:
    """The same for a text: of its last command, where several are in it."""
    last = text.rpartition("\n$ ")[2] if "\n$ " in text else text
    lines = [line.rstrip() for line in last.splitlines() if line.strip()]
    if "\n$ " in text or text.startswith("$ "):
        lines = lines[1:]  # the command itself
    for rule in _RULES:
        if (found := rule(lines)) is not None:
            return _readable(found)
    return None


def _daemon(lines: Sequence[str]) -> str | None:
    return next((line for line in lines if _GAVE_UP.match(line)), None)


def _build_step(lines: Sequence[str]) -> str | None:
    """Of an image's build: the step's own last words, which stand above the summary."""
    for at, line in enumerate(lines):
        if line.startswith(" > ") and line.endswith(":"):
            said = []
            for output in lines[at + 1 :]:
                if output.startswith("---"):
                    break
                said.append(_TIMESTAMP.sub("", output))
            if said:
                step = line.strip(" >:")
                return f"{step}: {_tool(said) or said[-1]}"
    return None


def _pip_connection(lines: Sequence[str]) -> str | None:
    """Pip says in a warning that no index answered, and then that the package does not exist."""
    if not any("(from versions: none)" in line for line in lines):
        return None
    return next(
        (f"{found['path']}: {found['why']}" for line in lines if (found := _BROKEN.search(line))),
        None,
    )


def _tool(lines: Sequence[str]) -> str | None:
    """The first line in which a program calls something an error, with its innermost cause."""
    for at, line in enumerate(lines):
        if not (_TOOL_ERROR.match(line) or _GO_MODULE.match(line)) or _SUMMARY.search(line):
            continue
        causes = []
        for following in lines[at + 1 :]:
            cause = _CAUSE.match(following)
            if cause is None:
                break
            causes.append(cause["text"])
        if not causes:
            return line
        where = next((each for each in causes if "://" in each), line)
        return f"{where}: {causes[-1]}"
    return None


def _python(lines: Sequence[str]) -> str | None:
    return next((line for line in reversed(lines) if _PYTHON_ERROR.match(line)), None)


def _logfmt(lines: Sequence[str]) -> str | None:
    """Of a daemon that logs levels: its fatal line, else its last error."""
    found: dict[str, str] = {}
    for line in lines:
        parts = _LOGFMT.search(line)
        if parts is not None and parts["level"] in {"fatal", "panic", "error"}:
            why = _LOGFMT_ERROR.search(line)
            found[parts["level"]] = f"{parts['text']}: {why['text']}" if why else parts["text"]
    return found.get("fatal") or found.get("panic") or found.get("error")


def _failed_fetch(lines: Sequence[str]) -> str | None:
    return next((line for line in lines if line.startswith("W: Failed to fetch ")), None)


def _last(lines: Sequence[str]) -> str | None:
    telling = [line for line in lines if not (_NOISE.match(line) or _SUMMARY.search(line))]
    return next(reversed(telling or list(lines)), None)


_RULES: tuple[Rule, ...] = (
    _daemon,
    _build_step,
    _pip_connection,
    _tool,
    _python,
    _logfmt,
    _failed_fetch,
    _last,
)


def _readable(line: str) -> str:
    text = _GRPC.sub("", line.replace('\\"', '"')).strip()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
