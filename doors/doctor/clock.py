"""The clock, against that of the archive which is asked anyway."""

import time
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime

from doors.doctor.finding import Finding, Verdict
from toolchain.images.root_filesystem import host_release
from toolchain.progress import SetupError

_SECONDS = 4.0
_NOTABLE_SECONDS = 300.0
_WRONG_SECONDS = 24 * 3600.0  # certificates and signed lists are refused for less than two days
_REMEDY = "Set it: `timedatectl set-ntp true`, or `date -s` with the right time."


def clock() -> Finding:
    """Probe and judgement."""
    return judge_clock(archive_time(), time.time())


def archive_time() -> float | None:
    """Seconds since 1970 by the archive's clock; None if it says nothing."""
    try:
        source = host_release().sources[0]
    except SetupError:
        return None
    address = f"{source.uri.rstrip('/')}/dists/{source.suite}/InRelease"
    request = urllib.request.Request(address, method="HEAD")  # noqa: S310 - http, checked there
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - the same
            headers = answer.headers
    except urllib.error.HTTPError as error:
        headers = error.headers  # any answer has a date
    except OSError:
        return None
    try:
        # A cache on the way says how old its answer is.
        age = float(headers.get("Age") or 0)
        return parsedate_to_datetime(headers["Date"]).timestamp() + age
    except (TypeError, ValueError):
        return None


def judge_clock(theirs: float | None, ours: float) -> Finding:
    """How far they are apart."""
    if theirs is None:
        return Finding("clock", "nothing to compare it with")
    apart = ours - theirs
    found = f"{abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} the Debian archive's"
    if abs(apart) < _NOTABLE_SECONDS:
        return Finding("clock", found)
    verdict = Verdict.BLOCKED if abs(apart) > _WRONG_SECONDS else Verdict.WARNING
    return Finding("clock", found, verdict, _REMEDY)
