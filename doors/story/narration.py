"""The story as lines on a terminal: what happens, and how long it took."""

import html
import re
import textwrap
import time
from collections.abc import Sequence
from typing import TextIO

_QUOTED = 12  # lines of a comment or an issue
_MARKUP = re.compile(r"<[^>]+>")


class Narration:
    """Tells acts and what is seen in them."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._begun = time.monotonic()
        self._acts = 0

    def act(self, title: str) -> None:
        """Begins an act."""
        self._acts += 1
        minutes, seconds = divmod(int(time.monotonic() - self._begun), 60)
        self._write(f"\n{self._acts}. {title}  [{minutes}:{seconds:02}]")

    def line(self, text: str) -> None:
        """Something that was seen."""
        self._write(f"   {text}")

    def quote(self, lines: Sequence[str]) -> None:
        """The beginning of a Markdown text, as text."""
        for each in lines[:_QUOTED]:
            shown = html.unescape(_MARKUP.sub("", each)).strip()
            if shown:
                self._write(f"   | {textwrap.shorten(shown, 100, placeholder=' …')}")
        if len(lines) > _QUOTED:
            self._write("   | …")

    def _write(self, text: str) -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()
