"""Where the Hub finds an issuer's keys, and whose it does not take."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sandbox.github.oidc.signing_key import SigningKey, draw_pem
from sandbox.hub.publishing.issuer_keys import IssuerKeys, UnknownKeyError

DISCOVERY = "/issuer/.well-known/openid-configuration"


class Issuer:
    """An issuer whose documents a test writes; `asked` counts requests by path."""

    def __init__(self) -> None:
        self.documents: dict[str, object] = {}
        self.asked: list[str] = []
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(self.path)
                known = issuer.documents.get(self.path)
                content = known if isinstance(known, bytes) else json.dumps(known).encode()
                self.send_response(404 if known is None else 200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/issuer"

    def publish(self, *keys: object, **changes: object) -> None:
        jwks = f"{self.address}/jwks"
        self.documents[DISCOVERY] = {"issuer": self.address, "jwks_uri": jwks, **changes}
        self.documents["/issuer/jwks"] = {"keys": list(keys)}


@pytest.fixture
def issuer():
    made = Issuer()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def first():
    pem = draw_pem()
    return SigningKey(lambda: pem).published()


@pytest.fixture(scope="module")
def second():
    pem = draw_pem()
    return SigningKey(lambda: pem).published()


def test_a_published_key_is_asked_for_once(issuer, first, second):
    issuer.publish(first, second)
    keys = IssuerKeys()
    for known in (first, second, first):
        assert keys.key(issuer.address, known["kid"]).key_id == known["kid"]
    assert issuer.asked == [DISCOVERY, "/issuer/jwks"]


def test_a_new_key_is_found_and_names_out_of_thin_air_cost_one_look_in_a_while(
    issuer, first, second
):
    now = [0.0]
    issuer.publish(first)
    keys = IssuerKeys(lambda: now[0])
    keys.key(issuer.address, first["kid"])
    issuer.publish(second)
    for name in (second["kid"], "x", "y"):
        with pytest.raises(UnknownKeyError, match="none that the issuer publishes"):
            keys.key(issuer.address, name)
    assert len(issuer.asked) == 2
    now[0] = 10.0
    assert keys.key(issuer.address, second["kid"]).key_id == second["kid"]
    with pytest.raises(UnknownKeyError):
        keys.key(issuer.address, first["kid"])  # withdrawn
    assert len(issuer.asked) == 4


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"issuer": "http://127.0.0.1:9/issuer"}, "not its own"),
        ({"issuer": None}, "not its own"),
        ({"jwks_uri": "http://127.0.0.1:9/jwks"}, "not its own"),
        ({"jwks_uri": None}, "not its own"),
    ],
    ids=str,
)
def test_a_document_that_leads_elsewhere_is_not_followed(issuer, first, changes, said):
    issuer.publish(first, **changes)
    with pytest.raises(UnknownKeyError, match=said):
        IssuerKeys().key(issuer.address, first["kid"])
    assert issuer.asked == [DISCOVERY]


@pytest.mark.parametrize("content", [None, b"", b"<html>", b"[]", b'{"keys": 7}', b'{"keys": []}'])
def test_keys_that_cannot_be_read_are_none(issuer, first, content):
    issuer.publish(first)
    issuer.documents["/issuer/jwks"] = content
    with pytest.raises(UnknownKeyError):
        IssuerKeys().key(issuer.address, first["kid"])


def test_an_issuer_that_does_not_answer_has_no_keys_and_has_them_when_it_does(issuer, first):
    keys = IssuerKeys()
    with pytest.raises(UnknownKeyError, match="does not answer as one"):
        keys.key(issuer.address, first["kid"])
    issuer.publish(first)
    assert keys.key(issuer.address, first["kid"]).key_id == first["kid"]


def test_a_key_for_something_else_signs_nothing(issuer, first):
    issuer.publish({**first, "use": "enc"})
    with pytest.raises(UnknownKeyError, match="none that the issuer publishes"):
        IssuerKeys().key(issuer.address, first["kid"])
