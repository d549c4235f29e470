"""A mark behind a name, in parentheses: where the API has no other place that can be changed."""

import re

from slipway.core.ownership import Mark
from slipway.render.api.transport import Json

_MARKED = re.compile(r"(?P<name>.*) \((?P<mark>[^()]+@[^()]+|[^()@]+/[^()@]+)\)")


def marked(name: str, mark: Mark) -> str:
    """How an object with this name and mark is called on Render."""
    return f"{name} ({mark})"


def split_name(live: Json) -> tuple[str, Mark | None]:
    """An object's name and the mark behind it, from what Render says of it."""
    text = str(live["name"])
    found = _MARKED.fullmatch(text)
    return (found["name"], Mark.parse(found["mark"])) if found else (text, None)
