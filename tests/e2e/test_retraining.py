"""New data becomes the model that answers: pushed, trained, uploaded, deployed, and only once."""

import csv
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby

import pytest
import requests

from app.retraining.models.deliveries import CHOICES, LABEL, NUMBERS, synthetic
from tests.e2e.clone import Clone, get_json, post_json

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

REPOSITORY, WORKFLOW = "slipway/slipway", "Train & Deploy"
DATA = "app/retraining/models/data"
BACKEND = "late-deliveries-api-dev"
DELIVERY = {
    "distance_km": 12.5,
    "weight_kg": 3.2,
    "stops": 14,
    "carrier": "van",
    "weather": "rain",
    "weekday": "fri",
}
RUN_SECONDS, DEPLOY_SECONDS = 900, 300  # the job installs the training's packages
HOOK = "deploy_hook"  # what Render calls such a trigger
PAUSE_SECONDS = 0.2  # between two looks


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A clone with dev raised."""
    made = Clone.make(tmp_path_factory.mktemp("retraining"), systems="retraining")
    try:
        made.up("dev")
        yield made
    finally:
        made.sandbox("reset")


@pytest.fixture(scope="module")
def checkout(service, tmp_path_factory):
    """A person's clone of the repository on GitHub, at dev."""
    token = service.identity()["github_token"]
    address = f"{service.status()['github']}/{REPOSITORY}".replace("://", f"://me:{token}@")
    folder = tmp_path_factory.mktemp("person") / "slipway"
    git(service, "clone", "-q", "-b", "dev", address, str(folder))
    return folder


@pytest.fixture(scope="module")
def retrained(service, checkout):
    """What was there, and what happened from the push of new deliveries to their deploy's end."""
    before = {"head": head(service), "deploys": deploys(service), "runs": runs(service)}
    request, backend = service.last_request(), address(service)
    write_deliveries(checkout / DATA / "more.csv", 2000, seed=1)
    with watched(backend) as seen:
        run, log = pushed(service, checkout, "More deliveries")
        assert run["conclusion"] == "success", log[-5000:]
        deploy = ended_deploy(service, {each["id"] for each in before["deploys"]})
        at_once = predict(backend)["revision"]  # the first answer after Render said that it ended
        time.sleep(20 * PAUSE_SECONDS)  # the watch goes on: nothing may take it back
    commits = [row["path"] for row in service.requests(request) if is_commit(row)]
    return {
        "before": before,
        "seen": seen,
        "log": log,
        "deploy": deploy,
        "at_once": at_once,
        "commits": commits,
        "head": head(service),
        "deploys": deploys(service),
    }


def test_raising_starts_no_training(retrained):
    assert retrained["before"]["runs"] == []


def test_new_deliveries_are_one_commit_and_one_deploy_by_the_hook(retrained):
    before = retrained["before"]
    assert len(retrained["commits"]) == 1
    assert retrained["head"] != before["head"]
    assert len(retrained["deploys"]) == len(before["deploys"]) + 1
    assert (retrained["deploy"]["status"], retrained["deploy"]["trigger"]) == ("live", HOOK)


def test_the_new_revision_answers_and_the_former_one_never_again(retrained):
    assert retrained["at_once"] == retrained["head"]
    # One after the other, no gap between them, and no way back.
    order = [revision for revision, _ in groupby(retrained["seen"])]
    assert order == [retrained["before"]["head"], retrained["head"]]


def test_no_credential_is_in_the_log_of_the_run(service, retrained):
    assert "The deploy began" in retrained["log"]  # it is the whole of it
    identity = service.identity()
    for name in ("hub_token", "render_hook_key", "render_key", "github_token"):
        assert identity[name] not in retrained["log"]


@pytest.mark.usefixtures("retrained")
def test_the_same_data_again_is_no_commit_and_no_deploy(service, checkout):
    readme = checkout / DATA / "README.md"
    readme.write_text(readme.read_text() + "\nNobody learns from this line.\n")
    before, commit, deployed = service.last_request(), head(service), deploys(service)
    run, log = pushed(service, checkout, "A word about the data")
    assert run["conclusion"] == "success", log[-5000:]
    assert [row for row in service.requests(before) if is_commit(row)] == []
    assert head(service) == commit
    assert deploys(service) == deployed


@pytest.mark.usefixtures("retrained")
def test_the_next_up_changes_nothing(service, checkout):
    commit, deployed = head(service), deploys(service)
    for path in (checkout / DATA).iterdir():  # as somebody has them who pulled
        (service.folder / DATA / path.name).write_bytes(path.read_bytes())
    before = service.last_request()
    assert "unchanged" in service.up().stdout
    assert service.writes(before) == []
    assert (head(service), deploys(service)) == (commit, deployed)
    backend = address(service)
    assert get_json(f"{backend}/health")["revision"] == predict(backend)["revision"] == commit


# --- the data


def write_deliveries(path, count, seed):
    rows, labels = synthetic(count, seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*NUMBERS, *CHOICES, LABEL])
        writer.writeheader()
        writer.writerows({**row, LABEL: label} for row, label in zip(rows, labels, strict=True))


def git(clone, *arguments):
    command = ["git", "-c", "user.name=me", "-c", "user.email=me@example.com", *arguments]
    ended = clone.sandbox("run", "--", *command)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout.strip()


def pushed(clone, checkout, message):
    """Commits and pushes all that changed; the run that this starts, ended, and its log."""
    git(clone, "-C", str(checkout), "add", "--all")
    git(clone, "-C", str(checkout), "commit", "-q", "-m", message)
    git(clone, "-C", str(checkout), "push", "-q", "origin", "dev")
    commit = git(clone, "-C", str(checkout), "rev-parse", "HEAD")
    deadline = time.monotonic() + RUN_SECONDS
    while True:
        found = [run for run in runs(clone) if run["head_sha"] == commit]
        if found and found[0]["status"] == "completed":
            [run] = found
            return run, log_of(clone, run)
        assert time.monotonic() < deadline, found
        time.sleep(PAUSE_SECONDS)


# --- GitHub


def runs(clone):
    found = ask_github(clone, "runs").json()["workflow_runs"]
    return [run for run in found if run["name"] == WORKFLOW]


def log_of(clone, run):
    jobs = ask_github(clone, f"runs/{run['id']}/jobs").json()["jobs"]
    return "".join(ask_github(clone, f"jobs/{job['id']}/logs").text for job in jobs)


def ask_github(clone, path):
    url = f"{clone.status()['github']}/api/v3/repos/{REPOSITORY}/actions/{path}"
    return answered(url, clone.identity()["github_token"])


def answered(url, token):
    answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    answer.raise_for_status()
    return answer


# --- the Hub


def head(clone):
    [model] = clone.status()["models"]
    return model["head"]


def is_commit(row):
    return row["method"] == "POST" and "/commit/" in row["path"]


# --- Render


def ask_render(clone, path):
    return answered(clone.status()["render"] + path, clone.identity()["render_key"]).json()


def deploys(clone):
    """Of the backend, the newest first."""
    [found] = ask_render(clone, f"/services?name={BACKEND}")
    rows = ask_render(clone, f"/services/{found['service']['id']}/deploys?limit=100")
    return [row["deploy"] for row in rows]


def ended_deploy(clone, known):
    """The only deploy whose id is not known, once it has ended."""
    deadline = time.monotonic() + DEPLOY_SECONDS
    while True:
        new = [deploy for deploy in deploys(clone) if deploy["id"] not in known]
        if new and new[0].get("finishedAt"):
            [deploy] = new
            return deploy
        assert time.monotonic() < deadline, new
        time.sleep(PAUSE_SECONDS)


# --- the backend


def address(clone):
    """Without a route; the stack tells that of /health."""
    return clone.outputs()["retraining"]["health"].removesuffix("/health")


def predict(backend):
    return post_json(f"{backend}/predict", DELIVERY)


@contextmanager
def watched(backend) -> Iterator[list[str]]:
    """The revision of every answer meanwhile; what is no answer stands there as its error."""
    seen: list[str] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(PAUSE_SECONDS):
            try:
                seen.append(predict(backend)["revision"])
            except (OSError, ValueError, KeyError) as error:
                seen.append(repr(error))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()
