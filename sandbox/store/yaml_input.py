"""YAML that somebody else wrote, read within limits: few bytes may stand for gigabytes."""

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

_LARGEST = 128 * 1024  # characters; PyYAML reads about 100 000 in a second, holding up everybody
_DEEPEST = 50  # levels
_MOST_NODES = 20_000  # with each alias counted as what it stands for


def read_yaml(text: str) -> object:
    """The one document of a text, as `yaml.safe_load` gives it.

    Raises:
        yaml.YAMLError: it is none, or goes beyond the limits; the message says which.
    """
    try:
        return yaml.load(text, BoundedLoader)  # noqa: S506 - derived from SafeLoader
    except ValueError as error:  # a date that is none, a number of thousands of digits
        raise yaml.YAMLError(str(error)) from None


class BoundedLoader(yaml.SafeLoader):
    """Refuses what is too long, too deep or stands for too much, before values are made of it."""

    def __init__(self, stream: str) -> None:
        if len(stream) > _LARGEST:
            raise yaml.YAMLError(f"longer than {_LARGEST} characters")
        super().__init__(stream)
        self._depth = 0

    def get_single_node(self) -> Node | None:
        """The document's top, whose size with every alias followed is within bounds."""
        node: Node | None = super().get_single_node()
        if node is not None:
            _expanded(node, {}, set())
        return node

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        """Each level is a few calls deep."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise yaml.YAMLError(f"deeper than {_DEEPEST} levels")
        try:
            composed: Node | None = super().compose_node(parent, index)
        finally:
            self._depth -= 1
        return composed


def _expanded(node: Node, known: dict[int, int], above: set[int]) -> int:
    """How many nodes a node is with everything below it."""
    if id(node) in above:
        raise yaml.YAMLError("an alias stands for something that holds it")
    if id(node) not in known:
        above.add(id(node))
        children: list[Node] = []
        if isinstance(node, SequenceNode):
            children = node.value
        elif isinstance(node, MappingNode):
            children = [each for pair in node.value for each in pair]
        known[id(node)] = 1 + sum(_expanded(child, known, above) for child in children)
        above.remove(id(node))
    if known[id(node)] > _MOST_NODES:
        raise yaml.YAMLError(f"more than {_MOST_NODES} values")
    return known[id(node)]
