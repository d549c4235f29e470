"""What must not be in an image that runs: root, compilers, and files that nobody checked."""

import re
from collections.abc import Iterator

from slipway.dockerfile.broken_rule import BrokenRule
from slipway.dockerfile.stages import Stage

WAIVABLE = frozenset({"compiler", "unchecked-download"})  # an image may have its reasons

_INSTALL = re.compile(r"\b(?:apt-get|apt|apk|dnf|yum)\b[^;&|]*?\s(?:install|add)\s([^;&|]*)")
_REMOVE = re.compile(r"\b(?:apt-get|apt|apk|dnf|yum)\b[^;&|]*?\s(?:purge|remove|del)\s([^;&|]*)")
_COMPILERS = re.compile(
    r"(?:build-essential|build-base|gcc|g\+\+|clang|cmake|make|cargo|rustc|golang(?:-go)?|ninja-build"
    r"|python3?-dev|nvidia-cuda-toolkit)(?:-\d+)?"
)
_URL = re.compile(r"https?://")


def broken_image_rules(lineage: list[Stage]) -> Iterator[BrokenRule]:
    """What is wrong with an image.

    Args:
        lineage: the stages it consists of, the oldest first.
    """
    user = None
    for stage in lineage:
        user = stage.user or user
    if user is None or user.partition(":")[0] in ("root", "0"):
        yield BrokenRule(
            "root",
            "the final image runs as root",
            "create a user and end the last stage with, for instance, `USER 1000`",
        )
    for stage in lineage:
        if compilers := _compilers(stage):
            yield BrokenRule(
                "compiler",
                f"{', '.join(compilers)} stays in the final image, hundreds of megabytes that help "
                "an intruder more than the app",
                "build in a stage of its own and copy what came out, or remove it in the same RUN",
            )
        for copy in stage.copies:
            for source in copy.sources:
                if _URL.match(source) and not copy.checksum:
                    yield BrokenRule(
                        "unchecked-download",
                        f"ADD {source} takes whatever lies there on the day of the build",
                        "add --checksum=sha256:…",
                    )


def _compilers(stage: Stage) -> list[str]:
    found: list[str] = []
    for run in stage.runs:
        removed = " ".join(_REMOVE.findall(run.command)).split()
        for words in _INSTALL.findall(run.command):
            found += [w for w in words.split() if _COMPILERS.fullmatch(w) and w not in removed]
    return found
