"""A prediction API that `git push` deploys: to its Space itself, and through GitHub's pipeline."""

import hashlib
import json
import time
import urllib.error
import urllib.request

import pytest
import requests

from tests.e2e.clone import Clone, get_json

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

MODEL = "app/turnover/training/build/model.pkl"
PAYLOAD = "app/turnover/tests/fixtures/test_payload.json"
VERSION = "src/version.py"
SERVED_SECONDS, RUN_SECONDS = 300, 1500  # the jobs install the app's packages, each for itself


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """A clone with dev raised."""
    made = Clone.make(tmp_path_factory.mktemp("turnover"), systems="turnover")
    try:
        made.up("dev")
        yield made
    finally:
        made.sandbox("reset")


def url(clone, stack="dev"):
    return clone.outputs(stack)["turnover"]["url"]


def predict(clone, stack="dev", key=""):
    """Status and body."""
    headers = {"Content-Type": "application/json"} | ({"X-API-Key": key} if key else {})
    body = (clone.folder / PAYLOAD).read_bytes()
    request = urllib.request.Request(f"{url(clone, stack)}/predict", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def git(clone, *arguments):
    command = ["git", "-c", "user.name=me", "-c", "user.email=me@example.com", *arguments]
    ended = clone.sandbox("run", "--", *command)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout.strip()


def push_version(clone, repository, folder, branch, file, version):
    """Clones, changes the version and nothing else, pushes; the commit."""
    git(clone, "clone", "-q", "-b", branch, repository, str(folder))
    path = folder / file
    path.write_text('"""The version."""\n\nVERSION = "' + version + '"\n')
    git(clone, "-C", str(folder), "commit", "-q", "-a", "-m", f"Version {version}")
    git(clone, "-C", str(folder), "push", "-q", "origin", branch)
    return git(clone, "-C", str(folder), "rev-parse", "HEAD")


def wait_for_version(clone, version):
    deadline, last = time.monotonic() + SERVED_SECONDS, None
    while time.monotonic() < deadline:
        try:
            last = get_json(url(clone) + "/health")
        except (OSError, ValueError) as error:
            last = error
        else:
            if last["version"] == version:
                return last
        time.sleep(0.5)
    raise AssertionError(f"{version} is not served: {last}")


def test_dev_answers_anybody_with_the_model_that_was_trained_here(api):
    status, said = predict(api)
    assert status == 200
    assert said["prediction"] == "Oui"
    about = get_json(url(api))
    assert about["sha256"] == hashlib.sha256((api.folder / MODEL).read_bytes()).hexdigest()
    [model] = api.status()["models"]
    assert (about["model"], about["revision"]) == (model["id"], model["head"])


def test_a_second_up_changes_nothing_and_mutates_nothing(api):
    before = api.last_request()
    assert "unchanged" in api.up().stdout
    assert [row for row in api.requests(before) if row["mutates"]] == []


def test_raising_starts_no_run_of_the_pipeline(api):
    assert runs(api) == []


def test_a_push_to_the_space_is_served_and_no_up_takes_it_back(api, tmp_path):
    token = api.identity()["hub_token"]
    hub = api.outputs()["turnover"]["page"].replace("://", f"://me:{token}@")
    commit = push_version(api, hub, tmp_path / "space", "main", VERSION, "9.1.0")
    assert wait_for_version(api, "9.1.0")["model_loaded"] is True
    (api.folder / "app/turnover" / VERSION).write_text('VERSION = "0.0.1"\n')
    api.up()
    assert get_json(url(api) + "/health")["version"] == "9.1.0"
    assert api.space("slipway/oc-p5-dev")["head"] == commit


def test_a_push_to_dev_runs_the_four_jobs_and_is_served(api, tmp_path):
    token = api.identity()["github_token"]
    address = f"{api.status()['github']}/slipway/slipway".replace("://", f"://me:{token}@")
    push_version(api, address, tmp_path / "mine", "dev", f"app/turnover/{VERSION}", "9.2.0")
    deadline = time.monotonic() + RUN_SECONDS
    while not (found := runs(api)) or found[0]["status"] != "completed":
        assert time.monotonic() < deadline, found
        time.sleep(1)
    [run] = found
    jobs = ask(api, f"runs/{run['id']}/jobs")["jobs"]
    logs = "".join(ask(api, f"jobs/{job['id']}/logs", text=True) for job in jobs)
    conclusions = {job["name"]: job["conclusion"] for job in jobs}
    wanted = dict.fromkeys(("Lint", "Tests", "API server", "Deploy"), "success")
    assert conclusions == wanted, logs[-5000:]
    assert api.identity()["hub_token"] not in logs
    assert wait_for_version(api, "9.2.0")["model_loaded"] is True


def test_prod_stands_beside_it_and_answers_with_its_key_alone(api):
    api.up("prod")
    assert predict(api, "prod")[0] == 401
    assert predict(api, "prod", "another")[0] == 401
    key = api.sandbox(
        *("run", "--", "sh", "-c"),
        "pulumi stack export --show-secrets --stack prod"
        " | python -m systems.open_key turnover-api-key",
    ).stdout.split()[-1]
    assert len(key) == 43
    assert predict(api, "prod", key)[0] == 200
    assert predict(api)[0] == 200  # and dev is as open as before


def runs(clone):
    return ask(clone, "workflows/ci-cd.yml/runs")["workflow_runs"]


def ask(clone, path, *, text=False):
    address = f"{clone.status()['github']}/api/v3/repos/slipway/slipway/actions/{path}"
    bearer = {"Authorization": f"Bearer {clone.identity()['github_token']}"}
    answer = requests.get(address, headers=bearer, timeout=60)
    answer.raise_for_status()
    return answer.text if text else answer.json()
