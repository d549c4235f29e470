"""What all platforms share of HTTP: bodies up to a limit, credentials, ids, pages."""

import base64

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

import sandbox.github.app
import sandbox.hub.app
import sandbox.render.app
from sandbox.http.bodies import MalformedJsonError, json_of, with_body
from sandbox.http.credentials import MalformedCredentialsError, owner_of, token_of
from sandbox.http.errors import Refusal
from sandbox.http.pages_of_lists import decode_cursor, encode_cursor, other_page
from sandbox.http.request_id import RequestId, request_id
from sandbox.http.unforeseen import Unforeseen
from sandbox.hub.app import request_id_of


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


def test_a_body_beyond_its_limit_is_refused_whatever_its_headers_say():
    def length(_request: Request, body: bytes) -> Response:
        return PlainTextResponse(str(len(body)))

    def refused(_request: Request, error: Exception) -> Response:
        return PlainTextResponse(str(error), error.status)

    routes = [Route("/", with_body(length, 10), methods=["POST"])]
    client = TestClient(Starlette(routes=routes, exception_handlers={Refusal: refused}))
    assert client.post("/", content=b"x" * 10).text == "10"
    for content in (b"x" * 11, iter([b"x" * 6, b"x" * 6])):
        answer = client.post("/", content=content)
        assert answer.status_code == 413
        assert "10 bytes" in answer.text


def test_json_that_is_none_or_too_deep_is_one_kind_of_error():
    assert json_of(b"  ") is None
    for content in (b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(MalformedJsonError):
            json_of(content)


@pytest.mark.parametrize(
    "header",
    ["Bearer t", "bearer  t", basic("user:t"), basic("t:"), basic("t:x-oauth-basic"), "token t"],
)
def test_a_token_is_found_in_every_form_that_clients_send(header):
    assert token_of(header, ("bearer", "token")) == "t"


@pytest.mark.parametrize("header", ["t", "Basic !", "Digest t", "token t", ""])
def test_what_is_no_credential_is_refused_and_none_is_none(header):
    with pytest.raises(MalformedCredentialsError):
        token_of(header)
    assert token_of(None) is None


def test_a_token_belongs_to_one_owner_or_to_nobody():
    known = [("a", 1), ("ä", 2)]
    assert [owner_of(token, known) for token in ("a", "ä", "", "b")] == [1, 2, None, None]


def test_an_id_is_the_answers_and_the_requests_and_takes_up_the_callers_own():
    def shown(request: Request) -> Response:
        return PlainTextResponse(request_id(request.scope))

    identified = Middleware(RequestId, header="X-Request-Id", draw=request_id_of)
    client = TestClient(Starlette(routes=[Route("/", shown)], middleware=[identified]))
    first, second = client.get("/"), client.get("/")
    assert first.text == first.headers["x-request-id"] != second.headers["x-request-id"]
    assert client.get("/", headers={"x-request-id": "mine"}).headers["x-request-id"] == "mine"
    traced = client.get("/", headers={"x-amzn-trace-id": "trace"})
    assert "trace" in traced.headers["x-request-id"]


def test_a_cursor_is_read_back_and_an_invented_one_refused():
    assert decode_cursor(encode_cursor("srv-1 ä")) == "srv-1 ä"
    for cursor in ("!", "ä", encode_cursor("x")[:-1]):
        with pytest.raises(ValueError, match=r".*"):
            decode_cursor(cursor)


def test_another_page_keeps_the_rest_of_the_query():
    scope = {"type": "http", "query_string": b"a=1&page=2&a=3", "headers": []}
    there = other_page(Request(scope), "http://h/l", "page", "3")
    assert there == "http://h/l?a=1&a=3&page=3"


@pytest.mark.parametrize("platform", [sandbox.hub.app, sandbox.github.app, sandbox.render.app])
def test_what_nobody_foresaw_is_said_in_the_platforms_form(platform, caplog):
    def broken(_request: Request) -> Response:
        raise ZeroDivisionError

    caught = Middleware(Unforeseen, answer=platform._failed)
    app = Starlette(routes=[Route("/x", broken)], middleware=[caught])
    answer = TestClient(app, raise_server_exceptions=False).get("/x")
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("application/json")
    assert {"error", "message"} & answer.json().keys()
    assert "ZeroDivisionError" in caplog.text
