"""A Render in memory for unit tests: it answers a client's calls in the shapes of the real one.

It stands in for the transport, not for the platform: what the platform decides is tested against
the sandbox.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import requests


def answer(status=200, body=None, *, text=None, headers=None):
    """A response; `text` is sent as it is, anything else as JSON."""
    response = requests.Response()
    response.status_code = status
    raw = text if text is not None else ("" if body is None else json.dumps(body))
    response._content = raw.encode()
    kind = "text/plain" if text is not None else "application/json; charset=utf-8"
    response.headers.update({"Content-Type": kind, **(headers or {})})
    return response


@dataclass(frozen=True)
class Sent:
    """A request as it left."""

    method: str
    path: str
    query: dict[str, str]
    body: object
    headers: dict[str, str]

    def __str__(self):
        return f"{self.method} {self.path}"


@dataclass
class Wire(requests.adapters.BaseAdapter):
    """Answers each request by the function it is given, and keeps them all."""

    reply: Callable[[Sent], object]
    sent: list[Sent] = field(default_factory=list)

    def send(self, request, **_):
        parts = urlsplit(request.url)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        body = json.loads(request.body) if request.body else None
        made = Sent(request.method, parts.path, query, body, dict(request.headers))
        self.sent.append(made)
        got = self.reply(made)
        if isinstance(got, BaseException):
            raise got
        got.request = request
        got.url = request.url
        return got

    def close(self):
        """Holds nothing."""

    def writes(self):
        return [str(each) for each in self.sent if each.method != "GET"]
