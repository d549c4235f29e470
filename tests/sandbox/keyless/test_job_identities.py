"""Which jobs may prove who they are, until when, and what is said of them."""

import json
import time

import jwt
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sandbox.github.http.accounts import Accounts, Token, User
from sandbox.github.http.wire import render_error
from sandbox.github.oidc.claims import ALWAYS
from sandbox.github.oidc.job_identities import (
    ISSUER_PATH,
    TOKEN_VARIABLE,
    URL_VARIABLE,
    JobIdentities,
)
from sandbox.github.oidc.routes import IdentityRoutes
from sandbox.github.oidc.signing_key import SigningKey, draw_pem
from sandbox.github.repositories.registry import Registry
from sandbox.http.errors import Refusal
from sandbox.store.database import Database
from tests.sandbox.keyless.job_tasks import SHA, task

SERVER = "http://testserver"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory) -> JobIdentities:
    folder, pem = tmp_path_factory.mktemp("github"), draw_pem()
    registry = Registry(Database(folder / "state.sqlite"), folder)
    registry.add("slipway", "training", private=True)
    accounts = Accounts([User(login="slipway", tokens={"ghp_x": Token()})])
    return JobIdentities(registry, accounts, SigningKey(lambda: pem), server=SERVER)


@pytest.fixture(scope="module")
def http(issuer) -> TestClient:
    app = Starlette(
        routes=IdentityRoutes(issuer).routes(), exception_handlers={Refusal: render_error}
    )
    return TestClient(app, base_url=SERVER)


def asked(http, variables, audience="http://hub", bearer=None):
    """What the platform's toolkits do: append the audience, send the bearer."""
    appended = f"&audience={audience}" if audience else ""
    sent = variables[TOKEN_VARIABLE] if bearer is None else bearer
    headers = {"authorization": f"Bearer {sent}"} if sent else {}
    return http.get(f"{variables[URL_VARIABLE]}{appended}", headers=headers)


def said(http, token, audience="http://hub"):
    """The claims, verified as anybody would who knows the issuer alone."""
    found = http.get(f"{ISSUER_PATH}/.well-known/openid-configuration").json()
    keys = jwt.PyJWKSet.from_dict(http.get(found["jwks_uri"]).json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(
        token, key, algorithms=["RS256"], audience=audience, issuer=found["issuer"]
    ), found


def test_a_job_says_who_it_is(issuer, http):
    with issuer.given(task(SERVER)) as variables:
        answer = asked(http, variables)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    claims, found = said(http, answer.json()["value"])
    assert set(claims) == set(ALWAYS)
    assert set(claims) < set(found["claims_supported"])
    assert claims["exp"] - claims["iat"] == 300
    assert claims["iat"] <= time.time() < claims["exp"]
    expected = {
        "iss": f"{SERVER}/_services/token",
        "sub": "repo:slipway/training:ref:refs/heads/main",
        "aud": "http://hub",
        "repository": "slipway/training",
        "repository_owner": "slipway",
        "repository_visibility": "private",
        "ref": "refs/heads/main",
        "ref_type": "branch",
        "ref_protected": "false",
        "sha": SHA,
        "event_name": "push",
        "actor": "slipway",
        "workflow": "Publish",
        "workflow_ref": "slipway/training/.github/workflows/publish.yml@refs/heads/main",
        "job_workflow_ref": "slipway/training/.github/workflows/publish.yml@refs/heads/main",
        "run_id": "11",
        "run_number": "5",
        "run_attempt": "2",
        "check_run_id": "41",
        "runner_environment": "self-hosted",
    }
    assert {name: claims[name] for name in expected} == expected
    assert all(isinstance(v, str) for k, v in claims.items() if k not in {"iat", "nbf", "exp"})


@pytest.mark.parametrize(
    ("more", "subject"),
    [
        ({"ref": "refs/tags/v1"}, "ref:refs/tags/v1"),
        ({"environment": "prod"}, "environment:prod"),
        ({"environment": "prod:eu"}, "environment:prod%3Aeu"),
        (
            {
                "event": "pull_request",
                "ref": "refs/pull/7/merge",
                "head_repository": "slipway/training",
            },
            "pull_request",
        ),
        ({"event": "workflow_dispatch"}, "ref:refs/heads/main"),
    ],
)
def test_the_subject_is_of_the_environment_or_the_pull_request_or_the_ref(
    issuer, http, more, subject
):
    with issuer.given(task(SERVER, **more)) as variables:
        claims, _ = said(http, asked(http, variables).json()["value"])
    assert claims["sub"] == f"repo:slipway/training:{subject}"
    assert claims.get("environment") == more.get("environment")


def test_who_names_no_audience_speaks_to_the_owner(issuer, http):
    with issuer.given(task(SERVER)) as variables:
        token = asked(http, variables, audience=None).json()["value"]
        assert asked(http, variables, audience="x" * 2000).status_code == 400
    claims, _ = said(http, token, f"{SERVER}/slipway")
    assert claims["aud"] == f"{SERVER}/slipway"


WRITE = "permissions: {id-token: write}"


@pytest.mark.parametrize(
    "more",
    [
        {"job": ""},
        {"job": "permissions: {id-token: read}"},
        {"job": "permissions: {id-token: none}"},
        {"job": "permissions: {contents: write}"},
        {"job": "permissions: read-all"},
        {"job": "permissions: {}", "top": WRITE},
        {"job": "permissions: {contents: read}", "top": WRITE},
        {"event": "pull_request", "head_repository": "eve/training"},
        {"event": "pull_request_review", "head_repository": "eve/training"},
        {"job": "permissions: write-all", "event": "pull_request", "head_repository": "eve/x"},
    ],
    ids=str,
)
def test_a_job_that_may_not_gets_nothing_to_ask_with(issuer, more):
    with issuer.given(task(SERVER, **more)) as variables:
        assert variables == {}


@pytest.mark.parametrize(
    "more",
    [
        {"job": "permissions: write-all"},
        {"job": "", "top": WRITE},
        {"event": "pull_request", "head_repository": "slipway/training"},
        # Runs the base's own workflow, not the fork's.
        {"event": "pull_request_target", "head_repository": "eve/training"},
    ],
    ids=str,
)
def test_a_job_that_may_gets_an_address_and_a_bearer(issuer, more):
    with issuer.given(task(SERVER, **more)) as variables:
        assert set(variables) == {URL_VARIABLE, TOKEN_VARIABLE}


def test_a_bearer_is_of_one_job_and_dead_with_it(issuer, http):
    with issuer.given(task(SERVER, number=1)) as first:
        with issuer.given(task(SERVER, number=2)) as second:
            assert asked(http, first, bearer=second[TOKEN_VARIABLE]).status_code == 401
            for bearer in ("", "x", "ghp_x", first[TOKEN_VARIABLE][:-1]):
                assert asked(http, first, bearer=bearer).status_code == 401
        ended = asked(http, second)
        assert ended.status_code == 401
        assert "no job that runs now" in ended.json()["message"]
        assert asked(http, first).status_code == 200
    assert asked(http, first).status_code == 401


def test_a_job_that_fails_leaves_no_bearer_behind(issuer, http):
    kept = {}

    def fails():
        with issuer.given(task(SERVER)) as variables:
            kept.update(variables)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert asked(http, kept).status_code == 401


def test_a_repository_that_is_gone_has_no_jobs(issuer, http):
    with issuer.given(task(SERVER, repository="slipway/gone")) as variables:
        assert asked(http, variables).status_code == 401


def test_the_published_key_is_public_alone(http):
    [key] = http.get(f"{ISSUER_PATH}/.well-known/jwks").json()["keys"]
    assert set(key) == {"kty", "n", "e", "alg", "use", "kid"}
    assert "PRIVATE" not in json.dumps(key)
