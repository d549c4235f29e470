"""The page of a repository: what is set there is shown, and no secret is."""

import re
from html import unescape

import httpx
from nacl.encoding import Base64Encoder
from nacl.public import PublicKey, SealedBox

SECRET = "canary-of-the-page"


def seal(gh, place, name):
    key = gh.http.get(f"{place}/secrets/public-key").json()
    box = SealedBox(PublicKey(key["key"].encode(), Base64Encoder))
    sealed = box.encrypt(SECRET.encode(), Base64Encoder).decode()
    body = {"encrypted_value": sealed, "key_id": key["key_id"]}
    gh.http.put(f"{place}/secrets/{name}", json=body).raise_for_status()


def rows(html):
    """The texts of each table row's cells."""
    return [
        tuple(unescape(re.sub(r"<[^>]*>", "", cell)) for cell in re.findall(r"<td>(.*?)</td>", row))
        for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    ]


def test_it_shows_what_is_set_and_no_secret(gh, repository):
    api = f"/repos/{repository}"
    custom = {"protected_branches": False, "custom_branch_policies": True}
    gh.http.put(f"{api}/environments/a%2F%3Cb%3E", json={"deployment_branch_policy": custom})
    gh.http.post(
        f"{api}/environments/a%2F%3Cb%3E/deployment-branch-policies", json={"name": "main"}
    ).raise_for_status()
    gh.http.post(f"{api}/actions/variables", json={"name": "PLACE", "value": "<here>"})
    seal(gh, f"{api}/actions", "OF_ALL")
    seal(gh, f"{api}/environments/a%2F%3Cb%3E", "OF_ONE")
    gh.http.post(
        f"{api}/rulesets",
        json={
            "name": "Careful",
            "enforcement": "active",
            "conditions": {"ref_name": {"include": ["refs/heads/main"], "exclude": []}},
            "rules": [{"type": "non_fast_forward"}],
        },
    ).raise_for_status()

    stranger = httpx.get(f"{gh.url}/{repository}", trust_env=False)
    token = {"authorization": f"Bearer {gh.token}"}
    answer = httpx.get(f"{gh.url}/{repository}", headers=token, trust_env=False)

    # Whoever the API tells no value is told none here either.
    assert ("repository", "PLACE", "variable") in [row[:3] for row in rows(stranger.text)]
    assert "here&gt;" not in stranger.text
    assert answer.status_code == 200
    assert SECRET not in answer.text
    shown = rows(answer.text)
    settings = [row[:3] for row in shown if len(row) == 4]
    assert ("repository", "OF_ALL", "secret") in settings
    assert ("repository", "PLACE", "<here>") in settings
    assert ("environment a/<b>", "OF_ONE", "secret") in settings
    assert ("environment a/<b>", "", "deployments only from main") in settings
    assert ("Careful", "active", "main", "non fast forward") in shown
    assert ("README.md", "6") in shown
    assert "<here>" not in answer.text
    [runs] = re.findall(r'<header>.*?href="([^"]*)"', answer.text)
    assert httpx.get(gh.url + runs, trust_env=False).status_code in (200, 501)
