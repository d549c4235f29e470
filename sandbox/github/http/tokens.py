"""Tokens as HTTP carries them."""

import base64
import binascii

from sandbox.github.http.errors import BadCredentialsError


def token_of(header: str | None) -> str | None:
    """The token in `Authorization: Bearer …` or `token …`, or git's `Basic user:token`.

    Raises:
        BadCredentialsError: the header is none of these.
    """
    if header is None:
        return None
    scheme, _, value = header.partition(" ")
    if scheme.lower() in {"bearer", "token"}:
        return value.strip()
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise BadCredentialsError from None
        # `x-oauth-basic` is what old tools send as the password of a token given as the user.
        return user if password in {"", "x-oauth-basic"} else password
    raise BadCredentialsError
