"""The project's own workflows on pull requests, from a branch and from a stranger's fork.

They run as they stand in `.github/workflows`, hosts and actions unchanged: the plan of the base and
of the head, the rules, both sides of the app that is touched, the artifacts, and then the other
workflow that may write the comment. Jobs find on this machine what others have built there.
"""

import base64
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nacl.public import PublicKey, SealedBox

from report.comment import marker
from sandbox.github.runs.running.job_log import read_log
from tests.e2e.app_changes import APP_CHANGES, WEIGHTS
from tests.e2e.clone import Clone
from tests.sandbox.github.live import STRANGER, STRANGERS_TOKEN
from tests.sandbox.github.runs.served import served_runs
from toolchain.cache import cache_folder

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

REPOSITORY = "slipway/slipway"
WAIT_SECONDS = 900
SYSTEMS = "inference, repository"
CHANGED, OLD, NEW = "Pulumi.prod.yaml", "checks: [lint, test]", "checks: [{}]"
CANARY = "canary-of-the-repository-5d1f0c77"
CHANGES = {**APP_CHANGES, "weights": WEIGHTS}
VERDICTS = {
    "prompt": "answers change",
    "refactoring": "behaves as before",
    "slower": "slower",
    "leak": "leaks memory",
    "weights": "other weights, answers change",
}
OTHERS = [each for each in CHANGES if each != "prompt"]
# What a stranger who writes a workflow's step would take, and do.
TAKING = """\
      - name: What a stranger would take
        run: |
          cat <<'END'
          ${{ toJSON(secrets) }}
          END
          curl --silent --output /dev/null --write-out 'answered %{http_code}\\n' \\
            --header "Authorization: Bearer ${{ github.token }}" --data '{"labels": ["mine"]}' \\
            "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/1/labels"
"""
FIRST_STEP = "      - name: What is deployed\n"
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

    def change(self, branch: str, **changes: tuple[str, str, str]) -> None:
        """Commits changes of files, each a text for another one, on a new branch of main."""
        self.git("checkout", "-q", "-B", branch, "main")
        for path, old, new in changes.values():
            file = self.folder / path
            text = file.read_text()
            assert old in text
            file.write_text(text.replace(old, new))
        self.git("commit", "-qam", ", ".join(changes))

    def log(self, run) -> str:
        lines = []
        for job in self.live.runs.records.jobs(run.id, run.attempt):
            path = self.live.runs.log_file(run.id, job.attempt, job.id)
            lines += [line.text for line in read_log(path)]
        return "\n".join(lines)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pulls")
    shared = {"XDG_CACHE_HOME": str(cache_folder().parent)}
    with served_runs(folder / "github", job_environment=shared) as live, live.http() as http:
        http.post("/user/repos", json={"name": "slipway"}).raise_for_status()
        clone = Clone.make(folder / "project", systems=SYSTEMS)
        for each in (clone.folder / ".github" / "workflows").iterdir():
            if each.name not in TRIED:
                each.unlink()
        made = Project(live, clone.folder)
        made.git("init", "-q", "--initial-branch=main")
        made.git("add", "-A")
        made.git("commit", "-qm", "The project")
        made.git("push", "-q", live.git_url(REPOSITORY), "main")
        yield made


def keep_secret(http, name: str, value: str) -> None:
    """What a maintainer does on the repository's page."""
    key = http.get(f"/repos/{REPOSITORY}/actions/secrets/public-key").json()
    box = SealedBox(PublicKey(base64.b64decode(key["key"]))).encrypt(value.encode())
    sealed = {"encrypted_value": base64.b64encode(box).decode(), "key_id": key["key_id"]}
    answer = http.put(f"/repos/{REPOSITORY}/actions/secrets/{name}", json=sealed)
    answer.raise_for_status()


def opened(http, head: str) -> int:
    body = {"title": "A change", "head": head, "base": "main", "body": "Because."}
    answer = http.post(f"/repos/{REPOSITORY}/pulls", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["number"]


def commented(project, number: int) -> tuple[str, str]:
    """The one comment below a pull request, once both workflows have ended; the preview's log."""
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
    return comment["body"], project.log(preview)


def test_a_branch_s_pull_request_gets_its_plan_as_one_comment(project):
    project.change("longer", check=(CHANGED, OLD, NEW.format("lint")))
    project.git("push", "-q", project.live.git_url(REPOSITORY), "longer")
    with project.live.http() as http:
        number = opened(http, "longer")
        body, _ = commented(project, number)
        labels = http.get(f"/repos/{REPOSITORY}/issues/{number}/labels").json()
    assert body.startswith(marker("prod"))  # what main deploys
    assert "<code>repository</code>" in body
    assert "No app and no model is touched: nothing was run." in body
    assert [each["name"] for each in labels] == ["preview: changes"]


@pytest.fixture(scope="module")
def fork(project):
    """A stranger's, of a repository that holds a secret."""
    with project.live.http() as http:
        keep_secret(http, "HF_TOKEN", CANARY)
    with project.live.http(STRANGERS_TOKEN) as http:
        http.post(f"/repos/{REPOSITORY}/forks", json={}).raise_for_status()
    return project.live.git_url(f"{STRANGER}/slipway", STRANGERS_TOKEN)


def others(change: str):
    return pytest.param(change, marks=pytest.mark.rare)


@pytest.mark.parametrize("change", ["prompt", *map(others, OTHERS)])
def test_a_fork_s_change_of_an_app_is_run_and_told_without_a_secret(project, fork, change):
    project.change(
        f"their-{change}",
        check=(CHANGED, OLD, NEW.format(change)),
        app=CHANGES[change],
        workflow=(".github/workflows/preview.yml", FIRST_STEP, TAKING + FIRST_STEP),
    )
    project.git("push", "-q", fork, f"their-{change}")
    began = time.monotonic()
    with project.live.http(STRANGERS_TOKEN) as http:
        number = opened(http, f"{STRANGER}:their-{change}")
    body, log = commented(project, number)
    minutes = (time.monotonic() - began) / 60
    sys.stdout.write(f"{change}: {minutes:.1f} minutes\n{body}\n")  # what docs/preview.md says
    assert "<code>repository</code>" in body
    # Both sides were raised and asked, on this machine and by the stranger's own code.
    _, told, behaviour = body.partition("### Behaviour")
    assert told
    assert f"<code>inference</code>: {VERDICTS[change]}" in behaviour
    assert "In a word" not in body.partition("### Behaviour")[0]
    assert "answered 403" in log
    assert CANARY not in log
    assert '"HF_TOKEN"' not in log
    with project.live.http() as http:
        labels = http.get(f"/repos/{REPOSITORY}/issues/{number}/labels").json()
    assert [each["name"] for each in labels] == ["preview: changes"]
