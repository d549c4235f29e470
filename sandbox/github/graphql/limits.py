"""How much one query may ask: found out before any of it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from sandbox.github.graphql.connections import LARGEST_PAGE
from sandbox.github.http.errors import UnprocessableError

MOST_TOKENS = 20_000  # of a query's text; the largest that `gh` sends has about a thousand
DEEPEST = 25  # selections inside each other; introspection by common clients has 13
MOST_FIELDS = 5_000  # with fragments put in
MOST_NODES = 500_000  # docs.github.com/graphql: node limit, pages inside pages multiplied


class TooMuchError(UnprocessableError):
    """A query is too deep, too wide or would bring too many objects."""


@dataclass(frozen=True)
class _Extent:
    depth: int = 0
    fields: int = 0
    nodes: int = 0


def require_modest(
    document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, object]
) -> None:
    """Raises TooMuchError for an operation beyond the limits; its fragments have no cycles."""
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    extent = _Measure(fragments, variables).of(operation.selection_set)
    if extent.depth > DEEPEST:
        raise TooMuchError(f"Query has depth of {extent.depth}, which exceeds max depth {DEEPEST}.")
    if extent.fields > MOST_FIELDS:
        raise TooMuchError(f"Query selects {extent.fields:,} fields; at most {MOST_FIELDS:,} do.")
    if extent.nodes > MOST_NODES:
        raise TooMuchError(
            f"This query requests up to {extent.nodes:,} possible nodes which exceeds the maximum "
            f"limit of {MOST_NODES:,}."
        )


class _Measure:
    """Measures selections; each fragment once, so that fragments of fragments cost nothing."""

    def __init__(
        self, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, object]
    ) -> None:
        self._fragments = fragments
        self._variables = variables
        self._known: dict[str, _Extent] = {}

    def of(self, selected: SelectionSetNode | None) -> _Extent:
        parts = [self._one(each) for each in (selected.selections if selected else ())]
        return _Extent(
            max((each.depth for each in parts), default=0),
            sum(each.fields for each in parts),
            sum(each.nodes for each in parts),
        )

    def _one(self, selection: object) -> _Extent:
        if isinstance(selection, FragmentSpreadNode):
            name = selection.name.value
            if name not in self._known:
                self._known[name] = self.of(self._fragments[name].selection_set)
            return self._known[name]
        if isinstance(selection, InlineFragmentNode):
            return self.of(selection.selection_set)
        if not isinstance(selection, FieldNode):
            return _Extent()
        inside = self.of(selection.selection_set)
        size = self._page(selection)
        nodes = inside.nodes if size is None else size * (1 + inside.nodes)
        return _Extent(inside.depth + 1, inside.fields + 1, nodes)

    def _page(self, field: FieldNode) -> int | None:
        for argument in field.arguments or ():
            if argument.name.value in ("first", "last"):
                value = argument.value
                if isinstance(value, IntValueNode):
                    return int(value.value)
                if isinstance(value, VariableNode):
                    given = self._variables.get(value.name.value)
                    return given if isinstance(given, int) else LARGEST_PAGE
        return None
