"""Heads of requests, other pages' names among them, and what git is asked."""

import random
from collections.abc import Iterator

from tests.sandbox.hostile.request import DIGITS, REPO, Hostile, a_card


def headers() -> Iterator[tuple[str, Hostile]]:
    for host in (
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
    ):
        yield (
            f"a page's name, {host}",
            Hostile("github", "GET", REPO, (421,), headers={"host": host}, token=False),
        )
    for origin in ("http://evil.example", "https://127.0.0.1.evil.example", "null"):
        yield (
            f"a script of {origin}",
            Hostile(
                "hub",
                "POST",
                "/api/validate-yaml",
                (403,),
                a_card("a: b"),
                {"origin": origin},
                token=False,
            ),
        )
    yield "no name", Hostile("hub", "GET", "/", (400, 421), raw=b"GET / HTTP/1.0\r\n\r\n")
    yield (
        "two names",
        Hostile(
            "hub",
            "GET",
            "/",
            (400,),
            raw=b"GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n",
        ),
    )
    yield (
        "a long header",
        Hostile("hub", "GET", "/api/models", (400, 431), headers={"x-long": "x" * 200_000}),
    )
    address = b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: {host}\r\n\r\n"
    yield "a long address", Hostile("hub", "GET", "/", (400, 404, 414), raw=address)
    yield (
        "many parameters",
        Hostile(
            "hub", "GET", "/api/models?" + "&".join(f"p{n}=1" for n in range(5000)), (400, 501)
        ),
    )
    yield (
        "a token of bytes",
        Hostile(
            "hub", "GET", "/api/whoami-v2", (401,), headers={"authorization": "Bearer \xff\xfe"}
        ),
    )
    yield (
        "a token of bytes for GitHub",
        Hostile(
            "github", "GET", "/api/v3/user", (401,), headers={"authorization": "token \xff\xfe"}
        ),
    )
    yield (
        "a token of bytes for Render",
        Hostile(
            "render", "GET", "/v1/owners", (401,), headers={"authorization": "Bearer \xff\xfe"}
        ),
    )
    yield (
        "a password that is no base64",
        Hostile(
            "hub",
            "GET",
            "/slipway/m/info/refs?service=git-upload-pack",
            (401,),
            headers={"authorization": "Basic %%%"},
        ),
    )
    yield "a method that is none", Hostile("hub", "BREW", "/api/models", (400, 405, 501))
    yield (
        "a tunnel",
        Hostile(
            "hub",
            "CONNECT",
            "/",
            (400, 404, 405, 501),
            raw=b"CONNECT evil.example:443 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
        ),
    )
    yield (
        "another's address",
        Hostile(
            "github",
            "GET",
            "/",
            (400, 404, 421, 501),
            raw=(
                b"GET http://evil.example/api/v3/meta HTTP/1.1\r\n"
                b"Host: evil.example\r\nConnection: close\r\n\r\n"
            ),
        ),
    )
    yield (
        "a body that does not come",
        Hostile(
            "hub",
            "POST",
            "/",
            (400,),
            raw=b"POST /api/repos/create HTTP/1.1\r\nHost: {host}\r\nContent-Length: zwei\r\n\r\n",
        ),
    )


def git() -> Iterator[tuple[str, Hostile]]:
    yield (
        "a service that is none",
        Hostile("hub", "GET", "/slipway/m/info/refs?service=../../bin/sh", (400, 403, 501)),
    )
    yield (
        "a service with a flag",
        Hostile(
            "github", "GET", "/slipway/r/info/refs?service=--upload-pack=touch", (400, 403, 501)
        ),
    )
    noise = random.Random(1).randbytes(200_000)  # noqa: S311 - the same every time
    yield (
        "noise for a fetch",
        Hostile("github", "POST", "/slipway/r/git-upload-pack", (200, 400), noise),
    )
    yield (
        "noise for a push",
        Hostile("github", "POST", "/slipway/r/git-receive-pack", (200, 400), noise),
    )
    yield (
        "a protocol that is none",
        Hostile(
            "github",
            "GET",
            "/slipway/r/info/refs?service=git-upload-pack",
            (200, 400),
            headers={"git-protocol": "version=" + DIGITS},
        ),
    )
