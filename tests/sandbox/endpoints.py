"""Every address that the sandbox serves, and how we know that the platform serves it like that.

`python -m tests.sandbox.endpoints` writes the table that docs/endpoints.md holds.
"""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.routing import BaseRoute, Match, Route

from tests.sandbox.endpoint_evidence import HUB, RENDER
from tests.sandbox.render.sdk_operations import operations
from tests.sandbox.served_routes import hub_routes, render_routes

PAGE = Path(__file__).parents[2] / "docs" / "endpoints.md"
_ANSWERED_BY_STARLETTE = {"HEAD"}  # wherever GET is


@dataclass(frozen=True)
class Endpoint:
    """One method of one address."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Platform:
    """What a platform serves, and the evidence by `METHOD /path`."""

    name: str
    served: list[Endpoint]
    evidence: Mapping[str, str]

    def without_evidence(self) -> list[str]:
        return [str(each) for each in self.served if str(each) not in self.evidence]

    def without_address(self) -> list[str]:
        return sorted(set(self.evidence) - {str(each) for each in self.served})


def platforms() -> list[Platform]:
    """Those that are compared."""
    with tempfile.TemporaryDirectory() as folder:
        hub, render = hub_routes(Path(folder) / "hub"), render_routes(Path(folder) / "render")
    by_sdk = _by_sdk(render)
    return [
        Platform("Hugging Face Hub", _served(hub), HUB),
        Platform("Render", _served(render), {**by_sdk, **RENDER}),
    ]


def _served(routes: Iterable[BaseRoute]) -> list[Endpoint]:
    """All but the last route, which answers 501 for whatever has none."""
    *own, last = (each for each in routes if isinstance(each, Route))
    assert last.path == "/{path:path}"
    return [
        Endpoint(method, each.path)
        for each in own
        for method in sorted((each.methods or set()) - _ANSWERED_BY_STARLETTE)
    ]


def _by_sdk(routes: Iterable[BaseRoute]) -> dict[str, str]:
    """Addresses that an operation of Render's own SDK asks for."""
    found: dict[str, str] = {}
    own = [each for each in routes if isinstance(each, Route)][:-1]
    for operation in operations():
        method, path = operation.request.split()
        scope = {"type": "http", "method": method, "path": f"/v1{path}"}
        for route in own:
            if route.matches(scope)[0] is Match.FULL:
                known = f"SDK `{operation.group}.{operation.name}`"
                found.setdefault(f"{method} {route.path}", known)
    return found


def page(compared: Iterable[Platform]) -> str:
    """The page of the documentation."""
    lines = [
        "# What the sandbox serves, and the evidence",
        "",
        "What is not listed answers 501 and says so. Written by",
        "`python -m tests.sandbox.endpoints`; a test holds it up to date, and that no address is",
        "without evidence. *SDK* is Render's own package `render`, whose operations",
        "[are all called](render-sdk.md); *client* is `huggingface_hub`.",
    ]
    for platform in compared:
        lines += ["", f"## {platform.name}", "", "| method | address | evidence |"]
        lines.append("| --- | --- | --- |")
        for each in platform.served:
            evidence = platform.evidence.get(str(each), "")
            lines.append(f"| {each.method} | `{each.path}` | {evidence} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(platforms()), encoding="utf-8")
