"""What each stack decides about the rules, read from a file such as `policies/prod.json`.

The file is the one that `--policy-pack-config` takes. A rule that it does not name is as strict as
in prod: a stack without a file of its own is treated as the most valuable one.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from policies.rule import Level, Rule, Settings
from slipway.errors import ConfigError

FOLDER = Path(__file__).parent
LEVEL, EXCEPT = "enforcementLevel", "except"
UNDECIDED, DECLARED = "undecided", "declared"  # policies of the pack that are no rules


def strict(rules: Iterable[Rule]) -> dict[str, Settings]:
    """Every rule as in prod, without exceptions."""
    return {each.name: Settings(level=each.prod, options=each.options) for each in rules}


def load(path: Path, rules: Iterable[Rule]) -> dict[str, Settings]:
    """A stack's settings of every rule.

    Raises:
        ConfigError: no such file, no JSON, or something in it that no rule knows.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise ConfigError(f"{path}: no such file. Settings of rules are one per stack.") from None
    except ValueError as error:
        raise ConfigError(f"{path} is no JSON: {error}.") from None
    return parse(str(path), content, rules)


def of_stack(stack: str, rules: Iterable[Rule]) -> dict[str, Settings]:
    """The settings of a stack of this project; strict ones for a name that has no file."""
    path = FOLDER / f"{stack}.json"
    return load(path, rules) if path.is_file() else strict(rules)


def parse(where: str, content: object, rules: Iterable[Rule]) -> dict[str, Settings]:
    """The settings that a file's content makes.

    Raises:
        ConfigError: names what no rule knows, or what has another form.
    """
    known = {each.name: each for each in rules}
    if not isinstance(content, Mapping):
        raise ConfigError(f"{where}: it must be an object with the names of rules as its keys.")
    if unknown := sorted(set(content) - {*known, "all", UNDECIDED, DECLARED}):
        raise ConfigError(f"{where}: no rule {', '.join(unknown)}. Known are {', '.join(known)}.")
    every = content.get("all")
    default = every if every is not None else Level.ADVISORY
    undecided = _level(f"{where}: {UNDECIDED}", content.get(UNDECIDED, default))
    return {
        name: _rule(f"{where}: {name}", rule, content.get(name, {}), every, undecided)
        for name, rule in known.items()
    }


def _rule(where: str, rule: Rule, given: object, every: object, undecided: Level) -> Settings:
    if isinstance(given, str):  # Pulumi's short form: the level alone
        given = {LEVEL: given}
    if not isinstance(given, Mapping):
        raise ConfigError(f"{where} must be a level or an object.")
    if unknown := sorted(set(given) - {LEVEL, EXCEPT, *rule.options}):
        raise ConfigError(f"{where} knows no {', '.join(unknown)}.")
    level = _level(where, given.get(LEVEL, every if every is not None else rule.prod))
    exceptions = given.get(EXCEPT, {})
    if not isinstance(exceptions, Mapping) or not all(
        isinstance(why, str) and why.strip() for why in exceptions.values()
    ):
        raise ConfigError(f"{where}: {EXCEPT} must say of each thing why it may break the rule.")
    options: dict[str, Any] = {**rule.options, **{k: given[k] for k in rule.options if k in given}}
    return Settings(level=level, exceptions=dict(exceptions), options=options, undecided=undecided)


def _level(where: str, given: object) -> Level:
    try:
        return Level(str(given))
    except ValueError:
        raise ConfigError(f"{where}: level {given!r}; use one of {', '.join(Level)}.") from None
