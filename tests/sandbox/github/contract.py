"""Checks every request and answer against the published description of GitHub's API."""

import json
import re
from pathlib import Path
from typing import Any

import httpx

from tests.sandbox import description

_JSON = "application/json"
_ERRORS = {400, 401, 403, 404, 409, 422}  # answered everywhere, declared here and there


def description_file() -> Path | None:
    """Where the description lies beside the checkout, or None."""
    return description.description_file("github-openapi.json")


class Contract:
    """Validates exchanges; `seen` are the operations that were, others are none of the file's."""

    def __init__(self, file: Path) -> None:
        self._described = description.described(file, _modern)
        self._document = self._described.document
        self.seen: set[tuple[str, str, int]] = set()

    def check(self, response: httpx.Response) -> None:
        """One exchange."""
        request = response.request
        raw = request.url.raw_path.decode().partition("?")[0].removeprefix("/api/v3")
        # The official provider's form of the same addresses, which the description lost.
        path = re.sub(r"^/repositories/\d+/", "/repos/o/r/", raw)
        status = response.status_code
        if status in _ERRORS:
            self._error(response)
        template = self._described.template(path)
        operation = self._document["paths"].get(template, {}).get(request.method.lower())
        if status == 304 or status >= 500 or operation is None:
            return
        if status < 400 and request.content:
            body = operation["requestBody"]["content"][_JSON]["schema"]
            self._described.validate(body, self._sent(request, template), f"request of {template}")
        declared = self._resolved(operation["responses"].get(str(status)))
        assert declared is not None or status in _ERRORS, f"{request.method} {template}: {status}"
        self.seen.add((request.method, template, status))
        content = (declared or {}).get("content", {}).get(_JSON)
        if status < 400 and content is None:
            assert not response.content, f"{request.method} {template} answers a body"
        elif status < 400 and "raw" not in request.headers.get("accept", ""):
            self._described.validate(content["schema"], response.json(), f"answer of {template}")

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
