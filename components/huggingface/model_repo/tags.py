"""The mark of a model repository, as tags: a repository has no variables, and files are its own.

One tag a holder, since a tag can't be changed: a run that dies in between leaves two of them, and
neither says more than it did.
"""

from collections.abc import Iterable
from dataclasses import replace

from slipway.core.ownership import Mark
from slipway.huggingface.hub.history import MARK_TAG as PREFIX


def is_mark(tag: str) -> bool:
    """Whether a tag is a mark of this program's."""
    return tag.startswith(PREFIX)


def tags_of(mark: Mark) -> set[str]:
    """The tags of a repository that carries a mark."""
    if not mark.holders:
        return {f"{PREFIX}{mark}"}
    return {f"{PREFIX}{replace(mark, holders=(holder,))}" for holder in mark.holders}


def mark_in(tags: Iterable[str], own: Mark) -> Mark | None:
    """The mark that tags make up.

    Args:
        tags: names of all tags.
        own: whoever asks. Where there are tags of several states, those of another count: what two
            of them claim is deleted by neither.
    """
    marks = [Mark.parse(tag.removeprefix(PREFIX)) for tag in sorted(tags) if is_mark(tag)]
    others = [mark for mark in marks if mark.lineage and mark.lineage != own.lineage]
    ours = [mark for mark in marks if mark.lineage == own.lineage]
    for same in (others, ours, marks):
        if same:
            return replace(same[0], holders=tuple(h for mark in same for h in mark.holders))
    return None
