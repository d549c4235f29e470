"""A synthetic English corpus, expanded from our own templates by a seeded grammar.

Every sentence was written for this project and expanded by a seeded random choice; nothing is
copied from a book, a site or another model. The two subjects are deploying small web
applications and cooking from what is in a fridge.
"""

import hashlib
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from . import corpus_deployment, corpus_kitchen

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_SENTENCE_START = re.compile(r"(^|[.?!]\s+|\n|\b[QA]: )([a-z])")
_SPACES = re.compile(r" +(?=[ .,]|$)")  # left behind where a choice was empty
HELD_OUT_EVERY = 16  # one document in sixteen is never trained on


@dataclass(frozen=True)
class Topic:
    """One subject: documents whose blanks are filled consistently from one record.

    A template may hold `{slot}` (one value for the whole document) and `[one|other]` (a fresh
    choice each time); choices nest.
    """

    documents: Sequence[str]
    records: Sequence[Mapping[str, str]] = ({},)
    slots: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    weight: int = 1  # how often it is drawn, compared with the other topics

    def write(self, draw: random.Random) -> str:
        """Expands one document."""
        values = {name: draw.choice(options) for name, options in self.slots.items()}
        values |= draw.choice(self.records)
        return _expand(draw.choice(self.documents), values, draw)


def _expand(template: str, values: Mapping[str, str], draw: random.Random) -> str:
    """Replaces slots, then the innermost choices first, until nothing is left to choose."""
    while _SLOT.search(template):
        template = _SLOT.sub(lambda slot: values[slot.group(1)], template)
    while _CHOICE.search(template):
        template = _CHOICE.sub(lambda choice: draw.choice(choice.group(1).split("|")), template)
    template = _SPACES.sub("", template)
    return _SENTENCE_START.sub(lambda start: start[1] + start[2].upper(), template)


def topics() -> list[Topic]:
    """Both subjects, in a fixed order."""
    return [
        Topic(part["documents"], part.get("records", ({},)), part["slots"], part["weight"])
        for part in (*corpus_deployment.PARTS, *corpus_kitchen.PARTS)
    ]


def documents(seed: int, characters: int) -> list[str]:
    """Distinct documents, about `characters` in total; the same arguments give the same list."""
    draw = random.Random(seed)  # noqa: S311 - reproducible text, not a secret
    every = topics()
    weights = [topic.weight for topic in every]
    seen: dict[str, None] = {}  # an ordered set
    total = 0
    while total < characters:
        text = draw.choices(every, weights)[0].write(draw)
        if text not in seen:
            seen[text] = None
            total += len(text)
    return list(seen)


def split(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Training and held-out documents; the held-out ones are spread evenly."""
    train = [text for i, text in enumerate(texts) if i % HELD_OUT_EVERY]
    return train, list(texts[::HELD_OUT_EVERY])


def sha256(texts: Sequence[str]) -> str:
    """Identifies a corpus; documents are joined by a character that no template contains."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
