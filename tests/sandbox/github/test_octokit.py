"""octokit, GitHub's own client for JavaScript, unmodified, against the sandbox."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sandbox.github.conftest import Clone
from tests.sandbox.github.live import STRANGERS_TOKEN, TOKEN
from tests.sandbox.github.runs.served import served_runs
from toolchain.cache import cache_folder, made_once

pytestmark = pytest.mark.long

HERE = Path(__file__).parent / "octokit"
CHECKED = """on: push
jobs: {test: {runs-on: ubuntu-latest, steps: [{run: "true"}]}}
"""


@pytest.fixture(scope="module")
def octokit() -> Path:
    """A folder with the locked packages, and the program; installed once on a machine."""
    if shutil.which("npm") is None:
        pytest.skip("there is no npm here")

    def install(folder: Path) -> None:
        for name in ("package.json", "package-lock.json"):
            shutil.copy2(HERE / name, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)

    lock = json.loads((HERE / "package-lock.json").read_text())
    version = lock["packages"]["node_modules/@octokit/rest"]["version"]
    return made_once(cache_folder() / f"octokit-{version}", install)


def test_a_review_from_the_branch_to_the_merge(octokit, tmp_path):
    shutil.copy2(HERE / "review.js", octokit / "review.js")
    with served_runs(tmp_path / "github") as live:
        with live.http() as http:
            http.post("/user/repos", json={"name": "one"}).raise_for_status()
        clone = Clone(tmp_path / "clone")
        clone.folder.mkdir()
        clone.git("init", "-q", "--initial-branch=main")
        clone.commit(".github/workflows/ci.yml", CHECKED)
        clone.git("push", "-q", live.git_url("slipway/one"), "main")
        clone.git("checkout", "-q", "-b", "work")
        (clone.folder / "b.py").write_text("b\n")
        clone.commit("a.py", "a\n")
        clone.git("push", "-q", live.git_url("slipway/one"), "work")
        live.finished("slipway/one", "push", 2)
        arguments = (f"{live.url}/api/v3", TOKEN, STRANGERS_TOKEN, "slipway", "one")
        done = subprocess.run(
            ["node", "review.js", *arguments],
            cwd=octokit,
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen == {
        "files": ["a.py", "b.py"],
        "commits": 1,
        "review": "CHANGES_REQUESTED",
        "lines": [1],
        "status": "success",
        "checks": 1,
        "own": 422,
        "full": [True, "clean", "deploys", 1],
        "merged": True,
        "isMerged": 204,
    }
