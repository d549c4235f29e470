"""Hides the secrets of a job in its log, in the forms in which GitHub's runner hides them too."""

import base64
import json
import threading
from collections.abc import Iterable, Iterator
from urllib.parse import quote
from xml.sax.saxutils import escape

from sandbox.apps.mask import Mask

_SHORTEST_CODED = 6  # bytes; the base64 of fewer is found in ordinary text
_BLOCK = 3  # bytes that base64 turns into four letters


class JobMask:
    """Hides values, their lines, and their base64, JSON, URL and XML forms. Thread-safe.

    Base64 has three forms, depending on where in a longer text the value begins. Any other coding
    (hex, reversed, cut in pieces) shows, on GitHub as well.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._values: set[str] = set()
        self._changing = threading.Lock()
        self._mask = Mask(())
        self.add(values)

    def add(self, values: Iterable[str]) -> None:
        """Hides more values from now on."""
        with self._changing:
            forms = {form for value in values if value.strip() for form in _forms(value)}
            if not forms <= self._values:
                self._values |= forms
                # No lower limit: GitHub hides a secret of one letter too, and act does.
                self._mask = Mask(self._values, shortest=1)

    def __call__(self, text: str) -> str:
        """The text with every form of every value replaced."""
        return self._mask(text)

    def hides(self, text: str) -> bool:
        """Whether a text holds something secret."""
        return self._mask(text) != text


def _forms(value: str) -> Iterator[str]:
    yield value
    parts = {value, value.strip(), *(line.strip() for line in value.splitlines())}
    for part in parts:
        coded = part.encode()
        if len(coded) < _SHORTEST_CODED:
            continue
        yield json.dumps(part)[1:-1]
        yield json.dumps(part, ensure_ascii=False)[1:-1]
        yield quote(part)
        yield quote(part, safe="")
        yield escape(part)
        yield from _base64_forms(coded)


def _base64_forms(coded: bytes) -> Iterator[str]:
    for shift in range(_BLOCK):
        shifted = coded[shift:]
        whole = len(shifted) - len(shifted) % _BLOCK
        # The letters that depend on this value alone, whatever stands before and after it.
        if whole >= _SHORTEST_CODED:
            yield base64.b64encode(shifted[:whole]).decode()
            yield base64.urlsafe_b64encode(shifted[:whole]).decode()
    yield base64.b64encode(coded).decode()
