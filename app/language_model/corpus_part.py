"""The form in which the templates of one topic are written down."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict


class Part(TypedDict):
    """The raw material of one topic, see `corpus.Topic`."""

    documents: Sequence[str]
    records: NotRequired[Sequence[Mapping[str, str]]]
    slots: Mapping[str, Sequence[str]]
    weight: int
