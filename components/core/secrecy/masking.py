"""Secret values in what is shown: logs, answers of platforms, errors.

One way for all of it: the whole text is masked first and cut last, since half a value is known to
nobody any more and still helps whoever reads it.
"""

import base64
import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator

from slipway.core.secrecy.shapes import CREDENTIALS

MASK = "[secret]"
_SHORTEST = 6  # characters; a shorter value is part of other words everywhere
_SHORTEST_LINE = 8  # of a value of several lines, or part of one
# What every log says of itself, whatever secret may happen to hold it.
_COMMON = frozenset(
    (
        *("anonymous", "default", "development", "disabled", "enabled", "localhost", "password"),
        *("postgres", "production", "release", "secret", "staging", "testing", "warning"),
    )
)
# A break, also as it is written inside of JSON.
_BREAK = re.compile(r"[\r\n]+|\\[rn]")
# What a line assigns: in a `.env`, in YAML, in JSON. And the password in an address.
_ASSIGNED = re.compile(r"""(?:export\s+)?["']?[\w.-]+["']?\s*[=:]\s*(?!//)["']?(.*?)["']?,?""")
_PASSWORD = re.compile(r"://[^\s/@:]*:([^\s/@]+)@")
_ARMOUR = re.compile(r"-----(?:BEGIN|END) [A-Z ]+-----")  # by itself it tells where a key begins
_WORD = re.compile(r"[A-Za-z0-9]+")  # written the same everywhere
_SPACES = re.compile(r"(\s+)")
_SPACE = r"(?:\s|\+|(?i:%20|%0[9ad]|\\+u000[9ad])|\\+[nrt])+"
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\?)?|[@-Z\\-_])")
_NAME = r"(?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----"
# Its lines, from either side: plain, as JSON and Python write them, or masked since they are known.
_LINE = rf"[A-Za-z0-9+/=]{{16,}}|[A-Za-z0-9+/]+=+|=+[A-Za-z0-9+/]+|[nr](?=[\\[])|{re.escape(MASK)}"
_BODY = rf"""(?:[\s"',\\]*(?:{_LINE}|{re.escape(MASK[::-1])}))*"""
# To its end, or else as far as it looks like one.
_PRIVATE_KEY = re.compile(
    rf"-----BEGIN {_NAME}(?:(?:(?!-----BEGIN )[\s\S]){{0,20000}}?-----END {_NAME}|{_BODY})"
)
# The end of one whose beginning was cut off, read from right to left.
_END = re.compile(rf"-----(?:KCOLB )?YEK ETAVIRP(?: [A-Z]+)? DNE-----{_BODY}")
_KEYS = re.compile(r"\brnd_[A-Za-z0-9]+|(?<=[?&]key=)[^&\s\"']+")  # of Render, and of its hooks


def masked(text: str, hidden: Iterable[str] = (), longest: int | None = None) -> str:
    """A text of a platform's or an application's as it may be shown.

    A value of fewer than six characters, or one that is a word of every log, is masked only where
    it stands as a value, after `=`, `:` or a quote: elsewhere it would blank what is no secret.

    Args:
        text: the whole of it, however long: what is cut off before can't be recognised.
        hidden: values to mask besides all that looks like a credential, each of its lines too.
        longest: characters to which it is cut, made one line; None leaves it as it is.

    Returns:
        The text without terminal codes, which could hide or forge what stands beside it.
    """
    text = _without_values(_ESCAPES.sub("", text), hidden)
    text = _PRIVATE_KEY.sub(MASK, text)
    if "PRIVATE KEY" in text:
        text = _END.sub(MASK[::-1], text[::-1])[::-1]
    content = text.encode(errors="replace")
    for _, shape in CREDENTIALS:
        content = shape.sub(MASK.encode(), content)
    text = _KEYS.sub(MASK, content.decode(errors="replace"))
    return text if longest is None else " ".join(text.split())[:longest]


def written_forms(value: str) -> set[str]:
    """A value as it may be written: plain, in JSON of JSON, in an address, in hex, in base64."""
    forms = {value, urllib.parse.quote(value, safe=""), *_encoded(value)}
    for ascii_only in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        forms |= {once, json.dumps(once, ensure_ascii=ascii_only)[1:-1]}
    return forms


def _encoded(value: str) -> Iterator[str]:
    """In hex and in base64, at its three alignments."""
    raw = value.encode(errors="surrogatepass")
    yield from (raw.hex(), raw.hex().upper())
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            # Its neighbours change the characters at both ends; those between are its own.
            yield encode(b"\0" * shift + raw).decode()[4 if shift else 0 : -4]


def _without_values(text: str, hidden: Iterable[str]) -> str:
    strong, weak = set[str](), set[str]()
    for value in hidden:
        for piece in _pieces(value):
            common = len(piece) < _SHORTEST or piece.lower() in _COMMON
            (weak if common else strong).add(piece)
    for piece in sorted(strong, key=len, reverse=True):
        if max(_WORD.findall(piece), key=len, default="") in text:
            text = _any_spelling(piece).sub(MASK, text)
        for form in filter(lambda each: len(each) >= _SHORTEST_LINE, _encoded(piece)):
            text = text.replace(form, MASK)
    for piece in sorted(weak, key=len, reverse=True):
        if piece in text:
            shape = rf"""((?:[=:]\s?|["'])){re.escape(piece)}(?!\w)"""
            text = re.sub(shape, rf"\g<1>{MASK}", text)
    return text


def _pieces(value: str) -> Iterator[str]:
    """A value, its lines, and what they assign, as far as they can be told from other text."""
    if value.strip():
        yield value.strip()
    for line in map(str.strip, _BREAK.split(value)):
        assigned, password = _ASSIGNED.fullmatch(line), _PASSWORD.search(line)
        for piece in (line, *(found[1] for found in (assigned, password) if found)):
            telling = any(map(str.isalnum, piece)) and not _ARMOUR.fullmatch(piece)
            if telling and len(piece) >= _SHORTEST_LINE:
                yield piece


def _any_spelling(value: str) -> re.Pattern[str]:
    """A value, each character plain or as JSON, Python or an address writes it, spaces folded."""
    return re.compile("".join(map(_spelled, _SPACES.split(value))))


def _spelled(part: str) -> str:
    if part.isspace():
        return _SPACE
    return "".join(
        each if each.isascii() and each.isalnum() else f"(?:{'|'.join(_spellings(each))})"
        for each in part
    )


def _spellings(character: str) -> Iterator[str]:
    yield r"\\*" + re.escape(character)
    units = character.encode("utf-16-be", errors="surrogatepass")
    yield (
        "(?i:" + "".join(rf"\\+u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)) + ")"
    )
    raw = character.encode(errors="surrogatepass")
    yield "(?i:" + "".join(f"%{each:02x}" for each in raw) + ")"
    yield "(?i:" + "".join(rf"\\+x{each:02x}" for each in raw) + ")"
