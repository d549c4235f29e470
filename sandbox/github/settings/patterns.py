"""Patterns of branch and tag names, as rulesets and environments have them."""

import re
from collections.abc import Sequence

_PARTS = re.compile(r"(\*\*/|\*\*|\*|\?|\[[^\]]+\])")


def matches(name: str, pattern: str) -> bool:
    """Whether a name fits: `*` stays between slashes, `**/` stands for any folders."""
    translated = "".join(_translated(part) for part in _PARTS.split(pattern))
    return re.fullmatch(translated, name) is not None


def _translated(part: str) -> str:
    fixed = {"**/": "(?:.*/)?", "**": "[^/]*", "*": "[^/]*", "?": "[^/]"}
    if part in fixed:
        return fixed[part]
    if part.startswith("[") and part.endswith("]"):
        return part.replace("[!", "[^")
    return re.escape(part)


def concerns(ref: str, include: Sequence[str], exclude: Sequence[str], default_branch: str) -> bool:
    """Whether a ruleset's condition meets a full reference."""

    def meets(pattern: str) -> bool:
        if pattern == "~ALL":
            return True
        if pattern == "~DEFAULT_BRANCH":
            return ref == f"refs/heads/{default_branch}"
        return matches(ref, pattern)

    return any(map(meets, include)) and not any(map(meets, exclude))
