"""Both halves of GitHub together: pushed by git, asked by PyGithub, held against the schema."""

import io
import re
import subprocess
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import github
import httpx
import pytest

from sandbox.github.runs.runners.host_runner import HostRunner
from sandbox.github.runs.service import RunService
from sandbox.github.service import GitHubService
from tests.sandbox.github.contract import Contract, description_file
from tests.sandbox.github.live import OWNER, READ_TOKEN, TOKEN
from tests.sandbox.github.runs.repositories import git
from tests.sandbox.github.runs.served import ServedRuns, served_runs

CI = """
name: CI
on:
  push:
    branches: [main]
  workflow_dispatch:
    inputs: {word: {default: hello}}
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - {name: Speak, run: 'echo "says ${{ inputs.word }} ${{ secrets.KEY }}"; date > made'}
      - uses: actions/upload-artifact@v4
        with: {name: dates, path: made}
  deploy:
    needs: test
    runs-on: ubuntu-latest
    environment: prod
    steps:
      - uses: actions/checkout@v4
        with: {fetch-depth: 0}
      - run: |
          git config user.name bot && git config user.email bot@localhost
          date >> deployed && git add deployed && git commit -qm "Note the deployment"
          git push -q origin HEAD:refs/heads/deployed
          test "$(git ls-remote origin refs/heads/deployed | cut -f1)" = "$(git rev-parse HEAD)"
      - uses: actions/checkout@v4
        with: {ref: deployed, path: other}
      - run: test "$(git -C other branch --show-current)" = deployed && test -s other/deployed
"""
SLOW = "on: workflow_dispatch\njobs: {slow: {runs-on: ubuntu-latest, steps: [{run: sleep 60}]}}\n"


@dataclass
class Live:
    """A served GitHub with real runs, one repository in it, and a working copy."""

    url: str
    service: GitHubService
    runs: RunService
    clone: Path
    passed: list[tuple[str, str, str]]
    repository: str = f"{OWNER}/app"

    def http(self, token: str | None = TOKEN) -> httpx.Client:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        contract = Contract(description_file()) if description_file() else None

        def check(response: httpx.Response) -> None:
            response.read()
            if contract is not None:
                contract.check(response)

        return httpx.Client(
            base_url=f"{self.url}/api/v3/repos/{self.repository}",
            headers=headers,
            trust_env=False,
            timeout=30,
            event_hooks={"response": [check]},
        )

    def client(self) -> "github.Github":
        return github.Github(
            base_url=f"{self.url}/api/v3",
            auth=github.Auth.Token(TOKEN),
            seconds_between_requests=0,
            seconds_between_writes=0,
            retry=None,
        )

    def push(self, **files: str) -> str:
        for name, content in files.items():
            path = self.clone / (
                f".github/workflows/{name}.yml" if name in {"ci", "slow"} else name
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        git(self.clone, "add", "-A")
        git(self.clone, "commit", "-qm", "Try it")
        git(self.clone, "push", "-q", "origin", "HEAD:main")
        return git(self.clone, "rev-parse", "HEAD").strip()


@pytest.fixture
def live(tmp_path, act) -> Iterator[Live]:
    passed = []
    options = {
        "runner": HostRunner(lambda: act),
        "checks_passed": lambda *what: passed.append(what),
    }
    with served_runs(tmp_path, **options) as served:
        yield _with_a_clone(served, tmp_path / "clone", passed)


def _with_a_clone(served: ServedRuns, clone: Path, passed: list[tuple[str, str, str]]) -> Live:
    url = served.url
    made = Live(url, served.service, served.runs, clone, passed)
    with httpx.Client(trust_env=False, headers={"authorization": f"Bearer {TOKEN}"}) as http:
        http.post(f"{url}/api/v3/user/repos", json={"name": "app"}).raise_for_status()
    address = f"{url.replace('://', f'://x:{TOKEN}@')}/{made.repository}.git"
    git(clone.parent, "clone", "-q", address, clone.name)
    return made


def _until_completed(run) -> None:
    until = time.monotonic() + 60
    while run.status != "completed":
        assert time.monotonic() < until
        time.sleep(0.1)
        run.update()


def test_pygithub_follows_a_push_to_its_end(live):
    commit = live.push(ci=CI)
    repo = live.client().get_repo(live.repository)
    (run,) = repo.get_workflow_runs(head_sha=commit)
    _until_completed(run)
    assert (run.conclusion, run.event, run.head_branch) == ("success", "push", "main")
    assert (run.display_title, run.run_number, run.actor.login) == ("Try it", 1, OWNER)
    jobs = {job.name: job for job in run.jobs()}
    assert {name: job.conclusion for name, job in jobs.items()} == {
        "test": "success",
        "deploy": "success",
    }
    assert [step.name for step in jobs["test"].steps] == [
        "Set up job",
        "Run actions/checkout@v4",
        "Speak",
        "Run actions/upload-artifact@v4",
        "Complete job",
    ]
    assert {artifact.name for artifact in run.get_artifacts()} == {"dates"}
    statuses = repo.get_commit(commit).get_combined_status()
    assert statuses.state == "success"
    assert {status.context for status in statuses.statuses} == {"CI / test", "CI / deploy"}
    checks = {check.name: check.conclusion for check in repo.get_commit(commit).get_check_runs()}
    assert checks == {"test": "success", "deploy": "success"}
    (suite,) = repo.get_commit(commit).get_check_suites()
    assert suite.conclusion == "success"
    # Told after the run's end is written down.
    until = time.monotonic() + 60
    while not live.passed and time.monotonic() < until:
        time.sleep(0.02)
    assert live.passed == [(live.repository, "main", commit)]
    assert repo.get_branch("deployed").commit.sha != commit
    assert repo.get_workflow_runs(head_sha=repo.get_branch("deployed").commit.sha).totalCount == 0


def test_pygithub_dispatches_cancels_and_runs_again(live):
    live.push(ci=CI, slow=SLOW)
    repo = live.client().get_repo(live.repository)
    assert {flow.name for flow in repo.get_workflows()} == {"CI", ".github/workflows/slow.yml"}
    slow = repo.get_workflow("slow.yml")
    assert slow.create_dispatch("main")
    (run,) = slow.get_runs()
    assert run.cancel()
    _until_completed(run)
    assert run.conclusion == "cancelled"
    assert repo.get_workflow(slow.id).path == ".github/workflows/slow.yml"
    with live.http() as http:
        refused = http.post(f"/actions/runs/{run.id}/cancel")
        assert refused.status_code == 409
        again = http.post(f"/actions/runs/{run.id}/rerun")
        assert again.status_code == 201
        listed = http.get("/actions/runs", params={"event": "workflow_dispatch"}).json()
        assert [each["run_attempt"] for each in listed["workflow_runs"]] == [2]
    run.update()
    run.cancel()


def test_dispatches_tell_their_run_and_take_their_inputs(live):
    live.push(ci=CI)
    with live.http() as http:
        answer = http.post(
            "/actions/workflows/ci.yml/dispatches",
            json={"ref": "main", "inputs": {"word": "bye"}, "return_run_details": True},
        ).json()
        run = answer["workflow_run_id"]
        wrong = {"ref": "main", "inputs": {"x": "1"}}
        refused = http.post("/actions/workflows/ci.yml/dispatches", json=wrong)
        assert refused.status_code == 422
        assert refused.json()["message"] == 'Unexpected inputs provided: ["x"]'
        assert http.post("/actions/workflows/no.yml/dispatches", json=wrong).status_code == 404
        found = live.client().get_repo(live.repository).get_workflow_run(run)
        _until_completed(found)
        job = next(job for job in found.jobs() if job.name == "test")
        log = http.get(f"/actions/jobs/{job.id}/logs").text
        assert "says bye" in log
        packed = zipfile.ZipFile(io.BytesIO(http.get(f"/actions/runs/{run}/logs").content))
        assert {"0_test.txt", "1_deploy.txt", "test/3_Speak.txt"} <= set(packed.namelist())
        assert "says bye" in packed.read("test/3_Speak.txt").decode()
        artifact = http.get(f"/actions/runs/{run}/artifacts").json()["artifacts"][0]
        content = http.get(f"/actions/artifacts/{artifact['id']}/zip").content
        assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["made"]


def test_lists_are_filtered_and_paged(live):
    for number in range(3):
        commit = live.push(ci=CI, n=str(number))
    with live.http() as http:
        runs = http.get("/actions/runs", params={"per_page": 2})
        assert runs.json()["total_count"] == 3
        assert len(runs.json()["workflow_runs"]) == 2
        assert 'rel="next"' in runs.headers["link"]
        newest = http.get("/actions/runs", params={"head_sha": commit}).json()["workflow_runs"]
        assert [run["head_sha"] for run in newest] == [commit]
        assert http.get("/actions/runs", params={"branch": "x"}).json()["total_count"] == 0
        assert http.get("/actions/workflows/ci.yml/runs").json()["total_count"] == 3
        assert http.get("/actions/runs/999").status_code == 404
        assert http.get("/actions/workflows/no.yml").status_code == 404


def test_who_may_not_write_may_not_cancel(live):
    live.push(slow=SLOW)
    with live.http() as http:
        body = {"ref": "main", "return_run_details": True}
        told = http.post("/actions/workflows/slow.yml/dispatches", json=body)
        run = told.json()["workflow_run_id"]
    with live.http(READ_TOKEN) as reader, live.http(None) as nobody:
        assert reader.get(f"/actions/runs/{run}").status_code == 200
        assert reader.post(f"/actions/runs/{run}/cancel").status_code == 403
        assert nobody.post(f"/actions/runs/{run}/cancel").status_code == 401


def test_the_page_of_a_run_shows_its_log_and_nothing_it_was_not_told(live):
    wordy = 'date > made; echo "## Well <script>a()</script>" >> "$GITHUB_STEP_SUMMARY"'
    commit = live.push(ci=CI.replace("says ", "says <b>bold</b> ").replace("date > made", wordy))
    (run,) = live.client().get_repo(live.repository).get_workflow_runs(head_sha=commit)
    _until_completed(run)
    page = httpx.get(run.html_url, trust_env=False)
    assert page.status_code == 200
    assert "says &lt;b&gt;bold&lt;/b&gt;" in page.text
    assert re.search(r"<h2>Well\s*</h2>", page.text)  # a summary is Markdown, of a stranger maybe
    assert "<script" not in page.text
    assert "http-equiv" not in page.text  # it is done, and need not be looked at again
    assert httpx.get(f"{live.url}/{live.repository}/actions", trust_env=False).status_code == 200
    (status, *_) = live.client().get_repo(live.repository).get_commit(commit).get_statuses()
    assert status.target_url.startswith(run.html_url)


def test_a_deleted_repository_ends_its_runs(live):
    live.push(slow=SLOW)
    with live.http() as http:
        http.post("/actions/workflows/slow.yml/dispatches", json={"ref": "main"})
        address = f"{live.url}/api/v3/repos/{live.repository}"
        assert http.delete(address).status_code == 204
        assert http.get("/actions/runs").status_code == 404
    assert live.runs.records.unfinished() == []
    done = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert str(live.runs.folder / "work") not in done.stdout


def test_events_that_never_happen_here_are_said_at_the_push_and_on_the_page(live):
    (live.clone / ".github" / "workflows").mkdir(parents=True)
    file = live.clone / ".github" / "workflows" / "nightly.yml"
    file.write_text(
        "name: Nightly\non:\n  push:\n  registry_package:\n  create:\n"
        "jobs: {a: {runs-on: ubuntu-latest, steps: [{run: 'true'}]}}\n"
    )
    git(live.clone, "add", "-A")
    git(live.clone, "commit", "-qm", "Every night")
    pushed = subprocess.run(
        ["git", "push", "origin", "HEAD:main"],
        cwd=live.clone,
        capture_output=True,
        text=True,
        check=True,
    )
    unheard = "nightly.yml:4: the sandbox's GitHub has no event registry_package"
    for said in (unheard, "nightly.yml:5: "):
        assert said in pushed.stderr
    page = httpx.get(
        f"{live.url}/{live.repository}/actions",
        headers={"authorization": f"Bearer {TOKEN}"},
        trust_env=False,
    )
    assert "nightly.yml:5: the sandbox&#x27;s GitHub has no event create" in page.text
