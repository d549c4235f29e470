"""Tokens as HTTP carries them, and whose they are."""

import base64
import binascii
import hmac
import time
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

Owner = TypeVar("Owner")


class MalformedCredentialsError(ValueError):
    """An Authorization header of no form that the platform knows."""


def token_of(header: str | None, schemes: Collection[str] = ("bearer",)) -> str | None:
    """The token in `Authorization: Bearer …`, or git's `Basic user:token`; None if none is sent.

    Args:
        header: as it was sent.
        schemes: words, in small letters, that a bare token may follow.

    Raises:
        MalformedCredentialsError: it is none of these.
    """
    if header is None:
        return None
    scheme, _, value = header.partition(" ")
    if scheme.lower() in schemes:
        return value.strip()
    if scheme.lower() != "basic":
        raise MalformedCredentialsError
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise MalformedCredentialsError from None
    # git sends the token as the password; some tools put it in the user's place instead, and
    # `x-oauth-basic` is what old ones send beside it.
    return user if password in {"", "x-oauth-basic"} else password


def same(given: str, wanted: str) -> bool:
    """Whether two secrets are equal, in a time that says nothing of them.

    Containers that run foreign code can reach this server.
    """
    return hmac.compare_digest(given.encode(), wanted.encode())


def alive(token: str, ends: Mapping[str, float]) -> bool:
    """Whether a token is still somebody's; `ends` has seconds since 1970 for those that end."""
    return token not in ends or time.time() < ends[token]


def owner_of(token: str, known: Iterable[tuple[str, Owner]]) -> Owner | None:
    """Whose a token is, among (token, owner) pairs; None if nobody's."""
    return next((owner for candidate, owner in known if same(candidate, token)), None)
