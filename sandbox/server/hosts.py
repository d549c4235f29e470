"""Under which names a sandbox answers: its own, so that no web page reaches it by one of its own.

A page's name may be made to lead to this machine after the browser has loaded the page (DNS
rebinding); its scripts could then read what the sandbox tells callers without a token.
"""

import ipaddress

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.http.asked_host import asked_under

_LOCAL = "localhost"  # and what ends in it, which every resolver keeps on this machine
_MISDIRECTED = 421


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
        if scope["type"] == "http" and not self._knows(Headers(scope=scope).get("host", "")):
            refusal = PlainTextResponse(
                "The sandbox does not answer under this name; use its address, or a name below "
                f"{_LOCAL}.",
                _MISDIRECTED,
            )
            await refusal(scope, receive, send)
            return
        if scope["type"] == "http" and _name(Headers(scope=scope).get("host", "")) == self._inside:
            with asked_under(self._inside):
                await self._app(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _knows(self, host: str) -> bool:
        name = _name(host)
        if name is None:
            return False
        return name in {_LOCAL, self._inside} or name.endswith(f".{_LOCAL}") or _is_address(name)


def _name(host: str) -> str | None:
    """A Host header without its port; None if that is no port."""
    name, port = host.lower(), ""
    if ":" in host and not name.endswith("]"):
        name, _, port = name.rpartition(":")
    if port and not port.isdecimal():
        return None
    return name.strip("[]").rstrip(".")


def _is_address(name: str) -> bool:
    """Whether this is an IP address: nobody can make one lead elsewhere."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
