"""Reads YAML as GitHub reads workflow files."""

import re
from collections.abc import Sequence
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from sandbox.store.yaml_input import BoundedLoader


class YamlError(Exception):
    """The text is no YAML; the message says where."""


class _Loader(BoundedLoader):
    """YAML 1.2's plain values: PyYAML alone reads the key `on` as true, and 12:30 as 750."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - the base class has it so


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    ("merge", r"<<", ["<"]),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _first
    )


def _integer(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    text = node.value
    return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)  # 010 is ten


def _decimal(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    text = node.value.lower()
    special = text.lstrip("+-").startswith((".inf", ".nan"))
    return float(text.replace(".inf", "inf").replace(".nan", "nan") if special else text)


_Loader.add_constructor("tag:yaml.org,2002:int", _integer)
_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)


def parse_yaml(content: bytes) -> Any:  # noqa: ANN401 - any value
    """The value that a file holds.

    Raises:
        YamlError: it is no UTF-8 or no YAML, with the line and the column.
    """
    try:
        return yaml.load(content.decode("utf-8-sig"), _Loader)  # noqa: S506 - derived from SafeLoader
    except UnicodeDecodeError:
        raise YamlError("The file is not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"(Line: {mark.line + 1}, Col: {mark.column + 1}): " if mark else ""
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise YamlError(f"{where}You have an error in your yaml syntax: {said}") from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise YamlError(f"You have an error in your yaml syntax: {error}") from None


def place_in(content: bytes, path: Sequence[str | int]) -> str:
    """Where a value stands in a file, as GitHub writes it: `(Line: 7, Col: 11)`.

    Args:
        content: of a file that `parse_yaml` reads.
        path: keys and indexes from the top; where it leads nowhere, what is above counts.
    """
    node = yaml.compose(content.decode("utf-8-sig"), _Loader)
    for step in path:
        below = _below(node, step)
        if below is None:
            break
        node = below
    mark = None if node is None else node.start_mark
    return f"(Line: {mark.line + 1}, Col: {mark.column + 1})" if mark else "(Line: 1, Col: 1)"


def _below(node: Node | None, step: str | int) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        found: Node = node.value[step]
        return found
    return None
