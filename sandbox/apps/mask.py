"""Hides the values of secrets in text, before it becomes a line of a log."""

from collections.abc import Iterable

MASK = "***"
_SHORTEST = 4  # characters; shorter ones cannot be told from ordinary text


class Mask:
    """Hides the values of secrets in text; of a value with several lines, each line."""

    def __init__(self, values: Iterable[str], *, shortest: int = _SHORTEST) -> None:
        parts = {part.strip() for value in values for part in value.splitlines()}
        # The longest first: a secret may contain another.
        self._hidden = sorted(
            (part for part in parts if len(part) >= shortest), key=len, reverse=True
        )

    def __call__(self, text: str) -> str:
        """The text with every hidden value replaced."""
        for value in self._hidden:
            text = text.replace(value, MASK)
        return text
