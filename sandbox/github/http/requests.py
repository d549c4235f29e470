"""What GitHub's routes share: bodies, pages of a list, addresses, conditional answers."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import unquote

from starlette.convertors import Convertor, IntegerConvertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.github.http.body import Body
from sandbox.http.bodies import Endpoint, with_body
from sandbox.http.handlers import Address, Handlers, takes_body
from sandbox.http.numbers import number
from sandbox.http.pages_of_lists import other_page, positive

Item = TypeVar("Item")

REPOSITORY = "/repos/{owner}/{repo}"
BY_NUMBER = "/repositories/{repository_id:int}"
# Where secrets and variables lie; the official Pulumi provider uses the one by number.
HOLDERS = (
    f"{REPOSITORY}/actions",
    f"{REPOSITORY}/environments/{{environment}}",
    f"{BY_NUMBER}/environments/{{environment}}",
)
LARGEST_PAGE = 100


class Routes(Handlers):
    """Handlers that get the body as a JSON object, if they take it."""

    def endpoint(self, handler: Callable[..., Response], address: Address) -> Endpoint:
        """Reads the body in any case: one that is no object is refused."""
        taken = takes_body(handler)

        @wraps(handler)
        def handle(request: Request, content: bytes) -> Response:
            reading = address.method == "GET"
            body = Body({}) if reading else Body.parse(content, address.array)
            return handler(request, body) if taken else handler(request)

        return with_body(handle, address.limit)


class _Unquoted(Convertor[Any]):
    """Gives a parameter as it was meant: addresses arrive here as they were sent."""

    def __init__(self, inner: Convertor[Any]) -> None:
        self._inner = inner

    def convert(self, value: str) -> Any:  # noqa: ANN401 - what the inner one makes of it
        if isinstance(self._inner, IntegerConvertor):
            return number(value) or 0  # which nothing has
        return self._inner.convert(unquote(value))

    def to_string(self, value: Any) -> str:  # noqa: ANN401 - as above
        return self._inner.to_string(value)


def unquote_parameters(routes: Sequence[BaseRoute]) -> None:
    """Lets routes match addresses with their escapes, so that a `%2F` in a name is no slash."""
    for each in routes:
        if isinstance(each, Route):
            each.param_convertors = {
                name: inner if isinstance(inner, _Unquoted) else _Unquoted(inner)
                for name, inner in each.param_convertors.items()
            }


@dataclass(frozen=True)
class Urls:
    """Under which addresses this caller reaches the API and the pages; no slash at the end."""

    api: str
    web: str


def urls(request: Request) -> Urls:
    """The addresses of the host that the caller used."""
    host = request.url.netloc
    # `gh` asks api.HOST, as on github.com.
    web = f"{request.url.scheme}://{host.removeprefix('api.')}"
    return Urls(str(request.base_url).rstrip("/"), web)


def answer(
    request: Request,
    content: Any,  # noqa: ANN401 - any JSON
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A JSON answer; to a GET that knows it already, 304 without a body."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    more = dict(headers or {})
    if request.method in {"GET", "HEAD"}:
        etag = f'W/"{hashlib.sha256(text).hexdigest()}"'
        more |= {"ETag": etag, "Cache-Control": "private, max-age=60, s-maxage=60"}
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=more)
    return Response(text, status, more, "application/json; charset=utf-8")


def nothing() -> Response:
    """204."""
    return Response(status_code=204)


def page(
    request: Request, items: Sequence[Item], *, size: int = 30, largest: int = LARGEST_PAGE
) -> tuple[Sequence[Item], dict[str, str]]:
    """The items of the page a request asks for, and the `Link` header that leads to the others."""
    size = min(positive(request, "per_page", size), largest)
    number = positive(request, "page", 1)
    last = max(1, -(-len(items) // size))
    links = {}
    if number > 1:
        links = {"prev": min(number - 1, last)}
    if number < last:
        links |= {"next": number + 1, "last": last}
    if number > 1:
        links["first"] = 1
    here = f"{request.url.scheme}://{request.url.netloc}{request.scope['path']}"
    text = ", ".join(
        f'<{other_page(request, here, "page", str(to))}>; rel="{name}"'
        for name, to in links.items()
    )
    return items[(number - 1) * size : number * size], {"Link": text} if text else {}


def listed(
    request: Request,
    items: Sequence[Item],
    shown: Callable[[Item], Any],
    name: str | None = None,
    *,
    size: int = 30,
    largest: int = LARGEST_PAGE,
) -> Response:
    """The page of a list that a request asks for: bare, or under a name beside the whole's length.

    Args:
        request: what is answered.
        items: all of them, in order.
        shown: what is told of one; asked for those on the page alone.
        name: of the list in the answer; None for a bare one.
        size: of a page, unless the request says another one.
        largest: that it may ask for.
    """
    chosen, headers = page(request, items, size=size, largest=largest)
    content: Any = [shown(each) for each in chosen]
    if name is not None:
        content = {"total_count": len(items), name: content}
    return answer(request, content, headers=headers)
