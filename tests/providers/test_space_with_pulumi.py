"""A Space whose update fails halfway, through the real engine: taken back, nothing of it stays."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.providers.conftest import TOKEN, sealed
from toolchain.progress import Progress
from toolchain.pulumi.cli import ensure_pulumi
from toolchain.pulumi.environment import local_backend, pulumi_environment

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
SECRET = "canary-of-a-change-that-was-taken-back"
PROGRAM = """
import json
from pathlib import Path
import pulumi
from slipway.huggingface.resources import SpaceResource
from slipway.payload.files import payload_from_folder

payload = payload_from_folder("app")
files = {"manifest": payload.manifest(), "sources": payload.sources()}
declared = json.loads(Path("declared.json").read_text())
SpaceResource("app", {**declared, **files}, pulumi.ResourceOptions())
"""


@pytest.fixture
def project(tmp_path, app_folder):
    """A project whose Space is as `declared.json` and the folder `app` say."""
    made = tmp_path / "project"
    made.mkdir()
    python = f"{{name: python, options: {{virtualenv: {Path(sys.prefix)}}}}}"
    (made / "Pulumi.yaml").write_text(f"name: slipway\nruntime: {python}\n", encoding="utf-8")
    (made / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    (made / "slipway").symlink_to(ROOT / "slipway")
    shutil.copytree(app_folder, made / "app")
    return made


@pytest.fixture
def pulumi(hub, tmp_path, project):
    """Runs pulumi in that project; whether it ended well, and what it said."""
    (tmp_path / "backend").mkdir()
    environment = {
        **os.environ,
        **pulumi_environment(ensure_pulumi(Progress()), tmp_path / "state"),
        "PULUMI_BACKEND_URL": local_backend(tmp_path / "backend"),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "HF_ENDPOINT": hub.url,
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",
    }

    def run(*arguments):
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode == 0, done.stdout + done.stderr

    assert run("stack", "init", "dev")[0]
    return run


def test_a_change_that_failed_halfway_and_was_taken_back_leaves_nothing(
    pulumi, hub, project, space_inputs
):
    def declare(**changes):
        inputs = space_inputs(visibility="private", **changes)
        for files in ("manifest", "sources"):
            del inputs[files]
        (project / "declared.json").write_text(json.dumps(inputs), encoding="utf-8")

    declare()
    assert pulumi("up", "--yes", "--skip-preview")[0]
    repo_id = space_inputs()["repo_id"]
    before = hub.variables(repo_id)

    readme = project / "app" / "README.md"
    good = readme.read_text(encoding="utf-8")
    readme.write_text("---\nsdk: docker\ncolorFrom: orange\n---\n", encoding="utf-8")
    declare(
        variables={"MODE": "slow", "NEW": "1"},
        secrets=sealed(API_KEY="canary-of-a-secret", SECOND=SECRET),
    )
    ended_well, said = pulumi("up", "--yes", "--skip-preview")
    assert not ended_well
    assert "commit refused" in said
    assert set(hub.api.get_space_secrets(repo_id)) == {"API_KEY", "SECOND"}
    assert hub.variables(repo_id) != before
    state = pulumi("stack", "export")[1]
    assert SECRET not in state
    assert TOKEN not in state

    readme.write_text(good, encoding="utf-8")
    declare()
    assert pulumi("up", "--yes", "--skip-preview")[0]
    assert hub.variables(repo_id) == before
    assert set(hub.api.get_space_secrets(repo_id)) == {"API_KEY"}
    assert pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")[0]
    assert pulumi("destroy", "--yes", "--skip-preview")[0]
    assert not hub.api.repo_exists(repo_id, repo_type="space")
