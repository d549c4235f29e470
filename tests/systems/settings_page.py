"""Every key of a stack: what may stand there, what stands there by itself, and what it means.

`python -m tests.systems.settings_page` writes docs/settings.md. What a key means is what stands
beside its field in the settings class, so that it is said once.
"""

import ast
import inspect
import io
import json
import os
import tokenize
from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from unittest.mock import patch

import yaml

from systems import SYSTEMS
from systems.config import StackConfig, camel
from systems.credentials import ALL
from systems.values import Rule
from tests.components.recorder import record
from tests.systems.conftest import configuration

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "settings.md"
PROJECT = yaml.safe_load((ROOT / "Pulumi.yaml").read_text("utf-8"))["config"]
STACKS = ("dev", "prod")
_LONGEST_RULE = 60
_TYPES = {str: "text", bool: "true or false", int: "whole number"}
_DECLARED = {"string": "text", "boolean": "true or false", "array": "list of text"}


@dataclass(frozen=True)
class Setting:
    """One key."""

    key: str
    kind: str
    default: str  # empty: it has to be given
    meaning: str


def settings(system: str) -> list[Setting]:
    """The keys of a system, in the order of its class."""
    kind = SYSTEMS[system].settings
    types, meanings = get_type_hints(kind, include_extras=True), _meanings(kind)
    return [
        Setting(camel(f.name), _kind(types[f.name]), _default(f), meanings.get(f.name, ""))
        for f in fields(kind)
    ]


def stack_settings() -> list[Setting]:
    """The keys of a stack that are no system's, as Pulumi.yaml declares them."""
    return [
        Setting(
            name,
            _DECLARED[each["type"]],
            json.dumps(each["default"]) if "default" in each else "",
            " ".join(each["description"].split()),
        )
        for name, each in PROJECT.items()
        if each["type"] != "object"
    ]


def _kind(wanted: Any) -> str:
    rules = [each for each in get_args(wanted)[1:] if isinstance(each, Rule)]
    plain = get_args(wanted)[0] if get_origin(wanted) is Annotated else wanted
    if get_origin(plain) is list:
        return f"list of {_kind(get_args(plain)[0])}"
    short = [rule.must_be for rule in rules if len(rule.must_be) <= _LONGEST_RULE]
    return ": ".join([_TYPES[plain], *short])


def _default(field: Field[Any]) -> str:
    if field.default is not MISSING:
        return json.dumps(field.default)
    return "" if field.default_factory is MISSING else json.dumps(field.default_factory())


def _meanings(kind: type[Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in kind.__mro__[:-1]:
        source = inspect.getsource(each)
        tokens = tokenize.generate_tokens(io.StringIO(source).readline)
        comments = {t.start[0]: t.string for t in tokens if t.type == tokenize.COMMENT}
        [body] = ast.parse(source).body
        assert isinstance(body, ast.ClassDef)
        after = [*body.body[1:], None]
        for node, following in zip(body.body, after, strict=True):
            if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
                continue
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            said = [comments[line].strip("# ") for line in lines if line in comments]
            if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                said.append(str(following.value.value).strip())
            found.setdefault(node.target.id, " ".join(said).removesuffix("."))
    return found


def needed(stack: str, system: str) -> list[str]:
    """Variables of the credentials without which a stack refuses to raise a system."""
    found: set[str] = set()

    def plan() -> None:
        parts = SYSTEMS[system].plan_for(StackConfig.load(), system).parts
        found.update(each.variable for part in parts for each in part.needs())

    given = {each.variable: "" for each in ALL}  # one that is given is not drawn
    with patch.dict(os.environ, given):
        record(plan, configuration(stack), stack=stack)
    return [each.variable for each in ALL if each.variable in found]


def page() -> str:
    """The text of docs/settings.md."""
    return "\n".join([*_lines(), ""])


def _lines() -> Iterator[str]:
    yield "# Every setting"
    yield ""
    yield "Written by `python -m tests.systems.settings_page`, from the settings classes and"
    yield "`Pulumi.yaml`."
    yield ""
    yield "| to set | command |"
    yield "|---|---|"
    yield "| a key of the stack | `pulumi config set KEY VALUE` |"
    yield "| a list | `pulumi config set --path 'systems[0]' inference` |"
    yield "| a system's key | `pulumi config set --path slipway:inference.hardware cpu-upgrade` |"
    yield "| a credential | `pulumi config set --secret hfToken` (it asks) |"
    yield ""
    yield "All of them land in `Pulumi.STACK.yaml`, where they may be written by hand as well."
    yield "A key that is not here is refused."
    yield ""
    yield "## Of a stack"
    yield ""
    yield from _table(stack_settings())
    yield ""
    yield "## Credentials"
    yield ""
    yield "The environment wins. An app's own key that nobody gives is drawn."
    yield ""
    yield "| key | variable | what it is |"
    yield "|---|---|---|"
    for each in ALL:
        yield f"| `{each.config_key}` | `{each.variable}` | {_cell(each.purpose)} |"
    yield ""
    yield "Without which ones a stack as its file has it is refused:"
    yield ""
    yield "| system | dev | prod |"
    yield "|---|---|---|"
    for system in PROJECT["systems"]["default"]:
        cells = " | ".join(", ".join(f"`{v}`" for v in needed(s, system)) for s in STACKS)
        yield f"| {system} | {cells} |"
    yield ""
    yield "frigo also needs `SLIPWAY_REGISTRY`, where its images go: no secret. Private ones need"
    yield "`registryUser` and `registryToken`. retraining's workflow deploys once"
    yield "`renderDeployHookKey` is there."
    for system in PROJECT["systems"]["default"]:
        yield from (
            "",
            f"## {system}",
            "",
            f"Under `slipway:{system}`; [the page](systems/{system}.md).",
            "",
        )
        yield from _table(settings(system))


def _table(rows: list[Setting]) -> Iterator[str]:
    yield "| key | type | default | meaning |"
    yield "|---|---|---|---|"
    for each in rows:
        default = f"`{each.default}`" if each.default else "must be given"
        yield f"| `{each.key}` | {_cell(each.kind)} | {default} | {_cell(each.meaning)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
