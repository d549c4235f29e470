"""A job with an environment is a deployment, and workflows hear of deployments."""

import time

import pytest

from tests.sandbox.github.live import live_github


@pytest.fixture(scope="module")
def gh(tmp_path_factory, act):
    with live_github(tmp_path_factory.mktemp("deploying"), act=act) as live:
        yield live


DEPLOY = """
name: Deploy
on: [push]
jobs:
  staging:
    runs-on: ubuntu-latest
    environment:
      name: staging
      url: ${{ steps.up.outputs.url }}/${{ github.run_number }}
    outputs: {url: "${{ steps.up.outputs.url }}"}
    steps:
      - {id: up, run: 'echo "url=https://example.org/app" >> "$GITHUB_OUTPUT"'}
  broken:
    runs-on: ubuntu-latest
    environment: production
    steps: [{run: exit 1}]
  after:
    needs: staging
    runs-on: ubuntu-latest
    steps: [{run: 'echo "had ${{ toJSON(needs.staging.outputs) }}"'}]
"""
HEARD = """
name: Heard
on: [deployment, deployment_status]
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$SAID"
        env:
          SAID: >-
            ${{ github.event_name }} ${{ github.event.deployment.environment }}
            ${{ github.event.deployment_status.state }} ${{ github.ref }}
            ${{ github.event.deployment_status.environment_url }}
"""


def _ended(gh, repository, **asked) -> list[dict]:
    """A repository's runs, once all of them have ended."""
    service = gh.run_host
    end = time.monotonic() + 60
    while service.records.unfinished() or service._threads:
        assert time.monotonic() < end, "the runs did not end"
        time.sleep(0.02)
    params = {"per_page": 100, **asked}
    return gh.http.get(f"/repos/{repository}/actions/runs", params=params).json()["workflow_runs"]


def test_jobs_with_an_environment_are_deployments_with_their_ends(gh):
    files = {".github/workflows/heard.yml": HEARD, ".github/workflows/deploy.yml": DEPLOY}
    repository = gh.repository("deploys", files)
    (run,) = _ended(gh, repository)  # what jobs do by themselves starts no other workflow
    jobs = gh.http.get(f"/repos/{repository}/actions/runs/{run['id']}/jobs").json()["jobs"]
    assert {job["name"]: job["conclusion"] for job in jobs} == {
        "staging": "success",
        "broken": "failure",
        "after": "success",
    }
    shown = gh.http.get(f"/repos/{repository}/deployments").json()
    found = {each["environment"]: each for each in shown}
    assert set(found) == {"staging", "production"}
    assert found["staging"]["ref"] == "main"
    assert found["staging"]["sha"] == run["head_sha"]
    assert found["staging"]["creator"]["login"] == "github-actions[bot]"
    said = {name: gh.http.get(each["statuses_url"]).json() for name, each in found.items()}
    assert [each["state"] for each in said["staging"]] == ["success", "in_progress"]
    assert [each["state"] for each in said["production"]] == ["failure", "in_progress"]
    assert said["staging"][0]["environment_url"] == "https://example.org/app/1"
    assert f"/actions/runs/{run['id']}" in said["staging"][0]["log_url"]
    (after,) = [job for job in jobs if job["name"] == "after"]
    log = gh.http.get(f"/repos/{repository}/actions/jobs/{after['id']}/logs").text
    assert "slipway-environment-url" not in log


def test_workflows_hear_of_what_a_person_deploys(gh):
    repository = gh.repository("hears", {".github/workflows/heard.yml": HEARD})
    body = {"ref": "main", "environment": "review", "required_contexts": []}
    made = gh.http.post(f"/repos/{repository}/deployments", json=body).json()
    url = f"/repos/{repository}/deployments/{made['id']}/statuses"
    said = {"state": "success", "environment_url": "https://example.org"}
    assert gh.http.post(url, json=said).status_code == 201
    assert gh.http.post(url, json={"state": "inactive"}).status_code == 201
    runs = _ended(gh, repository)
    assert sorted(run["event"] for run in runs) == ["deployment", "deployment_status"]
    assert {run["display_title"] for run in runs} == {"Heard"}
    logs = ""
    for run in runs:
        (job,) = gh.http.get(f"/repos/{repository}/actions/runs/{run['id']}/jobs").json()["jobs"]
        logs += gh.http.get(f"/repos/{repository}/actions/jobs/{job['id']}/logs").text
    assert "deployment review  refs/heads/main" in logs
    assert "deployment_status review success refs/heads/main https://example.org" in logs


RELEASED = """
name: Released
on: {release: {types: [published]}}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$SAID"
        env:
          SAID: ${{ github.event.action }} ${{ github.event.release.tag_name }} ${{ github.ref }}
"""


def test_a_workflow_runs_once_for_a_release_of_the_kind_it_listens_to(gh):
    repository = gh.repository("releases", {".github/workflows/released.yml": RELEASED})
    body = {"tag_name": "v1", "name": "The first"}
    assert gh.http.post(f"/repos/{repository}/releases", json=body).status_code == 201
    (run,) = _ended(gh, repository)
    assert (run["event"], run["display_title"], run["conclusion"]) == (
        "release",
        "The first",
        "success",
    )
    (job,) = gh.http.get(f"/repos/{repository}/actions/runs/{run['id']}/jobs").json()["jobs"]
    log = gh.http.get(f"/repos/{repository}/actions/jobs/{job['id']}/logs").text
    assert "published v1 refs/tags/v1" in log
