"""Checks every request and answer against the derived description of Render's API."""

import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_ROOT = "urn:render"
_PLACE = Path("shared/specs/render-openapi.json")


def description_file() -> Path | None:
    """Where the description lies beside the checkout, or None."""
    for folder in Path(__file__).resolve().parents:
        if (folder / _PLACE).exists():
            return folder / _PLACE
    return None


class Contract:
    """Validates exchanges; `seen` are the operations that were."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.seen: set[tuple[str, str, int]] = set()

    @cached_property
    def _document(self) -> dict[str, Any]:
        return json.loads(self._file.read_text(encoding="utf-8"))

    @cached_property
    def _registry(self) -> Registry:
        resource = Resource(contents=self._document, specification=DRAFT202012)
        return Registry().with_resource(_ROOT, resource)

    def check(self, response: httpx.Response) -> None:
        """One exchange; whatever the sandbox does not imitate (501) is no part of the contract."""
        request = response.request
        path = request.url.path.removeprefix("/v1")
        if response.status_code == 501 or not request.url.path.startswith("/v1"):
            return
        template = self._template(path)
        if template is None or request.method.lower() not in self._document["paths"][template]:
            # What Render has not: an address of nothing, or a method no address knows.
            expected = 404 if template is None else 405
            assert response.status_code == expected, f"{request.method} {path} is not Render's"
            return
        operation = self._document["paths"][template][request.method.lower()]
        if response.status_code < 400 and request.content:
            body = operation["requestBody"]["content"]["application/json"]["schema"]
            self._validate(body, json.loads(request.content), f"request of {template}")
        declared = operation["responses"].get(str(response.status_code))
        if declared is None and response.status_code in {400, 404}:
            # Not declared everywhere, and answered everywhere.
            error = {"$ref": "#/components/schemas/Error"}
            self._validate(error, response.json(), f"error of {template}")
            return
        assert declared is not None, f"{request.method} {template}: {response.status_code}"
        self.seen.add((request.method, template, response.status_code))
        content = declared.get("content", {}).get("application/json")
        if content is None:
            assert not response.content, f"{request.method} {template} answers a body"
            return
        if response.status_code != 202:
            self._validate(content["schema"], response.json(), f"answer of {template}")

    def _template(self, path: str) -> str | None:
        for template in sorted(self._document["paths"], key=lambda each: each.count("{")):
            pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
            if re.fullmatch(pattern, path):
                return template
        return None

    def _validate(self, schema: dict[str, Any], value: object, what: str) -> None:
        absolute = json.loads(json.dumps(schema).replace('"#/', f'"{_ROOT}#/'))
        validator = Draft202012Validator(absolute, registry=self._registry)
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
        assert not errors, f"{what}: {errors}"
