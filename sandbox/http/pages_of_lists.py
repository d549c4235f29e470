"""Lists in pages: cursors, and the addresses of other pages."""

import base64
import binascii
from urllib.parse import urlencode

from starlette.requests import Request

from sandbox.http.numbers import number


def encode_cursor(place: str) -> str:
    """A place in a list, in a form that nobody takes apart."""
    return base64.urlsafe_b64encode(place.encode()).decode()


def decode_cursor(cursor: str) -> str:
    """The place that a cursor stands for; raises ValueError."""
    try:
        return base64.b64decode(cursor.encode(), b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        raise ValueError(cursor) from None


def positive(request: Request, parameter: str, default: int) -> int:
    """A number of the query; the default if it is not given or none that counts anything."""
    return number(request.query_params.get(parameter, "")) or default


def other_page(request: Request, base: str, parameter: str, value: str) -> str:
    """The address of another page of the list that a request asks for.

    Args:
        request: for one of its pages.
        base: the list's address without a query.
        parameter: what leads to the page.
        value: of that parameter.
    """
    query = [(key, each) for key, each in request.query_params.multi_items() if key != parameter]
    return f"{base}?{urlencode([*query, (parameter, value)])}"
