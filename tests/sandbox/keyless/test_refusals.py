"""Whom the Hub gives no token: everybody but the workflow that a repository trusts."""

import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from jwt.algorithms import RSAAlgorithm

from sandbox.github.oidc.signing_key import SigningKey, draw_pem
from tests.sandbox.keyless import forged
from tests.sandbox.keyless.whole_sandbox import GRANT, ID_TOKEN

# What differs from the job that is trusted -> a word of the reason.
OTHER_JOBS = {
    "another branch": ({"ref": "refs/heads/dev"}, "ref is refs/heads/dev"),
    "a branch that begins alike": ({"ref": "refs/heads/main-backup"}, "main-backup"),
    "a tag called main": ({"ref": "refs/tags/main"}, "refs/tags/main"),
    "a pull request's merge": ({"ref": "refs/pull/7/merge"}, "refs/pull/7/merge"),
    "another workflow": ({"workflow_ref": "{repo}/.github/workflows/x.yml@{ref}"}, "x.yml"),
    "a workflow whose title is the file's name": (
        {"workflow": "publish.yml", "workflow_ref": "{repo}/.github/workflows/x.yml@{ref}"},
        "x.yml",
    ),
    "a file whose name begins like an address": (
        {"workflow_ref": "{repo}/.github/workflows/publish.yml@x.yml@{ref}"},
        "publish.yml@x.yml",
    ),
    "the file in another folder": (
        {"workflow_ref": "{repo}/.github/workflows/old/publish.yml@{ref}"},
        "old/publish.yml",
    ),
    "another repository": ({"repository": "slipway/other"}, "repository is slipway/other"),
    "a fork": ({"repository": "eve/training"}, "repository is eve/training"),
    "the repository in capitals": ({"repository": "Slipway/Training"}, "Slipway/Training"),
    "no repository": ({"repository": None}, "it has no repository"),
    "a repository that is a list": ({"repository": ["slipway/training"]}, "repository is"),
}
TIMES = {  # seconds from the moment of the test
    "expired": ({"exp": -60}, "expired"),
    "without an end": ({"exp": None}, '"exp"'),
    "not yet good": ({"nbf": 600}, "not yet valid"),
    "issued in the future": ({"iat": 600}, "not yet valid"),
    "without a subject": ({"sub": None}, '"sub"'),
    "without a beginning": ({"nbf": None}, '"nbf"'),
}
AUDIENCES = {
    "the owner's page": "{github}/slipway",
    "another service": "https://pypi.example",
    "this Hub, and a slash": "{hub}/",
    "this Hub's beginning": "{hub}0",
    "several": ["{hub}", "https://pypi.example"],
    "none": None,
}


def refused(cloud, identity, resource, word, error="invalid_grant"):
    answer = cloud.exchange(identity, resource)
    assert answer.status_code == 400, answer.text
    said = answer.json()
    assert said["error"] == error
    assert word in said["error_description"], said
    assert set(said) == {"error", "error_description"}
    assert answer.headers["cache-control"] == "no-store"


def test_the_trusted_job_gets_a_token(cloud, model):
    said = cloud.exchange(cloud.identity(), model)
    assert said.status_code == 200, said.text
    value = said.json()
    assert value.pop("access_token").startswith("hf_jwt_")
    assert value == {
        "token_type": "bearer",
        "expires_in": 3600,
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
    }


@pytest.mark.parametrize("which", OTHER_JOBS)
def test_another_job_gets_none(cloud, model, which):
    changes, word = OTHER_JOBS[which]
    known = {"repo": "slipway/training", "ref": "refs/heads/main"}
    made = {k: v.format(**known) if isinstance(v, str) else v for k, v in changes.items()}
    if "ref" in made:  # as its GitHub would say it: the file is of that ref too
        made["workflow_ref"] = f"{known['repo']}/.github/workflows/publish.yml@{made['ref']}"
    refused(cloud, cloud.identity(**made), model, word)


@pytest.mark.parametrize(("environment", "word"), [(None, "no environment"), ("test", "is test")])
def test_another_environment_gets_none(cloud, model, environment, word):
    cloud.settings.distrust(int(cloud.settings.listing().splitlines()[-1].split()[0]))
    cloud.trust(model, environment="prod")
    refused(cloud, cloud.identity(environment=environment), model, word)
    assert cloud.exchange(cloud.identity(environment="prod"), model).status_code == 200


@pytest.mark.parametrize("which", TIMES)
def test_an_identity_is_good_for_its_time_alone(cloud, model, which):
    changes, word = TIMES[which]
    now = int(time.time())
    moments = {name: None if each is None else now + each for name, each in changes.items()}
    refused(cloud, cloud.identity(**moments), model, word)


def test_a_replay_after_its_end_gets_none(cloud, model):
    # Clocks may differ by half a minute: this one is good for the last seconds of that.
    identity = cloud.identity(exp=int(time.time()) - 27)
    assert cloud.exchange(identity, model).status_code == 200
    until = time.monotonic() + 10
    while cloud.exchange(identity, model).status_code == 200:
        assert time.monotonic() < until
        time.sleep(0.1)
    refused(cloud, identity, model, "expired")


@pytest.mark.parametrize("which", AUDIENCES)
def test_what_is_said_to_somebody_else_is_worth_nothing(cloud, model, which):
    known = {"hub": cloud.hub, "github": cloud.github}
    meant = AUDIENCES[which]
    if isinstance(meant, list):
        claims = cloud.claims(aud=[each.format(**known) for each in meant])
    else:
        claims = cloud.claims(aud=meant and meant.format(**known))
    refused(cloud, cloud.key.sign(claims), model, "aud")


def test_the_hubs_own_name_is_an_audience(cloud, model):
    identity = cloud.identity("https://huggingface.co")
    assert cloud.exchange(identity, model).status_code == 200


@pytest.fixture(scope="module")
def forgeries(cloud):
    """Name -> (identity, a word of the reason)."""
    claims, true = cloud.claims(), cloud.identity()
    published = cloud.key.published()
    public = RSAAlgorithm.from_jwk({k: published[k] for k in ("kty", "n", "e")})
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    kid = published["kid"]
    private = serialization.load_pem_private_key(
        cloud.home.kept("github-oidc.pem", draw_pem).encode(), None
    )
    pair = draw_pem()
    thief = SigningKey(lambda: pair)
    mine = serialization.load_pem_private_key(pair.encode(), None)
    jwk = {"jwk": thief.published(), "jku": "http://127.0.0.1:9/jwks"}
    head, body, signature = true.split(".")
    other = ("A" if signature[0] != "A" else "B") + signature[1:]
    foreign = {"iss": "https://token.actions.githubusercontent.com"}
    slash = {"iss": f"{claims['iss']}/"}
    return {
        "other claims": (forged.with_claims(true, {**claims, "sub": "x"}), "Signature"),
        "another signature": (f"{head}.{body}.{other}", "Signature"),
        "no signature": (f"{head}.{body}.", "Signature"),
        "alg none": (forged.unsigned(claims, kid=kid), "RS256"),
        "alg None in capitals": (forged.unsigned(claims, kid=kid, alg="NONE"), "RS256"),
        "HS256 by the public key": (forged.by_secret(claims, pem, kid=kid), "RS256"),
        "HS256 called RS256": (forged.by_secret(claims, pem, kid=kid, alg="RS256"), "Signature"),
        "RS512 by the true key": (
            jwt.encode(claims, private, algorithm="RS512", headers={"kid": kid}),
            "RS256",
        ),
        "no kid": (jwt.encode(claims, private, algorithm="RS256"), "with which key"),
        "another kid": (forged.with_header(true, kid="x"), "none that the issuer publishes"),
        "another key": (thief.sign(claims), "none that the issuer publishes"),
        "another key under this kid": (
            jwt.encode(claims, mine, algorithm="RS256", headers={"kid": kid}),
            "Signature",
        ),
        "another key that it brings along": (
            jwt.encode(claims, mine, algorithm="RS256", headers={"kid": kid, **jwk}),
            "Signature",
        ),
        "another issuer": (cloud.identity(**foreign), "issuer is none"),
        "the issuer, and a slash": (cloud.identity(**slash), "issuer is none"),
        "no issuer": (cloud.identity(iss=None), "issuer is none"),
        "no token": ("x", "no JSON Web Token"),
        "a user's token": (cloud.hub_token, "no JSON Web Token"),
    }


FORGERIES = (
    *("other claims", "another signature", "no signature", "alg none", "alg None in capitals"),
    *("HS256 by the public key", "HS256 called RS256", "RS512 by the true key", "no kid"),
    *("another kid", "another key", "another key under this kid"),
    *("another key that it brings along", "another issuer", "the issuer, and a slash"),
    *("no issuer", "no token", "a user's token"),
)


@pytest.mark.parametrize("which", FORGERIES)
def test_a_forgery_gets_none(cloud, model, forgeries, which):
    identity, word = forgeries[which]
    refused(cloud, identity, model, word)


def test_all_forgeries_are_tried(forgeries):
    assert set(forgeries) == set(FORGERIES)


MALFORMED = {
    "nothing between dots": "..",
    "two parts": "a.b",
    "no base64": "!.!.!",
    "a header that is a list": f"{forged.part([])}.e30.x",
    "a kid that is a number": f"{forged.part({'alg': 'RS256', 'kid': 7})}.e30.x",
    "an alg that is a list": f"{forged.part({'alg': ['RS256'], 'kid': 'x'})}.e30.x",
    "JSON without an end": f"{forged.text(b'[' * 20_000)}.e30.x",
    "claims without an end": f"{forged.part({'alg': 'RS256'})}.{forged.text(b'[' * 20_000)}.x",
    "claims that are text": f"{forged.part({'alg': 'RS256'})}.{forged.text(b'x')}.x",
    "claims that are none": f"{forged.part({'alg': 'RS256'})}.{forged.text(b'null')}.x",
    "no text": "\0",
}


@pytest.mark.parametrize("which", MALFORMED)
def test_what_is_malformed_gets_none(cloud, model, which):
    body = json.dumps(
        {
            "grant_type": GRANT,
            "subject_token_type": ID_TOKEN,
            "subject_token": MALFORMED[which],
            "resource": model,
        }
    )
    answer = cloud.http(None).post("/oauth/token", content=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), answer.text


def test_a_token_of_an_exchange_is_no_identity(cloud, model):
    token = cloud.exchange(cloud.identity(), model).json()["access_token"]
    refused(cloud, token, model, "no JSON Web Token")


def test_what_trusts_nobody_and_what_is_not_there_look_alike(cloud, model):
    silent = cloud.create(f"silent-{model.partition('/')[2]}", private=True)
    for resource in (silent, f"{silent}-not", f"datasets/{model}", f"kernels/{model}"):
        refused(cloud, cloud.identity(), resource, "is no repository of this Hub, or it trusts no")
    refused(cloud, cloud.identity(), "slipway", "of users")


def test_a_publisher_that_was_removed_gets_none(cloud, model):
    number = cloud.trust(model, environment="prod")
    assert cloud.exchange(cloud.identity(environment="prod"), model).status_code == 200
    for line in cloud.settings.listing().splitlines()[2:]:
        if f" {model} " in line:
            cloud.settings.distrust(int(line.split()[0]))
    refused(cloud, cloud.identity(environment="prod"), model, "trusts no publisher")
    assert number


@pytest.mark.parametrize(
    "changes",
    [
        {"grant_type": None},
        {"grant_type": "password"},
        {"subject_token_type": None},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:access_token"},
        {"subject_token": None},
        {"subject_token": ["x"]},
        {"resource": None},
        {"resource": "a/b/c"},
        {"resource": "slipway/"},
        {"resource": "/model"},
        {"resource": "slipway/mo del"},
        {"resource": "datasets/slipway/../x"},
    ],
    ids=str,
)
def test_what_is_no_exchange_is_an_invalid_request(cloud, model, changes):
    answer = cloud.exchange(cloud.identity(), model, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer.json()["error_description"]


def test_what_is_not_json_is_an_invalid_request_and_people_sign_in_elsewhere(cloud, model):
    answer = cloud.http(None).post("/oauth/token", data={"grant_type": "x"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert cloud.exchange("x", model, grant_type="refresh_token").status_code == 501
