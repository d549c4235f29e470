"""Whose an object on a platform is: the mark it carries, and who may take or delete it.

A name in a program says little. The same object gets another one when a component is renamed or
moved below another; two stacks, or two people with states of their own, use the same one. So what
is made carries `project/stack@lineage.holder`: whose it is in words; the lineage, drawn once per
state (see `slipway.core.lineage`); and a holder for each resource of that state which stands for
the object. A renamed component's new resource joins the old one's holder, the old one's `delete`
only takes its own away, and the object itself goes with the last.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from slipway.errors import DeployError


@dataclass(frozen=True)
class Mark:
    """What an object carries, or what a resource of ours wants it to carry."""

    stack: str  # "project/stack", for people: a renamed stack leaves the old name there
    lineage: str = ""  # 8 hex digits; empty on what was let go of, or made before there were any
    holders: tuple[str, ...] = ()  # 8 hex digits each, the newest first

    def __str__(self) -> str:
        ids = ".".join((self.lineage, *self.holders))
        return f"{self.stack}@{ids}" if ids else self.stack

    @classmethod
    def parse(cls, text: str) -> "Mark":
        """The mark that a text is; whatever somebody else wrote there is a stack's name."""
        stack, _, ids = text.partition("@")
        lineage, *holders = ids.split(".")
        return cls(stack, lineage, tuple(filter(None, holders)))

    @classmethod
    def found(cls, text: str | None) -> "Mark | None":
        """The mark of an object on which it may be missing."""
        return cls.parse(text) if text else None

    def holds(self, live: "Mark | None") -> bool:
        """Whether an object with the mark `live` is this resource's."""
        if live is None or live.lineage != self.lineage:
            return False
        return set(self.holders) <= set(live.holders) if self.lineage else live == self

    def may_take(self, live: "Mark | None") -> bool:
        """Whether an object with the mark `live` may become this resource's without a word.

        It may if it is of the same state: made by a run that died, or held under another name. And
        if a stack of this name has let go of it.
        """
        if live is None:
            return False
        return live.lineage == self.lineage if live.lineage else live.stack == self.stack

    def beside(self, live: "Mark | None", before: "Mark | None" = None) -> "Mark":
        """What the object is to carry: this holder, and the others of the same state.

        Args:
            live: what it carries now.
            before: what this resource held it by until now.
        """
        if live is None or live.lineage != self.lineage:
            return self
        own = {*self.holders, *(before.holders if before else ())}
        return replace(self, holders=(*self.holders, *(h for h in live.holders if h not in own)))

    def without(self, live: "Mark") -> "Mark | None":
        """What the object carries once this resource has let go; None if nobody holds it then."""
        left = tuple(holder for holder in live.holders if holder not in self.holders)
        return replace(live, holders=left) if left else None

    @property
    def released(self) -> "Mark":
        """What an object that is kept carries afterwards: the same stack may take it again."""
        return Mark(self.stack)


def own_mark(props: Mapping[str, Any]) -> Mark:
    """The mark that a resource's inputs or state say; a state from before marks says the stack."""
    return Mark.parse(str(props.get("mark") or props.get("stack") or ""))


def mark_changed(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Whether the object carries, or is to carry, another mark; a renamed stack's is the same."""
    if not isinstance(news.get("mark"), str):
        return True  # not known yet, in a preview
    return not own_mark(news).holds(Mark.parse(str(olds.get("mark") or "")))


def mark_seen(props: Mapping[str, Any], live: Mark | None) -> str:
    """What a refresh writes into the state: the mark it held while that is still there.

    Otherwise words for people, and never another's mark: what the state says is whose objects the
    resource may delete.
    """
    if own_mark(props).holds(live):
        return str(props.get("mark") or props.get("stack") or "")
    return f"(held by {live.stack})" if live else ""


def check_may_take(
    what: str, props: Mapping[str, Any], live: Mark | None, *, untouched: bool = False
) -> None:
    """Refuses to take over what is another's.

    Args:
        what: the object, for the text.
        props: inputs, with `mark` and `adopt`.
        live: the mark it carries, None without one.
        untouched: it is as the platform made it and as it is declared, and carries no mark.

    Raises:
        DeployError: it belongs to somebody or something else; nothing was changed.
    """
    own = own_mark(props)
    if props.get("adopt") or own.may_take(live) or (live is None and untouched):
        return
    raise DeployError(
        f"{what}: it exists already and {_whose(own, live)}. Set adopt to take it over, or choose "
        "another name."
    )


def check_still_ours(what: str, props: Mapping[str, Any], live: Mark | None) -> None:
    """Refuses to change what another has taken over since; a mark that is gone is put back.

    Raises:
        DeployError: it carries another's mark; nothing was changed.
    """
    own = own_mark(props)
    if live is None or props.get("adopt") or own.may_take(live):
        return
    raise DeployError(
        f"{what}: it was taken over meanwhile and {_whose(own, live)}. Nothing was changed. Set "
        "adopt to take it back, or take it out of this program: `pulumi up` then leaves it alone."
    )


def _whose(own: Mark, live: Mark | None) -> str:
    if live is None:
        return "was not made by this stack"
    if live.stack == own.stack:
        # Another backend, another checkout, or this stack before it was destroyed.
        return f"belongs to another stack that is named {live.stack} (its state is not this one)"
    return f"belongs to stack {live.stack}"
