"""What a rule for Dockerfiles says when it is broken."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BrokenRule:
    """One rule that one place of a Dockerfile breaks."""

    rule: str  # its name, by which it can be waived
    problem: str  # what is there and why that is bad, without its full stop
    remedy: str  # the same

    def __str__(self) -> str:
        return f"{self.problem}: {self.remedy}."
