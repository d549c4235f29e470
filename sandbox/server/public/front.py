"""The platforms under their own names: each request goes to the platform whose name it asks for."""

import json
from collections.abc import Mapping
from contextlib import nullcontext
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.http.asked_host import asked_under
from sandbox.http.hosts import name_of
from sandbox.server.public.names import IMITATED, is_of_a_platform, is_of_an_app

_NOT_FOUND, _MISDIRECTED, _NOT_IMITATED = 404, 421, 501


class PublicFront:
    """ASGI application that answers as the hosts of `names.IMITATED`.

    Args:
        platforms: by name.
        inside: the name or address under which containers reach this machine, for addresses of
            apps in answers to those that ask from there; by the address that they ask.
    """

    def __init__(self, platforms: Mapping[str, ASGIApp], inside: Mapping[str, str]) -> None:
        self._platforms = platforms
        self._inside = inside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            return
        host = name_of(Headers(scope=scope).get("host", "")) or ""
        known = IMITATED.get(host)
        if known is None or known.platform not in self._platforms:
            await _refusal(host)(scope, receive, send)
            return
        raw = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0].decode("latin-1")
        path = known.path(raw)
        if path != raw:
            scope = {**scope, "path": unquote(path), "raw_path": path.encode("latin-1")}
        inside = self._inside.get(scope["server"][0])
        with nullcontext() if inside is None else asked_under(inside):
            await self._platforms[known.platform](scope, receive, send)


def _refusal(host: str) -> Response:
    if not is_of_a_platform(host):
        return PlainTextResponse("The sandbox does not answer under this name.\n", _MISDIRECTED)
    if is_of_an_app(host):
        status = _NOT_FOUND
        said = f"No app of this sandbox has the name {host}. Nothing was sent to the real one"
    else:
        status = _NOT_IMITATED
        said = (
            f"{host} is a host of the real platform, which the sandbox does not imitate. Nothing"
            " was sent there"
        )
    said += " (docs/hosts.md)."
    content = json.dumps({"message": said, "error": said})
    return Response(content, status, media_type="application/json")
