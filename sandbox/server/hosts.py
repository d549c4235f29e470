"""Under which names a sandbox answers: its own, so that no web page reaches it by one of its own.

A page's name may be made to lead to this machine after the browser has loaded the page (DNS
rebinding); its scripts could then read what the sandbox tells callers without a token.
"""

import socket
from functools import lru_cache

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.http.asked_host import asked_under
from sandbox.http.hosts import is_address, is_own, name_of

_MISDIRECTED, _FORBIDDEN = 421, 403


class KnownHosts:
    """ASGI middleware that refuses requests for names that are not the sandbox's.

    Args:
        app: what is served.
        inside: the name or address under which containers reach this machine.
    """

    def __init__(self, app: ASGIApp, inside: str) -> None:
        self._app = app
        self._inside = inside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if refusal := self._refusal(headers):
            await refusal(scope, receive, send)
        elif name_of(headers.get("host", "")) == self._inside and not self._is_from_here(scope):
            with asked_under(self._inside):
                await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_from_here(self, scope: Scope) -> bool:
        """Whether this machine itself asks, under the address that is the same in containers.

        Where that is a name, as with Docker Desktop, nobody but containers asks under it, and
        they seem to come from this machine.
        """
        client = scope.get("client")
        return client is not None and is_address(self._inside) and _is_of_this_machine(client[0])

    def _refusal(self, headers: Headers) -> Response | None:
        if not is_own(headers.get("host", ""), self._inside):
            return PlainTextResponse(
                "The sandbox does not answer under this name; use its address, or a name below "
                "localhost.",
                _MISDIRECTED,
            )
        origin = headers.get("origin")
        if origin is not None and not is_own(origin.partition("://")[2], self._inside):
            return PlainTextResponse(
                "The sandbox does not answer to scripts of pages that are not its own.", _FORBIDDEN
            )
        return None


@lru_cache(maxsize=256)  # of containers and this machine, which keep theirs
def _is_of_this_machine(address: str) -> bool:
    """Whether an address is one of this machine's own: nothing else can be bound to.

    An engine's rules may give what this machine sends itself any of them.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True
