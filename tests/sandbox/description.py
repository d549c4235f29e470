"""A platform's published description, read once per process: which operations it has, and schemas.

Each test has a platform of its own, and reading a description takes longer than most tests do.
"""

import json
import re
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_ROOT = "urn:description"


def description_file(name: str) -> Path | None:
    """Where a description lies beside the checkout, or None."""
    for folder in Path(__file__).resolve().parents:
        if (folder / "shared/specs" / name).exists():
            return folder / "shared/specs" / name
    return None


class Description:
    """What a description says, and its schemas ready to check values."""

    def __init__(self, file: Path, modern: Callable[[Any], Any]) -> None:
        self.document: dict[str, Any] = modern(json.loads(file.read_text(encoding="utf-8")))
        self._validators: dict[str, Draft202012Validator] = {}

    @cached_property
    def _templates(self) -> list[tuple[str, re.Pattern[str]]]:
        """The addresses with what fits them; those that leave least open come first."""
        ordered = sorted(self.document["paths"], key=lambda each: each.count("{"))
        return [(each, re.compile(_pattern(each))) for each in ordered]

    @cached_property
    def _registry(self) -> Registry:
        resource = Resource(contents=self.document, specification=DRAFT202012)
        return Registry().with_resource(_ROOT, resource)

    def template(self, path: str) -> str | None:
        """The address, as the description has it, that a path is one of."""
        return next((each for each, fits in self._templates if fits.fullmatch(path)), None)

    def validate(self, schema: dict[str, Any], value: object, what: str) -> None:
        """Fails with all that a schema has against a value."""
        absolute = json.dumps(schema).replace('"#/', f'"{_ROOT}#/')
        validator = self._validators.get(absolute)
        if validator is None:
            validator = Draft202012Validator(json.loads(absolute), registry=self._registry)
            self._validators[absolute] = validator
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
        assert not errors, f"{what}: {errors}"


@cache
def described(file: Path, modern: Callable[[Any], Any] = lambda document: document) -> Description:
    """The description in a file.

    Args:
        file: where it lies.
        modern: makes JSON Schema of today of what an older one says in words of its own.
    """
    return Description(file, modern)


def _pattern(template: str) -> str:
    """What fits an address; the path of a file in a repository may have slashes."""
    pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
    return (
        f"{pattern.removesuffix('[^/]+')}.+" if template.endswith("/contents/{path}") else pattern
    )
