"""Numbers that callers write: no more digits than any count, page or moment has."""

import re

_NUMBER = re.compile(r"[0-9]{1,18}")  # fits what SQLite takes


def number(text: str) -> int | None:
    """The whole number, not negative, that a text is; None if it is none or a needlessly long one.

    Python itself refuses to read thousands of digits, and takes digits of all scripts for some.
    """
    return int(text) if _NUMBER.fullmatch(text) else None
