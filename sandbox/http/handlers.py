"""Handlers with the addresses at which they answer, and the routes made of them."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.routing import Route

from sandbox.http.bodies import USUAL, with_body

Method = TypeVar("Method", bound=Callable[..., Any])
_ADDRESSES = "addresses"


@dataclass(frozen=True)
class Address:
    """One method and path, and what a request to it may bring."""

    method: str
    path: str
    limit: int  # bytes of a body
    array: str | None  # the field that a body counts as which is an array


def at(
    method: str, *paths: str, limit: int = USUAL, array: str | None = None
) -> Callable[[Method], Method]:
    """Lets a method of `Handlers` answer at these paths."""

    def marked(handler: Method) -> Method:
        mine = [Address(method, path, limit, array) for path in paths]
        # The last decorator is applied first.
        vars(handler)[_ADDRESSES] = [*mine, *vars(handler).get(_ADDRESSES, [])]
        return handler

    return marked


class Handlers:
    """Blocking handlers of requests; one that takes two arguments gets the whole body too."""

    def routes(self) -> list[Route]:
        """The addresses served here, from the topmost handler's on: the first that fits counts."""
        return [
            Route(each.path, self.endpoint(getattr(self, name), each), methods=[each.method])
            for name in vars(type(self))
            for each in getattr(getattr(type(self), name), _ADDRESSES, ())
        ]

    def endpoint(self, handler: Callable[..., Any], address: Address) -> Callable[..., Any]:
        """What Starlette calls for a handler."""
        return with_body(handler, address.limit) if takes_body(handler) else handler


def takes_body(handler: Callable[..., Any]) -> bool:
    """Whether a bound handler wants more than the request."""
    return len(inspect.signature(handler).parameters) > 1
