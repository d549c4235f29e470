"""What people wrote, as a page shows it: Markdown, and nothing in it that a browser would run."""

import nh3
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_LARGEST = 65536  # characters; more is shown as it was typed
# What is left of a stranger's words: no scripts, no styles, no pictures from elsewhere.
_TAGS = (nh3.ALLOWED_TAGS | {"details", "summary"}) - {"img"}


def rendered(text: str | None) -> str:
    """Markdown as HTML that is safe to put into a page."""
    if not text:
        return ""
    if len(text) > _LARGEST:
        return f"<pre>{nh3.clean_text(text)}</pre>"
    return nh3.clean(_MARKDOWN.render(text), tags=_TAGS)
