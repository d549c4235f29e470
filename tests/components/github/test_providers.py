"""Protects the dynamic providers for GitHub, called as the engine does, against a live one."""

import base64
import json
import re

import pytest
from nacl.public import PublicKey, SealedBox

from sandbox.github.settings.holders import Holder
from sandbox.http.faults import Answer, CutBefore
from slipway.core.credentials import PLACEHOLDER, github_endpoint
from slipway.core.secrecy.sealing import seal
from slipway.errors import ApiError, ConfigError, DeployError
from slipway.github.claims.provider import ClaimProvider
from slipway.github.client import GitHubClient
from slipway.github.provider import GitHubProvider
from slipway.github.secrets.sealed_secret import SealedSecretProvider
from tests.providers.engine import UNKNOWN, Engine
from tests.sandbox.github.live import (
    OWNER,
    PUBLIC_TOKEN,
    READ_TOKEN,
    SCOPELESS_TOKEN,
    STRANGERS_TOKEN,
    TOKEN,
    live_github,
)

CANARY = "canary-of-a-secret"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with live_github(tmp_path_factory.mktemp("github")) as live:
        yield live


@pytest.fixture(autouse=True)
def environment(hub, monkeypatch):
    monkeypatch.setenv("GITHUB_BASE_URL", f"{hub.url}/")
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    for name in ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)
    yield
    hub.faults.clear()


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """Seconds that the providers would have waited."""
    seconds = []

    def client(provider, props):
        return GitHubClient(github_endpoint(), provider.token, props["owner"], sleep=seconds.append)

    monkeypatch.setattr(GitHubProvider, "client", client)
    return seconds


@pytest.fixture
def repository(hub, request):
    name = re.sub(r"[^A-Za-z0-9]", "-", request.node.name)[-60:]
    hub.repository(name)
    return name


def last(hub):
    return max((row.id for row in hub.log.requests()), default=0)


def requests(hub, since):
    return [(row.method, row.path) for row in hub.log.requests(since_id=since)]


# --- the claim


def claim(repository, *claims, **other):
    return {
        "owner": OWNER,
        "repository": repository,
        "claims": [list(each) for each in claims],
        "adopt": [],
        "parent": "urn:pulumi:dev::p::t::settings",
        "provider": "urn:pulumi:dev::p::t$pulumi:providers:github::it",
        **other,
    }


HF_TOKEN = ("secret", "HF_TOKEN", "", "o/r/secret/HF_TOKEN")
ENVIRONMENT = ("environment", "prod", "", "o/r/environment/prod")
INSIDE = ("variable", "MODE", "prod", "o/r/environment/prod/variable/MODE")


def put_secret(hub, repository, name, environment=None):
    base = f"/repos/{OWNER}/{repository}/" + (
        f"environments/{environment}" if environment else "actions"
    )
    key = hub.http.get(f"{base}/secrets/public-key").json()
    box = SealedBox(PublicKey(base64.b64decode(key["key"]))).encrypt(b"theirs")
    sealed = {"encrypted_value": base64.b64encode(box).decode(), "key_id": key["key_id"]}
    assert hub.http.put(f"{base}/secrets/{name}", json=sealed).status_code in (201, 204)


def test_free_names_are_claimed_and_only_looked_at_once(hub, repository):
    engine = Engine(ClaimProvider)
    assert engine.up(claim(repository, HF_TOKEN, ENVIRONMENT, INSIDE)) == "created"
    assert engine.outputs["page"] == f"{hub.url}/{OWNER}/{repository}"
    put_secret(hub, repository, "HF_TOKEN")  # as the stack itself does next
    hub.http.put(f"/repos/{OWNER}/{repository}/environments/prod", json={})
    before = last(hub)
    assert engine.up(claim(repository, HF_TOKEN, ENVIRONMENT, INSIDE)) == "same"
    assert requests(hub, before) == [("GET", f"/api/v3/repos/{OWNER}/{repository}")]
    assert engine.refresh()
    assert engine.up(claim(repository, HF_TOKEN, ENVIRONMENT, INSIDE)) == "same"


def test_a_plan_from_a_snapshot_asks_nobody(hub, repository, monkeypatch):
    engine = Engine(ClaimProvider)
    engine.up(claim(repository, HF_TOKEN))
    monkeypatch.setenv("GITHUB_TOKEN", PLACEHOLDER)
    before = last(hub)
    assert not engine.diff(claim(repository, HF_TOKEN)).changes
    assert engine.diff(claim(repository, HF_TOKEN, ENVIRONMENT)).changes
    assert requests(hub, before) == []


def test_a_taken_name_is_refused_with_what_to_do_and_without_a_write(hub, repository):
    put_secret(hub, repository, "HF_TOKEN")
    hub.http.put(f"/repos/{OWNER}/{repository}/environments/Prod", json={})
    url = f"/repos/{OWNER}/{repository}/environments/Prod/variables"
    hub.http.post(url, json={"name": "MODE", "value": "theirs"})
    before = last(hub)
    with pytest.raises(ConfigError) as caught:
        Engine(ClaimProvider).up(claim(repository, HF_TOKEN, ENVIRONMENT, INSIDE))
    said = str(caught.value)
    for name in ("secret HF_TOKEN", "environment prod", "variable MODE of environment prod"):
        assert f"\n  {name}\n" in said
    assert f"{INSIDE[3]} '{repository}:prod:MODE' --parent" in said
    assert said.index("aliases=[pulumi.Alias(") < said.index("under slipway:repository.adopt")
    assert "ActionsSecret" not in said  # which is simply written again
    assert {method for method, _ in requests(hub, before)} == {"GET"}
    adopted = ["secret HF_TOKEN", "environment prod", "variable MODE of environment prod"]
    engine = Engine(ClaimProvider)
    assert engine.up(claim(repository, HF_TOKEN, ENVIRONMENT, INSIDE, adopt=adopted)) == "created"
    assert engine.up(claim(repository, HF_TOKEN, ENVIRONMENT, INSIDE)) == "same"


def test_a_name_that_is_claimed_later_is_looked_at_then(hub, repository):
    engine = Engine(ClaimProvider)
    engine.up(claim(repository, HF_TOKEN))
    hub.http.put(f"/repos/{OWNER}/{repository}/environments/prod", json={})
    with pytest.raises(ConfigError, match="environment prod"):
        engine.up(claim(repository, HF_TOKEN, ENVIRONMENT))
    put_secret(hub, repository, "HF_TOKEN")
    assert engine.up(claim(repository, HF_TOKEN)) == "same"


def test_more_names_than_a_page_holds_are_all_seen(hub, repository):
    base = f"/repos/{OWNER}/{repository}/actions/variables"
    for number in range(105):
        hub.http.post(base, json={"name": f"V{number:03}", "value": "v"})
    with pytest.raises(ConfigError, match="variable V104"):
        Engine(ClaimProvider).up(claim(repository, ("variable", "V104", "", "v")))


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ("ghp_wrong", "401 .Bad credentials.*check GITHUB_TOKEN"),
        (SCOPELESS_TOKEN, "no scope; it needs the scope `repo`"),
        (PUBLIC_TOKEN, "has public_repo; it needs the scope `repo`"),
        (READ_TOKEN, "not administer it"),
        (STRANGERS_TOKEN, "not administer it"),
    ],
)
def test_a_token_that_will_not_do_is_refused(repository, monkeypatch, token, says):
    engine = Engine(ClaimProvider)
    engine.up(claim(repository, HF_TOKEN))
    monkeypatch.setenv("GITHUB_TOKEN", token)
    for action in (lambda: engine.up(claim(repository, HF_TOKEN)), engine.refresh):
        with pytest.raises(ApiError, match=says) as caught:
            action()
        assert token not in str(caught.value)
    assert engine.id  # never taken for gone


@pytest.mark.parametrize(("token", "passes"), [("ghs_of-an-app", True), ("ghp_of-ada", False)])
def test_the_token_of_an_app_has_rights_and_no_role(hub, repository, token, passes):
    """GitHub says of such a token that it administers nothing, whatever rights it was given."""
    seen = {"id": 7, "html_url": "http://page", "permissions": {"admin": False}}
    hub.faults.set("github", Answer(200, {}, json.dumps(seen)), path=repository)
    client = GitHubClient(github_endpoint(), token, OWNER)
    if passes:
        assert client.repository(repository).id == 7
    else:
        with pytest.raises(ApiError, match="not administer it"):
            client.repository(repository)


@pytest.mark.parametrize("trouble", [Answer(404), Answer(403), Answer(500), CutBefore()])
def test_trouble_is_raised_and_never_taken_for_gone(hub, repository, trouble):
    engine, sealed = Engine(ClaimProvider), Engine(SealedSecretProvider)
    engine.up(claim(repository, HF_TOKEN))
    hub.http.put(f"/repos/{OWNER}/{repository}/environments/e", json={})
    sealed.up(secret(repository, environment="e"))
    hub.faults.set("github", trouble, path=repository, times=None)
    for each in (engine, sealed):
        with pytest.raises(ApiError):
            each.refresh()
        assert each.id


def test_passing_trouble_is_tried_again_and_a_limit_is_waited_out(hub, repository, waits):
    hub.faults.set("github", Answer(502), path=repository, times=2)
    assert Engine(ClaimProvider).up(claim(repository)) == "created"
    assert len(waits) == 2
    hub.faults.set("github", Answer(429, {"Retry-After": "7"}), path=repository)
    assert Engine(ClaimProvider).up(claim(repository)) == "created"
    assert 7 <= waits[2] <= 9
    hub.faults.set("github", Answer(429, {"Retry-After": "3000"}), path=repository)
    with pytest.raises(ApiError, match="in 3000 s"):
        Engine(ClaimProvider).up(claim(repository))
    assert len(waits) == 3


COMPONENT = "slipway:github:RepositorySettings"
FORMERLY = ("environment", "prod", "", "it-environment-deployment")


def at(types, name, **former):
    parents = [f"urn:pulumi:dev::p::{each}" for each in former.pop("parents", [])]
    return {
        "parent": f"urn:pulumi:dev::p::{types}::{name}",
        "former_parents": parents,
        "former_names": {ENVIRONMENT[3]: former.pop("was", "environment-deployment")},
        **former,
    }


@pytest.mark.parametrize(
    ("before", "now", "says"),
    [
        (
            claim("", FORMERLY, **at(COMPONENT, "it")),
            claim("", ENVIRONMENT, **at(COMPONENT, "it", was="environment-release")),
            "environment prod: the state has it as it-environment-deployment",
        ),
        (
            claim("", ENVIRONMENT, **at(COMPONENT, "it")),
            claim("", ENVIRONMENT, **at(f"a:b:Group${COMPONENT}", "it")),
            rf'aliases=\["urn:pulumi:dev::p::{COMPONENT}::it"\]',
        ),
        (
            claim("", ENVIRONMENT, **at(COMPONENT, "it")),
            claim("", ("environment", "Prod", "", "o/r/environment/Prod"), **at(COMPONENT, "it")),
            "environment Prod: it is the same one as environment prod",
        ),
    ],
    ids=["another key, by a former version", "another parent", "another spelling"],
)
def test_what_is_this_stacks_is_never_made_again_under_another_name(repository, before, now, says):
    engine = Engine(ClaimProvider)
    engine.up(before | {"repository": repository})
    handed_over = {"adopt": ["environment prod", "environment Prod"]}
    with pytest.raises(ConfigError, match=says):
        engine.up(now | {"repository": repository} | handed_over)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (
            claim("", FORMERLY, **at(COMPONENT, "it")),
            claim("", ENVIRONMENT, **at(COMPONENT, "it")),
        ),
        (
            claim("", FORMERLY, **at(COMPONENT, "it")),
            claim("", ENVIRONMENT, **at(COMPONENT, "renamed", parents=[f"{COMPONENT}::it"])),
        ),
        (
            claim("", ENVIRONMENT, **at(COMPONENT, "it")),
            claim("", ENVIRONMENT, **at(COMPONENT, "it", was="environment-release")),
        ),
        (
            claim("", ENVIRONMENT, **at(COMPONENT, "it")),
            claim(
                "", ENVIRONMENT, **at(f"a:b:Group${COMPONENT}", "it", parents=[f"{COMPONENT}::it"])
            ),
        ),
    ],
    ids=["a former version", "that, and another name", "another key", "another parent"],
)
def test_what_the_engine_finds_under_an_alias_goes_on(hub, repository, before, now):
    engine = Engine(ClaimProvider)
    engine.up(before | {"repository": repository})
    hub.http.put(f"/repos/{OWNER}/{repository}/environments/prod", json={})
    assert engine.up(now | {"repository": repository}) in ("updated", "same")
    assert engine.up(now | {"repository": repository}) == "same"


def test_a_repository_that_is_called_otherwise_is_not_written_and_then_deleted(repository):
    engine = Engine(ClaimProvider)
    engine.up(claim(repository, ENVIRONMENT))
    with pytest.raises(ConfigError, match=f"knows it as {OWNER}/{repository}.*state delete"):
        engine.up(claim(repository.upper(), ENVIRONMENT))
    assert engine.up(claim(repository)) == "updated"  # what is claimed no more goes
    assert engine.up(claim(repository.upper(), ENVIRONMENT)) == "updated"


# --- the sealed secret


def secret(repository, value=CANARY, token=TOKEN, **other):
    place = {"owner": OWNER, "repository": repository, "environment": "", "name": "KEY"}
    return {**place, "sealed": seal(token, value), **other}


def opened(hub, repository, outputs):
    """What GitHub finds in the ciphertext, once it is put there."""
    base = f"/repos/{OWNER}/{repository}/" + (
        f"environments/{outputs['environment']}" if outputs["environment"] else "actions"
    )
    body = {"encrypted_value": outputs["encrypted"], "key_id": outputs["key_id"]}
    assert hub.http.put(f"{base}/secrets/KEY", json=body).status_code in (201, 204)
    found = hub.service.registry.find(OWNER, repository).id
    environment = hub.service.environments.find(found, outputs["environment"])
    number = environment.id if environment else 0
    return hub.service.secret_store.values(Holder(found, number))["KEY"]


def test_github_opens_what_was_sealed_and_nobody_else_does(hub, repository):
    engine = Engine(SealedSecretProvider)
    engine.up(secret(repository))
    assert opened(hub, repository, engine.outputs) == CANARY
    assert CANARY not in str(engine.outputs)
    hub.http.put(f"/repos/{OWNER}/{repository}/environments/e", json={})
    inside = Engine(SealedSecretProvider)
    inside.up(secret(repository, environment="e"))
    assert inside.outputs["key_id"] != engine.outputs["key_id"]
    assert opened(hub, repository, inside.outputs) == CANARY


def test_the_ciphertext_stays_while_the_value_does_whatever_the_token(hub, repository, monkeypatch):
    engine = Engine(SealedSecretProvider)
    engine.up(secret(repository))
    before, state = last(hub), engine.outputs
    assert engine.up(secret(repository)) == "same"
    monkeypatch.setenv("GITHUB_TOKEN", READ_TOKEN)
    assert engine.up(secret(repository, token=READ_TOKEN)) == "same"
    assert engine.outputs == state
    assert requests(hub, before) == []


def test_another_value_or_place_is_sealed_anew(hub, repository):
    engine = Engine(SealedSecretProvider)
    engine.up(secret(repository))
    assert engine.diff(secret(repository, sealed=UNKNOWN)).changes
    assert engine.up(secret(repository, "another")) == "updated"
    assert opened(hub, repository, engine.outputs) == "another"
    hub.http.put(f"/repos/{OWNER}/{repository}/environments/e", json={})
    assert engine.up(secret(repository, "another", environment="e")) == "updated"
    assert opened(hub, repository, engine.outputs) == "another"


def test_a_place_that_was_made_again_has_another_key(hub, repository):
    url = f"/repos/{OWNER}/{repository}/environments/e"
    hub.http.put(url, json={})
    engine = Engine(SealedSecretProvider)
    inputs = secret(repository, environment="e")
    engine.up(inputs)
    assert engine.refresh()
    assert engine.up(inputs) == "same"
    hub.http.delete(url)
    gone = Engine(SealedSecretProvider)
    gone.id, gone.outputs, gone.inputs = engine.id, engine.outputs, engine.inputs
    assert not gone.refresh()
    hub.http.put(url, json={})
    assert engine.refresh()
    assert engine.up(inputs) == "updated"
    assert opened(hub, repository, engine.outputs) == CANARY


def test_a_value_that_is_too_large_or_empty_is_refused_unseen(repository):
    for value, says in (("x" * (48 * 1024 + 1), "49153 bytes"), ("", "is empty")):
        with pytest.raises(ConfigError, match=says) as caught:
            Engine(SealedSecretProvider).up(secret(repository, value))
        assert "xxx" not in str(caught.value)


def test_an_environment_that_is_missing_is_told(repository):
    with pytest.raises(DeployError, match="has no environment nope"):
        Engine(SealedSecretProvider).up(secret(repository, environment="nope"))
