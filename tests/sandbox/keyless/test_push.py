"""From a push of a workflow to a file on the Hub, by the Hub's own client and no stored token."""

import base64
import stat
import sys
import time
from pathlib import Path

import httpx
import pytest

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


class Training:
    """A repository on the sandbox's GitHub with one workflow."""

    def __init__(self, cloud, name: str) -> None:
        self.cloud, self.name = cloud, f"{cloud.owner}/{name}"
        self.http = cloud.github_http()
        assert self.http.post("/user/repos", json={"name": name}).status_code == 201

    def put(self, path: str, text: str, **more: str) -> str:
        body = {"message": "x [skip ci]", "content": base64.b64encode(text.encode()).decode()}
        answer = self.http.put(f"/repos/{self.name}/contents/{path}", json={**body, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()["commit"]["sha"]

    def run(
        self, resource: str, permission: str = "id-token: write", more: str = ""
    ) -> tuple[str, str, str]:
        """Pushes the workflow, waits for its run; the commit, the conclusion and the job's log."""
        self.put("push.py", PUSH)
        self.put("exchange.py", EXCHANGE)
        text = (WORKFLOW + more).format(
            python=sys.executable,
            bin=Path(sys.executable).parent,
            resource=resource,
            permission=permission,
        )
        sha = self.put(".github/workflows/publish.yml", text, message="Publish")
        until = time.monotonic() + 120
        runs = f"/repos/{self.name}/actions/runs"
        while True:
            [run] = self.http.get(runs).json()["workflow_runs"]
            if run["status"] == "completed":
                break
            assert time.monotonic() < until, run
            time.sleep(0.1)
        [job] = self.http.get(f"{runs}/{run['id']}/jobs").json()["jobs"]
        log = self.http.get(
            f"/repos/{self.name}/actions/jobs/{job['id']}/logs", follow_redirects=True
        )
        return sha, run["conclusion"], log.text


@pytest.fixture
def training(cloud, model):
    made = Training(cloud, f"training-{model.rpartition('-')[2]}")
    yield made
    made.http.close()


def test_a_workflow_pushes_to_the_model_that_trusts_it(cloud, model, training):
    cloud.trust(model, repository=training.name)
    sha, conclusion, log = training.run(model, more=MORE)
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
    _, conclusion, log = training.run(model)
    assert conclusion == "failure"
    assert "invalid_grant" in log
    assert f"wants another repository: repository is {training.name}" in log
    assert cloud.http(cloud.hub_token).get(f"/{model}/resolve/main/weights.txt").status_code == 404


def test_a_job_without_the_permission_has_nothing_to_ask_with(cloud, model, training):
    cloud.trust(model, repository=training.name)
    _, conclusion, log = training.run(model, "issues: read")
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
