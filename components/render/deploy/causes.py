"""Why a deploy failed, as far as its log tells."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """A probable cause, what to do about it, and whether it may pass by itself."""

    pattern: re.Pattern[str]
    remedy: str
    may_pass: bool = False
    status: str = ""  # in which alone it explains a deploy; empty is any


def _cause(pattern: str, remedy: str, *, may_pass: bool = False, status: str = "") -> Cause:
    return Cause(re.compile(pattern, re.IGNORECASE), remedy, may_pass, status)


# The first that fits is told: what Render itself concludes comes before what an app may have
# written on its way, and before what Render writes while it still waits.
CAUSES = (
    _cause(
        r"out of memory|oom.?killed|ran out of memory|exit(?:ed with)?.{0,12}\b137\b",
        "Out of memory: choose a larger plan, or a smaller model.",
    ),
    _cause(
        r"open ports? on localhost",
        "It listens on localhost only, where nobody outside reaches it: the app must listen on "
        "0.0.0.0.",
        status="update_failed",
    ),
    _cause(
        r"no open ports.{0,40}detected open ports?: \d",
        "It listens on another port than it is asked to: the app must listen on the port in PORT, "
        "or the service's port must be set to the app's.",
        status="update_failed",
    ),
    _cause(
        r"port scan timeout",
        "Nothing listens: the app must listen on 0.0.0.0 and on the port in PORT.",
        status="update_failed",
    ),
    _cause(
        r"health ?check",
        "The health check never passed: see that health_path answers 2xx or 3xx within 5 s.",
        status="update_failed",
    ),
    _cause(
        r"no space left on device",
        "The image or its build is too big for the disk: make the model smaller, or bake fewer.",
    ),
    _cause(
        r"ModuleNotFoundError: No module named '?([\w.]+)|ImportError",
        "A package is missing in the image: complete requirements.txt.",
    ),
    _cause(
        r"failed to read dockerfile|dockerfile.{0,40}(?:no such file|not found)|"
        r"no such file or directory.{0,40}dockerfile",
        "The Dockerfile is not where dockerfile_path says, seen from the repository's root.",
    ),
    _cause(
        r"manifest unknown|image.{0,80}not found|pull access denied|failed to pull|image_pull",
        "The image can't be pulled: check its reference and its registry credential.",
    ),
    _cause(
        r"exec format error",
        "The image is for another processor: Render runs linux/amd64 only.",
    ),
    _cause(
        r"(?:server_failed|deploy_ended): .*(?:nonZeroExit|earlyExit)",
        "The app ended by itself: its log below says why.",
        may_pass=True,
        status="update_failed",
    ),
    _cause(
        r"timed? ?out|temporary failure in name resolution|connection reset|ECONNRESET|50[234] ",
        "Something it fetches did not answer in time.",
        may_pass=True,
    ),
    _cause(
        r"no open ports? detected",
        "Nothing listens: the app must listen on 0.0.0.0 and on the port in PORT.",
        status="update_failed",
    ),
)
STATUS_REMEDIES = {
    "build_failed": "Mend the Dockerfile or the files it copies; its log is below.",
    "pre_deploy_failed": "The pre-deploy command ended with an error; its log is below.",
    "update_failed": "The new instance ended, or never became healthy; its log is below.",
    "canceled": "Somebody canceled it, or a newer deploy took its place.",
    "deactivated": "A newer deploy took its place.",
}


def probable_cause(lines: Iterable[str], status: str) -> Cause | None:
    """The first known cause that the lines speak of; None if they speak of none.

    Args:
        lines: of the deploy's log, and what Render says of it.
        status: in which the deploy ended.
    """
    text = "\n".join(lines)
    fitting = (cause for cause in CAUSES if cause.status in ("", status))
    return next((cause for cause in fitting if cause.pattern.search(text)), None)
