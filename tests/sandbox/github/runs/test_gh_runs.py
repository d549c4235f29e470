"""`gh run`, `gh workflow` and `gh pr checks` as they are, against workflows that really run."""

import json
import textwrap

import pytest

from tests.sandbox.github.gh_program import GhTool
from tests.sandbox.github.live import live_github

REPO = ("--repo", "slipway/one")
WORKFLOW = """
    name: CI
    on:
      pull_request:
      workflow_dispatch:
        inputs: {seconds: {type: string, default: "0"}}
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - uses: actions/checkout@v4
          - run: |
              echo tested
              mkdir out && echo made > out/a.txt
              sleep ${{ inputs.seconds || 0 }}
          - uses: actions/upload-artifact@v4
            with: {name: things, path: out}
      wrong:
        runs-on: ubuntu-latest
        steps:
          - run: echo "::error::it is broken" && exit 3
"""


@pytest.fixture
def live(tmp_path, act):
    """A GitHub that runs workflows, with a workflow and a branch that is to be proposed."""
    with live_github(tmp_path / "sandbox", act=act) as gh:
        gh.repository("one", {"README.md": "# one\n"})
        gh.commit("one", ".github/workflows/ci.yml", textwrap.dedent(WORKFLOW))
        sha = gh.http.get("/repos/slipway/one/git/ref/heads/main").json()["object"]["sha"]
        gh.http.post("/repos/slipway/one/git/refs", json={"ref": "refs/heads/work", "sha": sha})
        gh.commit("one", "a.txt", "a\n", branch="work")
        yield gh


@pytest.fixture
def gh_tool(live, gh_program, tmp_path) -> GhTool:
    return GhTool(gh_program, live.url, live.token, tmp_path)


def test_checks_of_a_pull_request_are_its_jobs(gh_tool, live, tmp_path):
    gh_tool("pr", "create", *REPO, "--head", "work", "--base", "main", "--title", "x", "--body", "")
    gh_tool("pr", "checks", "1", *REPO, "--watch", "--interval", "1", code=1)
    checks = gh_tool("pr", "checks", "1", *REPO, code=1).splitlines()
    assert sorted(line.split("\t")[:2] for line in checks) == [["test", "pass"], ["wrong", "fail"]]
    fields = "statusCheckRollup,mergeStateStatus"
    seen = gh_tool.json("pr", "view", "1", *REPO, fields=fields)
    assert seen["mergeStateStatus"] == "UNSTABLE"
    rollup = {each["name"]: each for each in seen["statusCheckRollup"]}
    assert {name: each["conclusion"] for name, each in rollup.items()} == {
        "test": "SUCCESS",
        "wrong": "FAILURE",
    }
    assert {each["workflowName"] for each in rollup.values()} == {"CI"}
    assert "pull_request" in gh_tool("run", "list", *REPO)
    shown = gh_tool("run", "view", "1", *REPO)
    assert "X it is broken" in shown
    assert "Process completed with exit code 3." in shown
    assert "tested" in gh_tool("run", "view", "1", *REPO, "--log")
    failed = gh_tool("run", "view", "1", *REPO, "--log-failed")
    assert "it is broken" in failed
    assert "tested" not in failed
    gh_tool("run", "download", "1", *REPO, "--name", "things", "--dir", "got")
    assert (tmp_path / "got" / "a.txt").read_text() == "made\n"
    gh_tool("run", "rerun", "1", *REPO, "--failed")
    gh_tool("run", "watch", "1", *REPO, "--interval", "1", "--exit-status", code=1)
    run = live.http.get("/repos/slipway/one/actions/runs/1").json()
    assert (run["status"], run["run_attempt"]) == ("completed", 2)


def test_workflows_are_listed_started_and_cancelled(gh_tool, live):
    assert gh_tool("workflow", "list", *REPO).split("\t")[:2] == ["CI", "active"]
    assert "workflow_dispatch:" in gh_tool("workflow", "view", "ci.yml", *REPO, "--yaml")
    gh_tool("workflow", "run", "ci.yml", *REPO, "--ref", "main", "-f", "seconds=60")
    [run] = json.loads(gh_tool("run", "list", *REPO, "--json", "databaseId,event,headBranch"))
    assert (run["event"], run["headBranch"]) == ("workflow_dispatch", "main")
    number = str(run["databaseId"])
    gh_tool("run", "cancel", number, *REPO)
    gh_tool("run", "watch", number, *REPO, "--interval", "1")
    ended = live.http.get(f"/repos/slipway/one/actions/runs/{number}").json()
    assert ended["conclusion"] == "cancelled"
    unknown = gh_tool("workflow", "run", "none.yml", *REPO, "--ref", "main", code=1)
    assert "404" in unknown
