"""Whose a conversation is: a browser's, which is known by a cookie of its own.

The cookie holds 128 random bits and nothing else. The history keeps their digest alone: whoever
reads the database can't show somebody's conversation as theirs.
"""

import hashlib
import re
import secrets

from flask import Flask, Response, g, request

COOKIE = "kitchen_session"
_FORM = re.compile(r"[0-9a-f]{32}")
_SECONDS = 30 * 24 * 3600


def sessions(app: Flask) -> None:
    """Gives every caller of the app a session, which its answers tell the browser."""

    @app.before_request
    def recognize() -> None:
        given = request.cookies.get(COOKIE, "")
        g.session = given if _FORM.fullmatch(given) else secrets.token_hex(16)

    @app.after_request
    def tell(response: Response) -> Response:
        # Not to those who look whether the app is well, every few seconds.
        if request.path != "/health" and request.cookies.get(COOKIE) != g.session:
            response.set_cookie(
                COOKIE,
                g.session,
                max_age=_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure,
            )
        return response


def session() -> str:
    """The digest of the caller's session, 64 hex digits."""
    return hashlib.sha256(str(g.session).encode()).hexdigest()
