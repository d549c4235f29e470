"""The first request of a connection to a public address, and the answer when nothing serves it."""

import asyncio
import html
from dataclasses import dataclass
from http import HTTPStatus

_HEAD_SECONDS = 30.0


@dataclass(frozen=True)
class Visitor:
    """A request's head: what decides where the connection goes."""

    head: bytes  # as received, the empty line included
    method: str
    authorization: str | None
    browser: bool  # wants HTML
    host: str = ""  # as the header says it
    peer: str = ""  # address from which a connection that speaks no HTTP comes

    def render(self, status: int, title: str, remedy: str, retry_after: int | None) -> bytes:
        """A complete HTTP/1.1 answer that ends the connection."""
        if self.browser:
            kind = "text/html"
            body = (
                '<!doctype html><html lang="en"><head><meta charset="utf-8">'
                f"<title>{html.escape(title)}</title></head>"
                f"<body><h1>{html.escape(title)}</h1><p>{html.escape(remedy)}</p></body></html>\n"
            )
        else:
            kind, body = "text/plain", f"{title}\n{remedy}\n"
        content = body.encode()
        lines = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            f"Content-Type: {kind}; charset=utf-8",
            f"Content-Length: {len(content)}",
            "Cache-Control: no-store",
            "Connection: close",
        ]
        if retry_after is not None:
            lines.append(f"Retry-After: {retry_after}")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode()
        return head if self.method == "HEAD" else head + content


async def read_visitor(reader: asyncio.StreamReader) -> Visitor | None:
    """Reads a request's head; None if the client leaves, takes 30 s, or sends 64 KiB of head."""
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _HEAD_SECONDS)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, OSError):
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Visitor(
        head=head,
        method=first.partition(" ")[0].upper(),
        authorization=headers.get("authorization"),
        host=headers.get("host", ""),
        browser="text/html" in headers.get("accept", ""),
    )
