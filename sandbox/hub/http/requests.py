"""What the Hub's routes share: bodies, revisions in paths, pages of a list, addresses."""

from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import unquote

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request

from sandbox.http.bodies import MalformedJsonError, json_of
from sandbox.http.errors import NotImitatedError
from sandbox.http.numbers import number
from sandbox.http.pages_of_lists import decode_cursor, encode_cursor, other_page, positive
from sandbox.hub.http.errors import BadRequestError
from sandbox.hub.repositories.names import RepoKind, RepoName, kind_of_plural

Item = TypeVar("Item")


class _PluralConvertor(StringConvertor):
    """`models`, `datasets` or `spaces`, as in `/api/{kind:plural}/…`."""

    regex = "models|datasets|spaces"


class _PrefixConvertor(StringConvertor):
    """What stands before an id in addresses of files and git; empty for models."""

    regex = "(?:datasets/|spaces/|)"


class _WordConvertor(StringConvertor):
    """What stands between a repository and a revision, in any address of one."""

    regex = "revision|commits|tree|paths-info|branch|tag|preupload|commit|resolve|raw"


register_url_convertor("word", _WordConvertor())
register_url_convertor("plural", _PluralConvertor())
register_url_convertor("prefix", _PrefixConvertor())

API_REPO = "/api/{plural:plural}/{namespace}/{name}"
WEB_REPO = "/{prefix:prefix}{namespace}/{name}"


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
    parameters = request.path_params
    # With the id before it: a repository may be called `tree`.
    _, _, rest = raw.partition(f"/{parameters['namespace']}/{parameters['name']}/{word}/")
    revision, _, path = rest.partition("/")
    return unquote(revision), unquote(path).rstrip("/")


def json_object(body: bytes) -> dict[str, Any]:
    """A request body that must be a JSON object."""
    try:
        parsed = json_of(body)
    except MalformedJsonError:
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


def expands(request: Request) -> Sequence[str]:
    """What `expand` names, in either of its spellings."""
    asked = request.query_params
    return [*asked.getlist("expand"), *asked.getlist("expand[]")]


def is_true(request: Request, parameter: str) -> bool:
    """Whether a query parameter is set to a true value."""
    return request.query_params.get(parameter, "").lower() in {"1", "true"}


def page(
    request: Request, items: Sequence[Item], size: int
) -> tuple[Sequence[Item], dict[str, str]]:
    """The items of the page a request asks for, and the headers that lead to the next one."""
    given = request.query_params.get("limit")
    # What the Hub says to such a limit is not recorded; of 0 its client makes the best itself.
    if given is not None and number(given) is None:
        raise BadRequestError('Invalid "limit": it must be a number of items')
    size = min(size, positive(request, "limit", size))
    try:
        start = number(decode_cursor(request.query_params.get("cursor") or encode_cursor("0")))
    except ValueError:
        start = None
    if start is None:
        raise BadRequestError("Invalid cursor")
    end = start + size
    if end >= len(items):
        return items[start:], {}
    path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    url = other_page(request, f"{base_url(request)}{path}", "cursor", encode_cursor(str(end)))
    return items[start:end], {"Link": f'<{url}>; rel="next"'}
