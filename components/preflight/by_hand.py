"""What only a person can do, on a platform's own page: no API does it for them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One line of a checklist, which is gone once it is done."""

    what: str  # a sentence without its full stop
    page: str  # to open

    def __str__(self) -> str:
        return f"By hand: {self.what}. Open {self.page}"
