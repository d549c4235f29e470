"""Who may do what, and how others are refused."""

import base64

import pytest

from tests.sandbox.github.live import (
    JOB_TOKEN,
    ORGANIZATION,
    OWNER,
    PUBLIC_TOKEN,
    READ_TOKEN,
    SCOPELESS_TOKEN,
    STRANGERS_TOKEN,
    live_github,
)

# What callers are answered who set a variable of a public and of a private repository.
REFUSED = [
    (None, 401, 404),
    ("ghp_nobody", 401, 401),
    (STRANGERS_TOKEN, 403, 404),
    (SCOPELESS_TOKEN, 404, 404),
    (PUBLIC_TOKEN, 201, 404),
    (READ_TOKEN, 403, 403),
    (JOB_TOKEN, 403, 403),
]


@pytest.mark.parametrize(("token", "public", "private"), REFUSED)
def test_who_may_not_change_is_told_as_much_as_they_may_see(gh, token, public, private):
    body = {"name": "A", "value": "1"}
    for name, wanted in (("open", public), ("closed", private)):
        repository = gh.repository(name, private=name == "closed")
        with gh.client(token) as client:
            answer = client.post(f"/repos/{repository}/actions/variables", json=body)
            assert answer.status_code == wanted
            if wanted in {401, 404}:
                assert client.get(f"/repos/{repository}/actions/secrets").status_code == wanted


def test_a_private_repository_is_hidden_from_others_everywhere(gh):
    hidden = gh.repository("hidden", {"a.txt": "a"}, private=True)
    for token in (None, STRANGERS_TOKEN, SCOPELESS_TOKEN, PUBLIC_TOKEN):
        with gh.client(token) as client:
            for rest in ("", "/contents", "/branches", "/environments", "/commits/main/status"):
                assert client.get(f"/repos/{hidden}{rest}").status_code == 404
            assert client.get(f"{gh.url}/{hidden}").status_code == 404
            assert client.get(f"{gh.url}/{hidden}/raw/main/a.txt").status_code == 404
            assert client.get(f"/users/{OWNER}/repos").json() == []
    assert [each["name"] for each in gh.http.get("/user/repos").json()] == ["hidden"]


def test_a_jobs_token_changes_content_and_neither_settings_nor_secrets(gh, repository):
    with gh.client(JOB_TOKEN) as client:
        body = {"message": "x", "content": "eA=="}
        assert client.put(f"/repos/{repository}/contents/x", json=body).status_code == 201
        workflow = f"/repos/{repository}/contents/.github/workflows/x.yml"
        assert client.put(workflow, json=body).status_code == 404
        refused = client.get(f"/repos/{repository}/actions/secrets")
        assert refused.status_code == 403
        assert refused.json()["message"] == "Resource not accessible by integration"
        assert client.get("/user").status_code == 403
        assert client.delete(f"/repos/{repository}").status_code == 403


def test_deleting_needs_a_scope_of_its_own(gh):
    gh.repository("one")
    with gh.client(PUBLIC_TOKEN) as client:
        assert client.delete(f"/repos/{OWNER}/one").status_code == 403
    assert gh.http.delete(f"/repos/{OWNER}/one").status_code == 204


def test_every_form_of_a_token_is_understood(gh):
    basic = base64.b64encode(f"slipway:{gh.token}".encode()).decode()
    old = base64.b64encode(f"{gh.token}:x-oauth-basic".encode()).decode()
    with gh.client(None) as client:
        for header in (f"token {gh.token}", f"bearer {gh.token}", f"Basic {basic}", f"Basic {old}"):
            answer = client.get("/user", headers={"authorization": header})
            assert answer.json()["login"] == OWNER
        for header in ("Basic *", "Digest x", "Basic eA==", "nonsense"):
            answer = client.get("/user", headers={"authorization": header})
            assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")
        assert client.get("/user").json()["message"] == "Requires authentication"


def test_repositories_are_made_by_their_owner_and_in_their_organizations(gh):
    made = gh.http.post(f"/orgs/{ORGANIZATION}/repos", json={"name": "shared", "auto_init": True})
    assert made.status_code == 201
    assert made.json()["owner"]["type"] == "Organization"
    assert made.json()["permissions"]["admin"] is True
    assert gh.http.get(f"/repos/{ORGANIZATION}/shared/readme").status_code == 200
    with gh.client(STRANGERS_TOKEN) as client:
        path = f"/orgs/{ORGANIZATION}/repos"
        assert client.post(path, json={"name": "x"}).status_code == 403
        assert client.get(f"/repos/{ORGANIZATION}/shared").json()["permissions"]["push"] is False
    assert gh.http.post("/orgs/nobody/repos", json={"name": "x"}).status_code == 404
    assert gh.http.post("/user/repos", json={"name": "Shared"}).status_code == 201
    assert gh.http.post("/user/repos", json={"name": "sHARED"}).status_code == 422
    assert gh.http.post("/user/repos", json={"name": "a b"}).json()["name"] == "a-b"
    for name in ("", "--", "..", "x.git", "x" * 101):
        assert gh.http.post("/user/repos", json={"name": name}).status_code == 422


def test_names_are_found_whatever_their_case(gh, repository):
    shown = gh.http.get(f"/repos/{repository.upper()}").json()
    assert shown["full_name"] == repository
    assert gh.http.get(f"/repositories/{shown['id']}").json()["full_name"] == repository
    assert gh.http.get(f"/users/{OWNER.upper()}").json()["login"] == OWNER
    assert gh.http.get("/users/nobody").status_code == 404
    assert gh.http.get(f"/orgs/{OWNER}").status_code == 404
    number = gh.http.get("/user").json()["id"]
    assert gh.http.get(f"/user/{number}").json()["login"] == OWNER


def test_a_repository_is_changed_as_far_as_the_sandbox_can(gh, repository):
    base = f"/repos/{repository}"
    changed = gh.http.patch(base, json={"description": "new", "private": True}).json()
    assert (changed["description"], changed["private"]) == ("new", True)
    assert gh.http.patch(base, json={"visibility": "public"}).json()["private"] is False
    assert gh.http.patch(base, json={"default_branch": "none"}).status_code == 422
    sha = gh.service.resolve(repository, "main")
    gh.http.post(f"{base}/git/refs", json={"ref": "refs/heads/dev", "sha": sha})
    assert gh.http.patch(base, json={"default_branch": "dev"}).json()["default_branch"] == "dev"
    assert gh.http.patch(base, json={"name": "other"}).status_code == 501


def test_the_free_plan_has_no_rules_for_private_repositories(tmp_path):
    with live_github(tmp_path, paid=False) as gh:
        hidden, shown = gh.repository("hidden", private=True), gh.repository("shown")
        body = {"name": "x", "enforcement": "active"}
        refused = gh.http.post(f"/repos/{hidden}/rulesets", json=body)
        assert refused.status_code == 403
        assert "Upgrade to GitHub Pro" in refused.json()["message"]
        assert gh.http.post(f"/repos/{shown}/rulesets", json=body).status_code == 201
