"""Who may ask what: every route, with and without the key, where keys are asked for and where not.

The two profiles are values of the same settings: `authRequired` of the stacks is AUTH_REQUIRED.
"""

import re

import pytest

from tests.app.turnover.conftest import KEY

OPEN, NEED, NOTHING = (200, 200, 200), (401, 401, 200), (404, 404, 404)
# (method, path): status without a key, with a wrong one, with the right one; in prod and in dev.
TABLE = {
    ("GET", "/"): (OPEN, OPEN),
    ("GET", "/health"): (OPEN, OPEN),
    ("POST", "/predict"): (NEED, OPEN),
    ("POST", "/predict_proba"): (NEED, OPEN),
    ("GET", "/logs"): (NEED, OPEN),
    ("GET", "/docs"): ((401, 401, 404), OPEN),
    ("GET", "/openapi.json"): ((401, 401, 404), OPEN),
    ("GET", "/no-such-page"): ((401, 401, 404), NOTHING),
    ("POST", "/"): ((401, 401, 405), (405, 405, 405)),
    ("POST", "/health"): ((401, 401, 405), (405, 405, 405)),
    ("DELETE", "/logs"): ((401, 401, 405), (405, 405, 405)),
}
PROFILES = {"prod": {}, "dev": {"auth_required": False, "debug": True}}
KEYS = (None, "another-key", KEY)


@pytest.mark.parametrize(("method", "path"), TABLE)
@pytest.mark.parametrize("profile", PROFILES)
def test_each_route_answers_each_caller_as_the_table_says(serve, payload, profile, method, path):
    client = serve(**PROFILES[profile])
    wanted = TABLE[method, path][list(PROFILES).index(profile)]
    for key, status in zip(KEYS, wanted, strict=True):
        headers = {"X-API-Key": key} if key else {}
        body = payload if method == "POST" else None
        assert client.request(method, path, headers=headers, json=body).status_code == status


def test_the_table_holds_every_route_of_the_app(serve):
    client = serve(**PROFILES["dev"])
    served = {
        (method.upper(), path)
        for path, methods in client.get("/openapi.json").json()["paths"].items()
        for method in methods
    }
    assert served <= set(TABLE)


def test_a_refusal_says_which_header_and_never_a_key(serve, payload):
    answer = serve().post("/predict", json=payload, headers={"X-API-Key": "guess-canary"})
    assert answer.status_code == 401
    assert "X-API-Key" in answer.json()["detail"]
    assert "X-API-Key" in answer.headers["WWW-Authenticate"]
    assert not re.search("canary", answer.text + str(answer.headers))


def test_a_stranger_is_refused_before_the_body_is_looked_at(serve):
    headers = {"Content-Type": "application/json"}
    assert serve().post("/predict", content=b"{", headers=headers).status_code == 401


@pytest.mark.parametrize("key", ["", KEY[:-1], KEY + "x", KEY.upper(), f" {KEY}x", "é"])
def test_only_the_very_key_opens(serve, payload, key):
    headers = {"X-API-Key": key.encode()}
    assert serve().post("/predict", json=payload, headers=headers).status_code == 401


def test_the_key_in_the_address_opens_nothing(serve, payload):
    assert serve().post(f"/predict?X-API-Key={KEY}", json=payload).status_code == 401
