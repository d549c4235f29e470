"""The rules of a ruleset: one object in a program, a list of types with parameters in the API."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_FLAGS = ("creation", "deletion", "requiredLinearHistory", "requiredSignatures", "nonFastForward")
_UPDATE, _FETCH = "update", "updateAllowsFetchAndMerge"  # a rule, and its parameter beside it
_PATTERNS = (
    "branchNamePattern",
    "tagNamePattern",
    "commitMessagePattern",
    "commitAuthorEmailPattern",
    "committerEmailPattern",
)
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "pullRequest": {
        "dismissStaleReviewsOnPush": False,
        "requireCodeOwnerReview": False,
        "requireLastPushApproval": False,
        "requiredApprovingReviewCount": 0,
        "requiredReviewThreadResolution": False,
    },
    "requiredStatusChecks": {
        "strictRequiredStatusChecksPolicy": False,
        "doNotEnforceOnCreate": False,
    },
    "requiredDeployments": {},
    "mergeQueue": {
        "checkResponseTimeoutMinutes": 60,
        "groupingStrategy": "ALLGREEN",
        "maxEntriesToBuild": 5,
        "maxEntriesToMerge": 5,
        "mergeMethod": "MERGE",
        "minEntriesToMerge": 1,
        "minEntriesToMergeWaitMinutes": 5,
    },
    **{name: {"negate": False} for name in _PATTERNS},
}
SERVED = {*_FLAGS, _UPDATE, _FETCH, *_DEFAULTS}
_METHODS = ("merge", "rebase", "squash")  # which GitHub fills in where none is named
_OTHER_NAMES = {"requiredChecks": "required_status_checks"}  # API words that are no mere snake case
_OTHER_KEYS = {word: key for key, word in _OTHER_NAMES.items()}


def normalised(rules: Mapping[str, Any]) -> dict[str, Any]:
    """The rules as they are compared: defaults filled in, rules that are off left out."""
    return {name: _normalised(name, value) for name, value in rules.items() if value is not False}


def to_api(rules: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The API's list; rules that are off are not in it."""
    return list(_listed(rules))


def from_api(listed: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A program's object, of the rules that `SERVED` names."""
    rules: dict[str, Any] = {}
    for rule in listed:
        name, parameters = _camel(rule["type"]), rule.get("parameters") or {}
        if name in _FLAGS:
            rules[name] = True
        elif name == _UPDATE:
            rules[name] = True
            if parameters.get("update_allows_fetch_and_merge"):
                rules[_FETCH] = True
        elif name in _DEFAULTS:
            block = _renamed(parameters, _key_of)
            if name == "pullRequest" and not block.get("requiredReviewers"):
                block.pop("requiredReviewers", None)
            rules[name] = block
    return rules


def _normalised(name: str, value: Any) -> Any:  # noqa: ANN401 - a flag or a block
    if name not in _DEFAULTS:
        return value
    block = {**_DEFAULTS[name], **value}
    methods = block.get("allowedMergeMethods")
    if methods is not None:
        block["allowedMergeMethods"] = sorted(methods)
    if sorted(methods or _METHODS) == list(_METHODS):
        block.pop("allowedMergeMethods", None)
    if not block.get("requiredReviewers"):
        block.pop("requiredReviewers", None)
    if "requiredChecks" in block:
        checks = ({"integrationId": 0, **check} for check in block["requiredChecks"])
        block["requiredChecks"] = sorted(
            checks, key=lambda check: (check["context"], check["integrationId"])
        )
    return block


def _listed(rules: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in rules.items():
        if name == _FETCH or value is False:
            continue
        rule: dict[str, Any] = {"type": _snake(name)}
        if name == _UPDATE:
            fetch = bool(rules.get(_FETCH))
            rule["parameters"] = {"update_allows_fetch_and_merge": fetch}
        elif name in _DEFAULTS:
            rule["parameters"] = _renamed({**_DEFAULTS[name], **value}, _word_for)
        yield rule


def _renamed(value: Any, rename: Any) -> Any:  # noqa: ANN401 - JSON, and one of the two below
    if isinstance(value, Mapping):
        pairs = ((rename(key), _renamed(item, rename)) for key, item in value.items())
        return {key: item for key, item in pairs if item is not None}
    if isinstance(value, (list, tuple)):
        return [_renamed(item, rename) for item in value]
    return value


def _word_for(key: str) -> str:
    return _OTHER_NAMES.get(key) or _snake(key)


def _key_of(word: str) -> str:
    return _OTHER_KEYS.get(word) or _camel(word)


def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda match: f"_{match[0].lower()}", name)


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)
