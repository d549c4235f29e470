"""Checks every request and answer against the derived description of Render's API."""

import json
from pathlib import Path

import httpx

from tests.sandbox import description


def description_file() -> Path | None:
    """Where the description lies beside the checkout, or None."""
    return description.description_file("render-openapi.json")


class Contract:
    """Validates exchanges; `seen` are the operations that were."""

    def __init__(self, file: Path) -> None:
        self._described = description.described(file)
        self._document = self._described.document
        self.seen: set[tuple[str, str, int]] = set()

    def check(self, response: httpx.Response) -> None:
        """One exchange; whatever the sandbox does not imitate (501) is no part of the contract."""
        request = response.request
        path = request.url.path.removeprefix("/v1")
        if response.status_code == 501 or not request.url.path.startswith("/v1"):
            return
        template = self._described.template(path)
        if template is None or request.method.lower() not in self._document["paths"][template]:
            # What Render has not: an address of nothing, or a method no address knows.
            expected = 404 if template is None else 405
            assert response.status_code == expected, f"{request.method} {path} is not Render's"
            return
        operation = self._document["paths"][template][request.method.lower()]
        if response.status_code < 400 and request.content:
            body = operation["requestBody"]["content"]["application/json"]["schema"]
            self._described.validate(body, json.loads(request.content), f"request of {template}")
        declared = operation["responses"].get(str(response.status_code))
        if declared is None and response.status_code in {400, 404}:
            # Not declared everywhere, and answered everywhere.
            error = {"$ref": "#/components/schemas/Error"}
            self._described.validate(error, response.json(), f"error of {template}")
            return
        assert declared is not None, f"{request.method} {template}: {response.status_code}"
        self.seen.add((request.method, template, response.status_code))
        content = declared.get("content", {}).get("application/json")
        if content is None:
            assert not response.content, f"{request.method} {template} answers a body"
            return
        if response.status_code != 202:
            self._described.validate(content["schema"], response.json(), f"answer of {template}")
