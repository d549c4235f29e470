"""A proxy for commands and jobs on this machine: the platforms' hosts it turns to the sandbox.

It listens on loopback. Whatever else is asked for it passes on as it is, through the proxy of whose
environment the sandbox was started in, if there was one.
"""

import asyncio
import base64
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from sandbox.server.public.lookups import Lookups
from sandbox.server.public.names import is_of_a_platform
from sandbox.server.public.streams import closed, pass_on

_HEAD_SECONDS = 30.0
_CONNECT_SECONDS = 60.0
_HTTPS_PORT, _HTTP_PORT = 443, 80
_LEFT_OUT = ("proxy-connection:", "proxy-authorization:", "connection:", "keep-alive:")


class _RefusedError(Exception):
    """What a client is told, with a status line of HTTP."""

    def __init__(self, status: str, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class _Asked:
    """What a client wants of a proxy."""

    method: str
    host: str
    port: int
    head: Sequence[str]  # its lines

    @property
    def tunnel(self) -> bool:
        """Whether it only wants to be connected."""
        return self.method == "CONNECT"


class PublicProxy:
    """Answers connections; `serve` belongs to an event loop.

    Args:
        https: port on loopback where the platforms' names are answered over TLS.
        http: the same without.
    """

    def __init__(self, https: int, http: int) -> None:
        self._own = {_HTTPS_PORT: https, _HTTP_PORT: http}
        self._lookups = Lookups()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection to its end."""
        try:
            asked = await _asked(reader)
            there_reader, there = await self._connected(asked, writer)
        except _RefusedError as refusal:
            text = f"{refusal}\n".encode()
            head = f"HTTP/1.1 {refusal.status}\r\nContent-Type: text/plain\r\n"
            head += f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + text)
            await closed(writer)
            return
        except (OSError, EOFError, ValueError, TimeoutError):
            await closed(writer)
            return
        await asyncio.gather(pass_on(reader, there), pass_on(there_reader, writer))
        await closed(there)
        await closed(writer)

    async def _connected(
        self, asked: _Asked, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to who answers, which was told what is wanted of it."""
        own = is_of_a_platform(asked.host)
        if own and asked.port not in self._own:
            raise _RefusedError(
                "403 Forbidden",
                f"{asked.host}:{asked.port} is of a real platform; the sandbox answers for it on"
                " ports 443 and 80 (docs/hosts.md).",
            )
        upstream = None if own else _upstream(asked)
        if own:
            reader, there = await self._open("127.0.0.1", self._own[asked.port])
        elif upstream is not None:
            proxy = upstream.hostname or ""
            reader, there = await self._open(proxy, upstream.port or _HTTP_PORT)
        else:
            reader, there = await self._open(asked.host, asked.port)
        if upstream is not None:
            there.write(_as_proxied(asked, upstream.username, upstream.password))
        elif asked.tunnel:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            there.write(_as_asked_directly(asked))
        return reader, there

    async def _open(
        self, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        failed: Exception | None = None
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                for address in await self._lookups.addresses(host):
                    try:
                        return await asyncio.open_connection(address, port)
                    except OSError as error:
                        failed = error
        except (OSError, TimeoutError) as error:
            failed = error
        raise _RefusedError("502 Bad Gateway", f"{host}:{port} can't be reached: {failed}")


async def _asked(reader: asyncio.StreamReader) -> _Asked:
    async with asyncio.timeout(_HEAD_SECONDS):
        try:
            text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.LimitOverrunError:
            raise _RefusedError(
                "431 Request Header Fields Too Large", "The head of this request is too long."
            ) from None
    lines = text[:-4].split("\r\n")
    method, _, rest = lines[0].partition(" ")
    target = rest.partition(" ")[0]
    parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
    if not parts.hostname or (method != "CONNECT" and parts.scheme != "http"):
        raise _RefusedError(
            "400 Bad Request", "This is a proxy of Slipway's sandbox; it has no pages."
        )
    port = parts.port or (_HTTPS_PORT if method == "CONNECT" else _HTTP_PORT)
    return _Asked(method, parts.hostname, port, lines)


def _upstream(asked: _Asked) -> SplitResult | None:
    """The proxy that this process's environment names for a host, if it names one."""
    if urllib.request.proxy_bypass(asked.host):
        return None
    found = urllib.request.getproxies_environment().get("https" if asked.tunnel else "http")
    return urlsplit(found if "://" in found else f"http://{found}") if found else None


def _as_proxied(asked: _Asked, user: str | None, password: str | None) -> bytes:
    """The request for another proxy."""
    lines = [line for line in asked.head if not line.lower().startswith("proxy-authorization:")]
    if user is not None:
        said = f"{unquote(user)}:{unquote(password or '')}".encode()
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(said).decode()}")
    return "\r\n".join((*lines, "", "")).encode("latin-1")


def _as_asked_directly(asked: _Asked) -> bytes:
    """The request as its own host takes it; another one comes over a connection of its own."""
    method, target, version = asked.head[0].split(" ", 2)
    parts = urlsplit(target)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [line for line in asked.head[1:] if not line.lower().startswith(_LEFT_OUT)]
    return "\r\n".join((f"{method} {path} {version}", *lines, "Connection: close", "", "")).encode(
        "latin-1"
    )
