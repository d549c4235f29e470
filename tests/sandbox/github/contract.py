"""Checks every request and answer against the published description of GitHub's API."""

import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_ROOT = "urn:github"
_PLACE = Path("shared/specs/github-openapi.json")
_JSON = "application/json"
_ERRORS = {400, 401, 403, 404, 409, 422}  # answered everywhere, declared here and there


def description_file() -> Path | None:
    """Where the description lies beside the checkout, or None."""
    for folder in Path(__file__).resolve().parents:
        if (folder / _PLACE).exists():
            return folder / _PLACE
    return None


class Contract:
    """Validates exchanges; `seen` are the operations that were, others are none of the file's."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.seen: set[tuple[str, str, int]] = set()

    @cached_property
    def _document(self) -> dict[str, Any]:
        return _modern(json.loads(self._file.read_text(encoding="utf-8")))

    @cached_property
    def _registry(self) -> Registry:
        resource = Resource(contents=self._document, specification=DRAFT202012)
        return Registry().with_resource(_ROOT, resource)

    def check(self, response: httpx.Response) -> None:
        """One exchange."""
        request = response.request
        raw = request.url.raw_path.decode().partition("?")[0].removeprefix("/api/v3")
        # The official provider's form of the same addresses, which the description lost.
        path = re.sub(r"^/repositories/\d+/", "/repos/o/r/", raw)
        status = response.status_code
        if status in _ERRORS:
            self._error(response)
        template = self._template(path)
        operation = self._document["paths"].get(template, {}).get(request.method.lower())
        if status == 304 or status >= 500 or operation is None:
            return
        if status < 400 and request.content:
            body = operation["requestBody"]["content"][_JSON]["schema"]
            self._validate(body, self._sent(request, template), f"request of {template}")
        declared = self._resolved(operation["responses"].get(str(status)))
        assert declared is not None or status in _ERRORS, f"{request.method} {template}: {status}"
        self.seen.add((request.method, template, status))
        content = (declared or {}).get("content", {}).get(_JSON)
        if status < 400 and content is None:
            assert not response.content, f"{request.method} {template} answers a body"
        elif status < 400 and "raw" not in request.headers.get("accept", ""):
            self._validate(content["schema"], response.json(), f"answer of {template}")

    @staticmethod
    def _sent(request: httpx.Request, template: str) -> Any:
        body = json.loads(request.content)
        if template.endswith("/environments/{environment_name}"):
            body.pop("can_admins_bypass", None)  # of the official provider, in no description
        return body

    @staticmethod
    def _error(response: httpx.Response) -> None:
        if response.headers["content-type"].startswith(_JSON):
            body = response.json()
            assert body["message"]
            assert body["documentation_url"].startswith("https://")
            assert body["status"] == str(response.status_code)

    def _resolved(self, declared: dict[str, Any] | None) -> dict[str, Any] | None:
        if declared is not None and "$ref" in declared:
            return self._document["components"]["responses"][declared["$ref"].rpartition("/")[2]]
        return declared

    def _template(self, path: str) -> str | None:
        for template in sorted(self._document["paths"], key=lambda each: each.count("{")):
            pattern = re.sub(r"\{[^}]+\}", "[^/]+", template.replace("{path}", "{path}"))
            if template.endswith("/contents/{path}"):
                pattern = pattern.removesuffix("[^/]+") + ".+"
            if re.fullmatch(pattern, path):
                return template
        return None

    def _validate(self, schema: dict[str, Any], value: object, what: str) -> None:
        absolute = json.loads(json.dumps(schema).replace('"#/', f'"{_ROOT}#/'))
        validator = Draft202012Validator(absolute, registry=self._registry)
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
        assert not errors, f"{what}: {errors}"


def _modern(node: Any) -> Any:
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(node, list):
        return [_modern(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {key: _modern(value) for key, value in node.items() if key != "example"}
    if found.get("nullable") is True:
        del found["nullable"]
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
        if isinstance(found.get("type"), str):
            found["type"] = [found["type"], "null"]
        elif "type" not in found:
            return {"anyOf": [found, {"type": "null"}]}
    return found
