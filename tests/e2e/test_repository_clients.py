"""What was declared, as PyGithub, gh, git and a workflow of the repository see it."""

import hashlib
import os
import re
import subprocess
import time

import github
import pytest
import requests

from sandbox.github.repositories.registry import Registry
from sandbox.github.settings.environments import Environments
from sandbox.github.settings.holders import Holder
from sandbox.github.settings.secret_store import SecretStore
from sandbox.store.database import Database
from tests.e2e.clone import Clone
from tests.sandbox.github.gh_program import find_gh

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

RUN_SECONDS = 300  # the first one on a machine builds act
WORKFLOW = """
name: Try
on: {push: {branches: [dev]}}
jobs:
  digest:
    runs-on: ubuntu-latest
    environment: dev
    outputs: {sum: "${{ steps.made.outputs.sum }}"}
    steps:
      - uses: actions/checkout@v4
      - id: made
        env: {KEY: "${{ secrets.API_KEY }}", TOKEN: "${{ secrets.HF_TOKEN }}"}
        run: |
          test -f Pulumi.yaml
          echo "they are $KEY and $TOKEN"
          echo "sum=$(printf %s "$KEY" | sha256sum | cut -c1-64)" >> "$GITHUB_OUTPUT"
  report:
    needs: digest
    runs-on: ubuntu-latest
    steps:
      - run: echo "the sum is ${{ needs.digest.outputs.sum }}"
      - name: Fails
        run: exit 3
"""


@pytest.fixture(scope="module")
def raised(tmp_path_factory):
    made = Clone.make(tmp_path_factory.mktemp("clients"), systems="repository")
    own = "slipway:repository:\n"
    made.put_stack_value("dev", own, f"{own}    storedToken: true\n")
    try:
        made.up("dev")
        yield made
    finally:
        made.sandbox("reset")


@pytest.fixture(scope="module")
def token(raised):
    return raised.identity()["github_token"]


@pytest.fixture(scope="module")
def secrets(raised):
    """What GitHub itself holds, decrypted."""

    def read():
        database = Database(raised.folder / ".slipway" / "sandbox.db")
        registry = Registry(database, database.path.parent / "github")
        number = registry.find("slipway", "slipway").id
        environment = Environments(database).find(number, "dev").id
        return SecretStore(database).values(Holder(number, environment))

    return read


@pytest.fixture(scope="module")
def repository(raised, token):
    hub = github.Github(
        base_url=f"{raised.status()['github']}/api/v3", auth=github.Auth.Token(token)
    )
    yield hub.get_repo("slipway/slipway")
    hub.close()


def test_pygithub_lists_what_was_declared(repository):
    assert list(repository.get_secrets()) == []
    [environment] = repository.get_environments()
    assert environment.name == "dev"
    assert {each.name for each in environment.get_secrets()} == {"API_KEY", "HF_TOKEN"}
    variables = {each.name: each.value for each in environment.get_variables()}
    assert variables == {"SLIPWAY_STACK": "dev"}


def test_gh_lists_it_too_and_what_gh_seals_arrives(raised, token, secrets, tmp_path):
    program = find_gh()
    if program is None:
        pytest.skip("no `gh` on PATH, and apt knows none")

    def gh(*arguments, stdin=""):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "GH_HOST": "github.localhost",  # the one host that gh speaks plain HTTP to
            "GH_TOKEN": token,
            "http_proxy": raised.status()["github"],
        }
        command = [program, *arguments, "--repo", "slipway/slipway"]
        return subprocess.run(
            command, env=environment, input=stdin, check=True, capture_output=True, text=True
        ).stdout

    listed = {line.split()[0] for line in gh("secret", "list", "--env", "dev").splitlines()}
    assert listed == {"API_KEY", "HF_TOKEN"}
    gh("secret", "set", "SEALED_BY_GH", "--env", "dev", stdin="a value of gh's own")
    assert secrets()["SEALED_BY_GH"] == "a value of gh's own"
    gh("secret", "delete", "SEALED_BY_GH", "--env", "dev")
    assert set(secrets()) == {"API_KEY", "HF_TOKEN"}


def test_a_pushed_workflow_uses_the_secrets_and_its_failure_shows_on_the_commit(
    raised, repository, secrets, tmp_path
):
    held = secrets()
    commit = pushed(raised, tmp_path / "mine", {".github/workflows/try.yml": WORKFLOW})
    [run] = wait_until(lambda: list(repository.get_workflow_runs(head_sha=commit)))
    wait_until(lambda: (run.update(), run.status)[1] == "completed")

    assert run.conclusion == "failure"
    jobs = {job.name: job.conclusion for job in run.jobs()}
    assert jobs == {"digest": "success", "report": "failure"}
    states = repository.get_commit(commit).get_combined_status()
    assert {each.context: each.state for each in states.statuses} == {
        "Try / digest": "success",
        "Try / report": "failure",
    }
    log = "".join(job_log(raised, job.id) for job in run.jobs())
    assert re.search(r"they are \*\*\* and \*\*\*", log)
    assert f"the sum is {hashlib.sha256(held['API_KEY'].encode()).hexdigest()}" in log
    assert not [name for name, value in held.items() if value in log]


def pushed(clone, folder, files):
    """Clones the repository, puts files in place of its workflows, pushes to `dev`; the commit."""

    def git(*arguments):
        command = ["git", "-c", "user.name=me", "-c", "user.email=me@example.com", *arguments]
        ended = clone.sandbox("run", "--", *command)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout.strip()

    address = f"{clone.status()['github']}/slipway/slipway"
    token = clone.identity()["github_token"]
    git("clone", "-q", address.replace("://", f"://slipway:{token}@"), str(folder))
    git("-C", str(folder), "checkout", "-q", "dev")
    for each in (folder / ".github" / "workflows").iterdir():
        each.unlink()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git("-C", str(folder), "add", "-A")
    git("-C", str(folder), "commit", "-q", "-m", "Try")
    git("-C", str(folder), "push", "-q", "origin", "dev")
    return git("-C", str(folder), "rev-parse", "HEAD")


def job_log(clone, number):
    url = f"{clone.status()['github']}/api/v3/repos/slipway/slipway/actions/jobs/{number}/logs"
    bearer = {"Authorization": f"Bearer {clone.identity()['github_token']}"}
    answer = requests.get(url, headers=bearer, timeout=60)
    answer.raise_for_status()
    return answer.text


def wait_until(ask):
    deadline = time.monotonic() + RUN_SECONDS
    while not (answer := ask()):
        assert time.monotonic() < deadline, "the run did not end in time"
        time.sleep(0.5)
    return answer
