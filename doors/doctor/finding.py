"""What one check found."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """What it means for the set-up."""

    GOOD = "good"
    WARNING = "works, but"
    BLOCKED = "stops it"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's list."""

    check: str  # "free disk"
    found: str  # "1.2 GB free in /home/me/.cache, 9 GB are needed"
    verdict: Verdict = Verdict.GOOD
    remedy: str = ""  # what a person does about it; empty for what is good
