"""From a push of a workflow to a file on the Hub, by the Hub's own client and no stored token."""

import stat
import sys
from pathlib import Path

import httpx
import pytest

from tests.sandbox.keyless.training import Training

PUSH = """
from huggingface_hub import HfApi, get_token
import os
assert "HF_TOKEN" not in os.environ
print("before", get_token() is not None)
HfApi().upload_file(
    path_or_fileobj=b"weights of " + os.environ["GITHUB_SHA"].encode(),
    path_in_repo="weights.txt",
    repo_id=os.environ["HF_OIDC_RESOURCE"],
)
print("pushed")
"""
WORKFLOW = """
name: Publish
on: push
permissions: {{contents: read}}
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions: {{contents: read, {permission}}}
    steps:
      - uses: actions/checkout@v4
      - run: |
          case "$ACTIONS_ID_TOKEN_REQUEST_TOKEN" in ?*) echo "a bearer" ;; *) echo "none" ;; esac
          echo "it is [$ACTIONS_ID_TOKEN_REQUEST_TOKEN]"
          {python} push.py
        env: {{HF_OIDC_RESOURCE: {resource}}}
"""
# As the Hub's and GitHub's documentation have it: the command line alone, and no client at all.
MORE = """
      - run: echo card > card.txt && {bin}/hf upload {resource} card.txt card.txt
        env: {{HF_OIDC_RESOURCE: {resource}}}
      - run: |
          curl -sSf -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
            "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=https://huggingface.co" > said.json
          {python} exchange.py
        env: {{RESOURCE: {resource}}}
"""
EXCHANGE = """
import json, os, urllib.request
body = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
    "subject_token": json.load(open("said.json"))["value"],
    "resource": os.environ["RESOURCE"],
}
request = urllib.request.Request(
    os.environ["HF_ENDPOINT"] + "/oauth/token",
    json.dumps(body).encode(),
    {"Content-Type": "application/json"},
)
print("exchanged for", json.load(urllib.request.urlopen(request))["expires_in"], "seconds")
"""


def publish(training, resource, permission="id-token: write", more="") -> tuple[str, str, str]:
    """Pushes the workflow; the commit, the run's conclusion and the job's log."""
    training.put("push.py", PUSH)
    training.put("exchange.py", EXCHANGE)
    text = (WORKFLOW + more).format(
        python=sys.executable,
        bin=Path(sys.executable).parent,
        resource=resource,
        permission=permission,
    )
    return training.run(text)


@pytest.fixture
def training(cloud, model):
    made = Training(cloud, f"training-{model.rpartition('-')[2]}")
    yield made
    made.http.close()


def test_a_workflow_pushes_to_the_model_that_trusts_it(cloud, model, training):
    cloud.trust(model, repository=training.name)
    sha, conclusion, log = publish(training, model, more=MORE)
    assert conclusion == "success", log
    for line in ("a bearer", "it is [***]", "pushed", "exchanged for 3600 seconds"):
        assert line in log
    owner = cloud.http(cloud.hub_token)
    assert owner.get(f"/{model}/resolve/main/weights.txt").text == f"weights of {sha}"
    assert owner.get(f"/{model}/resolve/main/card.txt").text == "card\n"
    newest, before, *_ = owner.get(f"/api/models/{model}/commits/main").json()
    assert [each["authors"][0]["user"] for each in (newest, before)] == ["[OIDC]", "[OIDC]"]
    assert "never" not in cloud.settings.listing().splitlines()[-1]


def test_a_workflow_that_nobody_trusts_is_told_why_by_the_client(cloud, model, training):
    _, conclusion, log = publish(training, model)
    assert conclusion == "failure"
    assert "invalid_grant" in log
    assert f"wants another repository: repository is {training.name}" in log
    assert cloud.http(cloud.hub_token).get(f"/{model}/resolve/main/weights.txt").status_code == 404


def test_a_job_without_the_permission_has_nothing_to_ask_with(cloud, model, training):
    cloud.trust(model, repository=training.name)
    _, conclusion, log = publish(training, model, "issues: read")
    assert conclusion == "failure"
    assert "it is []" in log
    assert "id-token: write" in log, "the client's own advice"


def test_the_key_is_the_homes_alone_and_stays(cloud):
    httpx.get(f"{cloud.github}/_services/token/.well-known/jwks", trust_env=False)
    file = cloud.home.folder / "github-oidc.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "PRIVATE KEY" in file.read_text()
    answer = httpx.get(f"{cloud.github}/_services/token/.well-known/jwks", trust_env=False)
    assert answer.json()["keys"] == [cloud.key.published()]


def test_keys_and_discovery_cost_nobody_a_request(cloud):
    known = f"{cloud.github}/_services/token/.well-known"
    for name in ("openid-configuration", "jwks"):
        answer = httpx.get(f"{known}/{name}", trust_env=False)
        assert answer.status_code == 200
        assert "x-ratelimit-used" not in answer.headers
