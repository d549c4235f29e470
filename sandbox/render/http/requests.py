"""What Render's routes share: the key, bodies, pages of a list, filters, nulls."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from sandbox.http.bodies import Endpoint, Handler, with_body
from sandbox.http.handlers import Address, Handlers, Method
from sandbox.http.numbers import number
from sandbox.http.pages_of_lists import decode_cursor, encode_cursor
from sandbox.render.http.account import Account
from sandbox.render.http.errors import BadRequestError, UnauthorizedError, Utf8Json
from sandbox.render.http.ids import read_time

# What an absent value looks like: null, as recorded, or its key left out, as Render's own Python
# SDK needs it (it fails on the nulls that the API sends).
Nulls = Literal["faithful", "strict"]
Item = TypeVar("Item")

_DEFAULT_LIMIT = 20
_HIGHEST_LIMIT = 100


class Door:
    """Makes endpoints of blocking handlers, and answers of plain values."""

    def __init__(self, account: Account, nulls: Nulls) -> None:
        self._account = account
        self._nulls = nulls

    def keyed(self, handler: Handler) -> Endpoint:
        """An endpoint for the holder of the key, given the request and its body."""
        whole = with_body(handler)

        async def endpoint(request: Request) -> Response:
            if not self._account.has_key(request.headers.get("authorization")):
                raise UnauthorizedError
            return await whole(request)

        return endpoint

    def answer(self, value: Any, status: int = 200) -> Response:  # noqa: ANN401 - JSON
        """A JSON answer."""
        return Utf8Json(_without_nulls(value) if self._nulls == "strict" else value, status)


def unkeyed(handler: Method) -> Method:
    """Declares that a handler looks at keys of another kind itself."""
    vars(handler)["unkeyed"] = True
    return handler


class Routes(Handlers):
    """Handlers for the holder of the key."""

    _door: Door

    def endpoint(self, handler: Callable[..., Any], address: Address) -> Callable[..., Any]:
        """Asks for the key first."""
        if hasattr(handler, "unkeyed"):
            return super().endpoint(handler, address)
        return self._door.keyed(handler)


def page(
    request: Request,
    items: Sequence[Item],
    key: Callable[[Item], str],
    describe: Callable[[Item], Any],
    name: str,
) -> list[dict[str, Any]]:
    """The page of a list that a request asks for: `[{"cursor": …, name: …}]`."""
    limit = limit_of(request)
    start = 0
    cursor = request.query_params.get("cursor")
    if cursor:
        try:
            last = decode_cursor(cursor)
        except ValueError:
            raise BadRequestError("invalid cursor") from None
        places = [place for place, item in enumerate(items) if key(item) == last]
        if not places:
            raise BadRequestError("invalid cursor")
        start = places[0] + 1
    return [
        {"cursor": encode_cursor(key(item)), name: describe(item)}
        for item in items[start : start + limit]
    ]


def whole_page(pairs: Sequence[tuple[str, Any]], name: str) -> list[dict[str, Any]]:
    """Everything in the form of a page, as the answers of bulk writes."""
    return [{"cursor": encode_cursor(key), name: value} for key, value in pairs]


def limit_of(request: Request) -> int:
    """How many items a caller wants: 1 to 100, 20 unless told."""
    limit = number(request.query_params.get("limit", str(_DEFAULT_LIMIT)))
    if limit is None or not 1 <= limit <= _HIGHEST_LIMIT:
        raise BadRequestError(f"limit must be from 1 to {_HIGHEST_LIMIT}")
    return limit


def listed(request: Request, name: str) -> list[str]:
    """A filter with several values: `name=a,b` or `name=a&name=b`."""
    return [each for text in request.query_params.getlist(name) for each in text.split(",") if each]


def fits(request: Request, values: Mapping[str, str], created: str, updated: str) -> bool:
    """Whether one of a list is asked for: by the filters of these names, and by its times."""
    filters = {name: listed(request, name) for name in values}
    if any(wanted and values[name] not in wanted for name, wanted in filters.items()):
        return False
    return within(request, {"created": created, "updated": updated})


def within(request: Request, values: Mapping[str, str | None]) -> bool:
    """Whether times lie in the `…Before` and `…After` a request asks for."""
    for name, moment in values.items():
        before = time_parameter(request, f"{name}Before")
        after = time_parameter(request, f"{name}After")
        if (before or after) and moment is None:
            return False
        if (before and (moment or "") >= before) or (after and (moment or "") <= after):
            return False
    return True


def time_parameter(request: Request, name: str) -> str | None:
    """A time out of the query in our form, None if it is not given."""
    text = request.query_params.get(name)
    return read_time(text, name) if text else None


def _without_nulls(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    return value
