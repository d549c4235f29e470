"""Secrets: sealed in, names and dates out, opened for jobs alone."""

import base64

import pytest
from nacl.public import PublicKey, SealedBox

from sandbox.github.settings.holders import Holder
from tests.sandbox.github.live import LiveGitHub


def sealed(key: str, value: bytes) -> str:
    return base64.b64encode(SealedBox(PublicKey(base64.b64decode(key))).encrypt(value)).decode()


def put(gh: LiveGitHub, place: str, name: str, value: str = "hush") -> int:
    key = gh.http.get(f"{place}/secrets/public-key").json()
    body = {"encrypted_value": sealed(key["key"], value.encode()), "key_id": key["key_id"]}
    return gh.http.put(f"{place}/secrets/{name}", json=body).status_code


@pytest.fixture
def places(gh, repository) -> dict[str, str]:
    """Where secrets can be: in the repository, and in an environment by both its addresses."""
    base = f"/repos/{repository}"
    assert gh.http.put(f"{base}/environments/a%2Fb", json={}).status_code == 200
    number = gh.http.get(base).json()["id"]
    return {
        "repository": f"{base}/actions",
        "environment": f"{base}/environments/a%2Fb",
        "by number": f"/repositories/{number}/environments/a%2Fb",
    }


@pytest.mark.parametrize("place", ["repository", "environment", "by number"])
def test_a_secret_is_told_by_name_and_dates_alone(gh, repository, places, place):
    assert put(gh, places[place], "Deploy_Key", "höchst geheim\n") == 201
    assert put(gh, places[place], "DEPLOY_KEY", "geheimer") == 204
    listed = gh.http.get(f"{places[place]}/secrets").json()
    assert listed["total_count"] == 1
    assert set(listed["secrets"][0]) == {"name", "created_at", "updated_at"}
    one = gh.http.get(f"{places[place]}/secrets/deploy_key").json()
    assert one == listed["secrets"][0]
    assert one["name"] == "DEPLOY_KEY"
    environment = None if place == "repository" else "a/b"
    assert gh.service.secrets(repository, environment) == {"DEPLOY_KEY": "geheimer"}
    assert gh.http.delete(f"{places[place]}/secrets/deploy_key").status_code == 204
    assert gh.http.delete(f"{places[place]}/secrets/deploy_key").status_code == 404
    assert gh.http.get(f"{places[place]}/secrets/deploy_key").status_code == 404


def test_both_addresses_of_an_environment_lead_to_the_same_secrets(gh, places):
    put(gh, places["environment"], "ONE")
    assert gh.http.get(f"{places['by number']}/secrets/ONE").status_code == 200
    by_name = gh.http.get(f"{places['environment']}/secrets/public-key").json()
    assert by_name == gh.http.get(f"{places['by number']}/secrets/public-key").json()


def test_every_holder_has_a_key_of_its_own(gh, places):
    keys = {gh.http.get(f"{places[p]}/secrets/public-key").json()["key"] for p in places}
    assert len(keys) == 2  # the environment's is the same by both addresses
    other = gh.repository("other")
    key = gh.http.get(f"/repos/{other}/actions/secrets/public-key").json()
    assert key["key"] not in keys
    mine = gh.http.get(f"{places['repository']}/secrets/public-key").json()
    body = {"encrypted_value": sealed(key["key"], b"x"), "key_id": mine["key_id"]}
    answer = gh.http.put(f"{places['repository']}/secrets/X", json=body)
    assert answer.status_code == 422
    assert "Improperly encrypted" in answer.json()["message"]
    body["key_id"] = key["key_id"]
    assert gh.http.put(f"{places['repository']}/secrets/X", json=body).status_code == 422


def test_an_environments_secret_wins_and_ends_with_it(gh, repository, places):
    put(gh, places["repository"], "A", "wide")
    put(gh, places["repository"], "B", "wide")
    put(gh, places["environment"], "A", "narrow")
    assert gh.service.secrets(repository, "A/B") == {"A": "narrow", "B": "wide"}
    assert gh.service.secrets(repository, None) == {"A": "wide", "B": "wide"}
    gh.http.delete(places["environment"])
    gh.http.put(places["environment"], json={})
    assert gh.http.get(f"{places['environment']}/secrets").json()["total_count"] == 0


@pytest.mark.parametrize("name", ["GITHUB_X", "github_x", "1A", "a-b", "a%20b", "%C3%A4"])
def test_names_that_the_platform_refuses(gh, places, name):
    assert put(gh, places["repository"], name) == 422


@pytest.mark.parametrize(
    "body", [{}, {"key_id": "1"}, {"encrypted_value": "YQ=="}, {"encrypted_value": 5, "key_id": 1}]
)
def test_a_value_needs_a_box_and_the_key_it_was_sealed_with(gh, places, body):
    assert gh.http.put(f"{places['repository']}/secrets/A", json=body).status_code == 422


def test_values_and_their_number_are_limited(gh, repository, places):
    assert put(gh, places["repository"], "LARGEST", "x" * 48 * 1024) == 201
    assert put(gh, places["repository"], "LARGER", "x" * (48 * 1024 + 1)) == 422
    key = gh.http.get(f"{places['repository']}/secrets/public-key").json()
    box = sealed(key["key"], b"x")
    holder = Holder(gh.service.require(repository).id)
    for number in range(99):
        gh.service.secret_store.put(holder, f"S{number}", box, key["key_id"])
    assert put(gh, places["repository"], "ONE_TOO_MANY") == 422
    assert put(gh, places["repository"], "S1", "other") == 204


def test_no_plain_value_is_in_the_sandboxes_files(gh, places, tmp_path):
    put(gh, places["repository"], "A", "a-value-to-look-for")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(b"a-value-to-look-for" in path.read_bytes() for path in files)
