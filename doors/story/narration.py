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
        self._begun = self._act_begun = time.monotonic()
        self._acts = 0

    def act(self, title: str) -> None:
        """Begins an act; says how long the one before it took."""
        self._ended_act()
        self._acts += 1
        self._write(f"\n{self._acts}. {title}")

    def end(self) -> None:
        """Ends the last act; says how long all of them took."""
        self._ended_act()
        self._write(f"\nThe end: {_clock(time.monotonic() - self._begun)} minutes in all.")

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

    def _ended_act(self) -> None:
        now = time.monotonic()
        if self._acts:
            self._write(f"   [{_clock(now - self._act_begun)}]")
        self._act_begun = now

    def _write(self, text: str) -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
