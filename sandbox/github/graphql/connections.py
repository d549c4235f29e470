"""Lists with pages: connections, their edges, and the cursors between which they lie."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from sandbox.github.http.errors import UnprocessableError

Item = TypeVar("Item")
Argument: TypeAlias = Any  # whatever a query gives: the schema has checked it
LARGEST_PAGE = 100  # docs.github.com/graphql: node limit


@dataclass(frozen=True)
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True)
class Edge:
    """An item with its place in the list."""

    cursor: str
    node: object


class Connection(Generic[Item]):
    """A page of a list; its items become objects when they are asked for.

    Args:
        items: the whole list.
        make: an item's object.
        page: the arguments `first`, `last`, `after` and `before`.
    """

    def __init__(
        self, items: Sequence[Item], make: Callable[[Item], object], page: dict[str, Any]
    ) -> None:
        self.items, self._make = items, make
        self._page = page

    @property
    def total_count(self) -> int:
        """How long the whole list is."""
        return len(self.items)

    @property
    def nodes(self) -> list[object]:
        """What is on the page."""
        start, end = self._bounds()
        return [self._make(each) for each in self.items[start:end]]

    @property
    def edges(self) -> list[Edge]:
        """The same with cursors."""
        start, _ = self._bounds()
        return [Edge(_cursor(start + at), each) for at, each in enumerate(self.nodes)]

    @property
    def page_info(self) -> PageInfo:
        """Where the page lies."""
        start, end = self._bounds()
        return PageInfo(
            has_next_page=end < len(self.items),
            has_previous_page=start > 0,
            start_cursor=_cursor(start) if start < end else None,
            end_cursor=_cursor(end - 1) if start < end else None,
        )

    def _bounds(self) -> tuple[int, int]:
        first, last = self._count("first"), self._count("last")
        if first is None and last is None:
            raise UnprocessableError(
                "You must provide a `first` or `last` value to properly paginate the connection."
            )
        start, end = 0, len(self.items)
        if self._page.get("after") is not None:
            start = min(_place(self._page["after"]) + 1, end)
        if self._page.get("before") is not None:
            end = max(start, min(_place(self._page["before"]), end))
        if first is not None:
            end = min(end, start + first)
        if last is not None:
            start = max(start, end - last)
        return start, end

    def _count(self, name: str) -> int | None:
        count = self._page.get(name)
        if count is None:
            return None
        if count < 0:
            raise UnprocessableError(f"`{name}` must be a non-negative integer.")
        if count > LARGEST_PAGE:
            raise UnprocessableError(
                f"Requesting {count} records exceeds the `{name}` limit of {LARGEST_PAGE} records."
            )
        return int(count)


def nothing(page: dict[str, Any]) -> Connection[Any]:
    """A list of what the sandbox has none of."""
    return Connection([], lambda each: each, page)


def _cursor(place: int) -> str:
    return base64.b64encode(f"cursor:{place}".encode()).decode()


def _place(cursor: str) -> int:
    try:
        kind, _, place = base64.b64decode(cursor, validate=True).decode().partition(":")
        if kind == "cursor" and place.isdecimal():
            return int(place)
    except (binascii.Error, ValueError):
        pass
    raise UnprocessableError(f"`{cursor}` does not appear to be a valid cursor.")
