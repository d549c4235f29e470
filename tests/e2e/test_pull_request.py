"""The project's own workflows on pull requests, from a branch and from a stranger's fork.

They run as they stand in `.github/workflows`, hosts and actions unchanged: the plan of the base and
of the head, the rules, the artifact, and then the other workflow that may write the comment.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from report.comment import marker
from sandbox.github.runs.running.job_log import read_log
from tests.e2e.clone import CHECKOUT, Clone
from tests.sandbox.github.live import STRANGER, STRANGERS_TOKEN
from tests.sandbox.github.runs.served import served_runs
from toolchain.cache import cache_folder

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

REPOSITORY = "slipway/slipway"
WAIT_SECONDS = 900
# No app's: a second job would raise it twice, each time on an engine of the job's own.
CHANGED, OLD, NEW = "Pulumi.prod.yaml", "checks: [lint, test]", "checks: [{}]"
TRIED = {"preview.yml", "comment.yml"}  # the others test and deploy, which takes an hour


class Project:
    """The checkout in a GitHub, and what its pull requests come to."""

    def __init__(self, live, folder: Path) -> None:
        self.live, self.folder = live, folder

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=test", "-c", "user.email=test@example.com")
        done = subprocess.run(
            ["git", "-C", str(self.folder), *who, *arguments],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "NO_PROXY": "127.0.0.1"},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def change(self, branch: str, check: str) -> None:
        """Commits another check that prod's repository asks for, on a new branch of main."""
        self.git("checkout", "-q", "-B", branch, "main")
        file = self.folder / CHANGED
        text = file.read_text()
        assert OLD in text
        file.write_text(text.replace(OLD, NEW.format(check)))
        self.git("commit", "-qam", f"Change {CHANGED}")

    def log(self, run) -> str:
        lines = []
        for job in self.live.runs.records.jobs(run.id, run.attempt):
            path = self.live.runs.log_file(run.id, job.attempt, job.id)
            lines += [line.text for line in read_log(path)]
        return "\n".join(lines)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pulls")
    with served_runs(folder / "github") as live, live.http() as http:
        http.post("/user/repos", json={"name": "slipway"}).raise_for_status()
        clone = Clone.make(folder / "project", systems=None)
        (clone.folder / ".venv").unlink()
        for each in (clone.folder / ".github" / "workflows").iterdir():
            if each.name not in TRIED:
                each.unlink()
        made = Project(live, clone.folder)
        made.git("init", "-q", "--initial-branch=main")
        made.git("add", "-A")
        made.git("commit", "-qm", "The project")
        made.git("push", "-q", live.git_url(REPOSITORY), "main")
        keep_what_is_built(live, folder)
        yield made


def keep_what_is_built(live, folder: Path) -> None:
    """A cache as an earlier run of the workflow would have kept it: what takes minutes to build."""
    home, cache = folder / "home", cache_folder()
    for each in cache.iterdir():
        if each.is_dir() and (each.name in ("built", "pulumi") or "-model-" in each.name):
            shutil.copytree(each, home / ".cache" / "slipway" / each.name, symlinks=True)
    programs = CHECKOUT / "sandbox" / "github" / "runs" / "running" / "programs"
    for whose in ("cache", "cache-of-forks"):
        subprocess.run(
            [sys.executable, "-I", "-S", str(programs / "cache.py"), "save"],
            check=True,
            capture_output=True,
            env={
                **os.environ,
                "HOME": str(home),
                "GITHUB_WORKSPACE": str(folder),
                "SLIPWAY_CACHE": str(live.runs.folder / whose / "slipway--slipway"),
                "CACHE_PATHS": "~/.cache/slipway",
                "CACHE_KEY": "slipway-Linux-X64-kept",
            },
        )


def opened(http, head: str) -> int:
    body = {"title": "A change", "head": head, "base": "main", "body": "Because."}
    answer = http.post(f"/repos/{REPOSITORY}/pulls", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["number"]


def commented(project, number: int) -> str:
    """The one comment below a pull request, once both workflows have ended."""
    runs = project.live.runs.records.runs(REPOSITORY)
    [preview] = [e for e in runs if e.event == "pull_request" and e.name == "Preview"][:1]
    project.live.finished(REPOSITORY, "pull_request", 1, WAIT_SECONDS)
    project.live.finished(REPOSITORY, "workflow_run", number, WAIT_SECONDS)
    preview = project.live.runs.records.get(preview.id)
    assert preview.conclusion == "success", project.log(preview)[-6000:]
    with project.live.http() as http:
        found = http.get(f"/repos/{REPOSITORY}/issues/{number}/comments").json()
    [comment] = found
    assert comment["user"]["login"] == "github-actions[bot]"
    return comment["body"]


def test_a_branch_s_pull_request_gets_its_plan_as_one_comment(project):
    project.change("longer", "lint")
    project.git("push", "-q", project.live.git_url(REPOSITORY), "longer")
    with project.live.http() as http:
        number = opened(http, "longer")
        body = commented(project, number)
        labels = http.get(f"/repos/{REPOSITORY}/issues/{number}/labels").json()
    assert body.startswith(marker("prod"))  # what main deploys
    assert "<code>repository</code>" in body
    assert "No app and no model is touched: nothing was run." in body
    assert [each["name"] for each in labels] == ["preview: changes"]


def test_a_fork_s_gets_the_same_without_a_secret(project):
    with project.live.http(STRANGERS_TOKEN) as http:
        http.post(f"/repos/{REPOSITORY}/forks", json={}).raise_for_status()
        project.change("theirs", "test")
        fork = f"{STRANGER}/slipway"
        project.git("push", "-q", project.live.git_url(fork, STRANGERS_TOKEN), "theirs")
        number = opened(http, f"{STRANGER}:theirs")
    body = commented(project, number)
    assert "<code>repository</code>" in body
    assert "No app and no model is touched: nothing was run." in body
