"""What an image starts that is no program yet: a script whose executable bit did not travel."""

import json
import posixpath
import re
from collections.abc import Collection

from slipway.dockerfile.facts import instructions
from slipway.dockerfile.stages import read_stages
from slipway.errors import ConfigError

_MADE_ONE = re.compile(r"\bchmod\b|\binstall\s+-\S*m|--chmod=")


def started_without_mode(text: str, files: Collection[str]) -> str | None:
    """The file of its context that an image starts by its own name, if nothing makes it executable.

    A commit through the Hub's API carries no executable bit.

    Args:
        text: the Dockerfile's; its last stage is what runs.
        files: paths of the context.
    """
    if _MADE_ONE.search(text):
        return None
    started: dict[str, list[str]] = {}
    for keyword, words in instructions(text):
        if keyword == "FROM":
            started.clear()
        if keyword in ("ENTRYPOINT", "CMD"):
            started[keyword] = _command(words)
    program = next(iter(started.get("ENTRYPOINT") or started.get("CMD") or []), "")
    if "/" not in program:  # looked for in PATH, where the base image's programs are
        return None
    name = posixpath.basename(program)
    return next((each for each in _copied(text, files) if posixpath.basename(each) == name), None)


def _command(words: list[str]) -> list[str]:
    """The words of either form, the shell's or that of a JSON list."""
    text = " ".join(words)
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        return words[1:] if words[:1] == ["exec"] else words
    return [str(each) for each in found] if isinstance(found, list) else words


def _copied(text: str, files: Collection[str]) -> list[str]:
    """The files that the last stage, or one it is made from, takes from the context."""
    try:
        stages = read_stages(text)
    except ConfigError:  # nothing to build: the platform says so at once
        return []
    sources = [
        posixpath.normpath(source.lstrip("/") or ".")
        for stage in stages.lineage(stages.all[-1])
        for copy in stage.copies
        if copy.origin is None
        for source in copy.sources
    ]
    return [
        each for each in files if any(s in (".", each) or each.startswith(f"{s}/") for s in sources)
    ]
