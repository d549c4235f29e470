"""No workflow runs a stranger's code beside a secret or with a token that may write."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"
# What a stranger decides; in a script it is code, as the value of a variable it is text.
STRANGERS = ("pull_request.title", "pull_request.body", "github.head_ref")
STRANGERS += (
    "head_branch",
    "head_commit.message",
    "head.ref",
    "head.label",
    "github.event.comment",
)
PRIVILEGED = {"pull_request_target", "workflow_run", "issue_comment"}


def faults(text):
    """What is wrong with a workflow, in words."""
    parsed = yaml.safe_load(text)
    on = parsed.get(True, parsed.get("on"))  # YAML 1.1 reads the key `on` as true
    on = {on} if isinstance(on, str) else set(on)
    found = [] if "permissions" in parsed else ["it does not say what its token may do"]
    if "pull_request_target" in on:
        found.append("pull_request_target has secrets where strangers' code is near")
    jobs = parsed["jobs"].values()
    if "pull_request" in on:
        started = [job for job in jobs if not _of_pushes_alone(job)]
        permissions = [parsed.get("permissions"), *(job.get("permissions") for job in started)]
        may = {right for each in permissions if isinstance(each, dict) for right in each.values()}
        if "write" in may or "write-all" in permissions:
            found.append("a stranger's pull request would run with a token that may write")
    for job in jobs:
        for step in job.get("steps", ()):
            found += _of_step(step, privileged=bool(PRIVILEGED & on))
    return found


def _of_pushes_alone(job):
    """Whether no pull request can start this job, whatever else the workflow listens to."""
    pushes = r"github\.event_name == 'push'( && \([^()]*\))?"
    return re.fullmatch(pushes, str(job.get("if", ""))) is not None


def _of_step(step, *, privileged):
    uses, given = str(step.get("uses", "")), step.get("with") or {}
    script = str(step.get("run", ""))
    if uses and not uses.startswith("./") and len(uses.rpartition("@")[2]) != 40:
        yield f"{uses} is not pinned to a commit"
    if any("${{" in line and word in line for line in script.splitlines() for word in STRANGERS):
        yield "a stranger's words stand in a script"
    if not privileged:
        return
    if uses.startswith("actions/checkout@"):
        if given.get("ref") or given.get("repository"):
            yield "it checks out what a stranger chose, and may write"
        if given.get("persist-credentials") is not False:
            yield "its checkout leaves the token in .git/config"
    if "git fetch" in script or "gh pr checkout" in script:
        yield "it fetches what a stranger chose, and may write"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.y*ml")), ids=lambda path: path.name)
def test_every_workflow_is_safe_for_strangers(path):
    assert faults(path.read_text()) == []


def test_the_preview_of_a_stranger_has_no_secret_and_only_reads():
    text = (FOLDER / "preview.yml").read_text()
    parsed = yaml.safe_load(text)
    assert parsed["permissions"] == {"contents": "read"}
    assert "secrets." not in text
    assert "github.token" not in text
    # Both jobs run for whoever proposes: the plan, and what is touched raised before and after.
    assert set(parsed["jobs"]) == {"preview", "behaviour"}
    for job in parsed["jobs"].values():
        assert not {"permissions", "environment", "if", "secrets"} & set(job)


STEP = "permissions: {}\njobs: {a: {steps: [%s]}}"
SHA = "a" * 40
_WRITES = (
    "on: [push, pull_request]\npermissions: {}\n"
    'jobs: {a: {if: "%s", permissions: {id-token: write}, steps: []}}'
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"on: pull_request_target\n{STEP % '{run: make}'}", "pull_request_target"),
        ("on: [push]\njobs: {a: {steps: []}}", "does not say"),
        ("on: pull_request\npermissions: {contents: write}\njobs: {}", "may write"),
        (_WRITES % "github.event_name == 'push' || true", "may write"),
        (f"on: push\n{STEP % '{uses: actions/checkout@v4}'}", "not pinned"),
        (
            f"on: workflow_run\n{STEP % f'{{uses: actions/checkout@{SHA}, with: {{ref: x}}}}'}",
            "checks out what a stranger chose",
        ),
        (f"on: workflow_run\n{STEP % f'{{uses: actions/checkout@{SHA}}}'}", "leaves the token"),
        ("on: push\n" + STEP % "{run: 'echo ${{ github.head_ref }}'}", "stand in a script"),
        (f"on: issue_comment\n{STEP % '{run: gh pr checkout 1}'}", "fetches what a stranger"),
    ],
)
def test_each_way_to_be_unsafe_is_found(text, said):
    assert any(said in each for each in faults(text))


def test_a_job_of_pushes_alone_may_prove_who_it_is_beside_what_strangers_start():
    assert faults(_WRITES % "github.event_name == 'push' && (github.ref == 'x' || a)") == []


PLANTED = f"""
on: pull_request_target
permissions: {{contents: read}}
jobs:
  preview:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@{SHA} # v4
        with: {{ref: "${{{{ github.event.pull_request.head.sha }}}}", persist-credentials: false}}
      - run: make preview
"""


@pytest.mark.parametrize(
    ("text", "refused"), [(PLANTED, True), (PLANTED.replace("_target", ""), False)]
)
def test_the_lint_refuses_a_checkout_where_strangers_code_would_have_secrets(
    tmp_path, text, refused
):
    """`make lint` runs this very program over the workflows."""
    (tmp_path / "preview.yml").write_text(text)
    program = Path(sys.executable).with_name("zizmor")
    ended = subprocess.run(
        [program, "--offline", "--no-progress", tmp_path / "preview.yml"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert ("dangerous-triggers" in ended.stdout) is refused, ended.stdout + ended.stderr
    assert not refused or ended.returncode != 0
    assert bool(faults(text)) is refused


REACHES_THE_STATE = {"PULUMI_ACCESS_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
PLATFORMS = {"HF_TOKEN", "HF_READ_TOKEN", "RENDER_API_KEY", "GITHUB_TOKEN"}


@pytest.mark.parametrize("name", ["deploy.yml", "drift.yml"])
def test_what_deploys_and_looks_holds_no_token_of_a_platform_and_runs_one_command_a_step(name):
    text = (FOLDER / name).read_text()
    parsed = yaml.safe_load(text)
    assert parsed["permissions"] == {}
    assert parsed["concurrency"]["cancel-in-progress"] is False
    # What opens the state, and what reaches it: Pulumi's own backend, or a bucket.
    assert {word.split(" ")[0] for word in text.split("secrets.")[1:]} == {
        "PULUMI_CONFIG_PASSPHRASE",
        *REACHES_THE_STATE,
    }
    for step in (step for job in parsed["jobs"].values() for step in job["steps"]):
        given = step.get("env", {})
        assert set(given).isdisjoint(PLATFORMS) or "PULUMI_BACKEND_URL" not in given
        if "PULUMI_BACKEND_URL" in given:
            assert {*REACHES_THE_STATE, "AWS_REGION"} <= set(given)
    for job in parsed["jobs"].values():
        opens = "PULUMI_CONFIG_PASSPHRASE" in str(job)
        # Where the state is open, images may be pushed and nothing else of the repository changed.
        writes = {what for what, may in job["permissions"].items() if may == "write"} - {"packages"}
        assert opens is ("environment" in job)
        assert not opens or not writes
        for step in job["steps"]:
            script = str(step.get("run", "make"))
            assert script.count("\n") == 0
            assert script.startswith(("make", "python -m report"))
