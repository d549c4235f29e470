"""What the Hub's routes share: bodies, revisions in paths, pages of a list, addresses."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from sandbox.http.errors import NotImitatedError
from sandbox.hub.http.errors import BadRequestError
from sandbox.hub.repositories.names import RepoKind, RepoName, kind_of_plural

Item = TypeVar("Item")


class _PluralConvertor(StringConvertor):
    """`models`, `datasets` or `spaces`, as in `/api/{kind:plural}/…`."""

    regex = "models|datasets|spaces"


class _PrefixConvertor(StringConvertor):
    """What stands before an id in addresses of files and git; empty for models."""

    regex = "(?:datasets/|spaces/|)"


register_url_convertor("plural", _PluralConvertor())
register_url_convertor("prefix", _PrefixConvertor())

API_REPO = "/api/{plural:plural}/{namespace}/{name}"
WEB_REPO = "/{prefix:prefix}{namespace}/{name}"


def with_body(
    handler: Callable[[Request, bytes], Response],
) -> Callable[[Request], Awaitable[Response]]:
    """Makes an endpoint of a blocking handler that wants the whole body."""

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(handler, request, body)

    return endpoint


def api_repo(request: Request) -> tuple[RepoKind, str]:
    """Kind and id of the repository an API_REPO address names."""
    parameters = request.path_params
    return kind_of_plural(parameters["plural"]), f"{parameters['namespace']}/{parameters['name']}"


def web_repo(request: Request) -> tuple[RepoKind, str]:
    """Kind and id of the repository a WEB_REPO address names, with or without `.git`."""
    parameters = request.path_params
    kind = kind_of_plural(parameters["prefix"].rstrip("/") or "models")
    return kind, f"{parameters['namespace']}/{parameters['name'].removesuffix('.git')}"


def revision_and_path(request: Request, word: str) -> tuple[str, str]:
    """The revision after a word of the address (as `tree`) and the path in the repository after it.

    Read from the address as it was sent: a slash inside a revision is %2F there, and would be lost
    among the path's own slashes once decoded.
    """
    raw = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    _, _, rest = raw.partition(f"/{word}/")
    revision, _, path = rest.partition("/")
    return unquote(revision), unquote(path).rstrip("/")


def json_object(body: bytes) -> dict[str, Any]:
    """A request body that must be a JSON object."""
    try:
        parsed = json.loads(body)
    except ValueError:
        raise BadRequestError("The body is no valid JSON") from None
    if not isinstance(parsed, dict):
        raise BadRequestError("The body must be of type object")
    return parsed


def allow_keys(body: dict[str, Any], known: set[str], *, later: set[str] | None = None) -> None:
    """Refuses unknown keys (400) and keys the sandbox leaves out (501); `later` are the latter."""
    for key in body:
        if later is not None and key in later:
            raise NotImitatedError(f'"{key}" in {sorted(body)}')
        if key not in known:
            raise BadRequestError(f'"{key}" is not allowed')


def base_url(request: Request) -> str:
    """The address under which this caller reaches the Hub, without a slash at the end."""
    return str(request.base_url).rstrip("/")


def web_url(request: Request, name: RepoName) -> str:
    """The address of a repository's page."""
    return f"{base_url(request)}/{name.web_path}"


def is_true(request: Request, parameter: str) -> bool:
    """Whether a query parameter is set to a true value."""
    return request.query_params.get(parameter, "").lower() in {"1", "true"}


def page(
    request: Request, items: Sequence[Item], size: int
) -> tuple[Sequence[Item], dict[str, str]]:
    """The items of the page a request asks for, and the headers that lead to the next one."""
    limit = request.query_params.get("limit", "")
    size = min(size, int(limit)) if limit.isdigit() and int(limit) > 0 else size
    start = _decode_cursor(request.query_params.get("cursor"))
    end = start + size
    if end >= len(items):
        return items[start:], {}
    cursor = base64.urlsafe_b64encode(str(end).encode()).decode()
    query = [(key, value) for key, value in request.query_params.multi_items() if key != "cursor"]
    path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    url = f"{base_url(request)}{path}?{urlencode([*query, ('cursor', cursor)])}"
    return items[start:end], {"Link": f'<{url}>; rel="next"'}


def _decode_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError):
        raise BadRequestError("Invalid cursor") from None
