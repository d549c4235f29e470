"""Values in Markdown: whatever they hold, they are shown, and never read as markup."""

import re
import unicodedata

SHOWN = 160  # characters of one value
# Direction marks and the like could show a value as another than it is.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+!|~$:.^=@-])")


def code(text: str, shown: int = SHOWN) -> str:
    """A value as inline code for a table's cell.

    HTML's own element, not backticks: in those nothing can be escaped, and a `|` ends the cell.
    Every character that means something to Markdown or HTML is a numeric reference, which GitHub
    shows as that character and reads as text. Nobody is mentioned from inside this element.
    """
    return f"<code>{_references(cut(text, shown))}</code>" if text else "<i>empty</i>"


def plain(text: str, shown: int = 400) -> str:
    """A sentence of somebody else's, as text.

    GitHub looks for `@name` and `#1` once references are read; a space of no width ends them.
    """
    text = _references(cut(text, shown))
    return text.replace("&#64;", "&#64;\u200b").replace("&#35;", "&#35;\u200b")


def length(text: str) -> int:
    """Characters as GitHub may count them: beyond the basic plane, one is two."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, shown: int) -> str:
    """One line of at most about so many characters, which says how much is left out."""
    line = "".join(
        each if unicodedata.category(each) not in _INVISIBLE else _named(each)
        for each in text[: shown + 1]
    )
    left = len(text) - shown
    return line if left <= 0 else f"{line[:shown]}… ({left} more characters)"


def _named(character: str) -> str:
    known = {"\n": "⏎", "\t": "→", "\r": ""}
    return known.get(character, f"\\u{ord(character):04x}")


def _references(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace('"', "&quot;")
    return _PUNCTUATION.sub(lambda found: f"&#{ord(found[1])};", text)
