"""A Space whose update fails halfway, through the real engine: taken back, nothing of it stays."""

import json
import shutil

import pytest

from tests.providers.conftest import TOKEN, sealed
from tests.providers.pulumi_project import PulumiProject

pytestmark = pytest.mark.e2e

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
def project(hub, tmp_path, app_folder):
    """A project whose Space is as `declared.json` and the folder `app` say."""
    variables = {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1"}
    made = PulumiProject.make(tmp_path, PROGRAM, variables)
    shutil.copytree(app_folder, made.folder / "app")
    return made


def test_a_change_that_failed_halfway_and_was_taken_back_leaves_nothing(hub, project, space_inputs):
    def declare(**changes):
        inputs = space_inputs(visibility="private", **changes)
        for files in ("manifest", "sources"):
            del inputs[files]
        (project.folder / "declared.json").write_text(json.dumps(inputs), encoding="utf-8")

    declare()
    project.run("up", "--yes", "--skip-preview")
    repo_id = space_inputs()["repo_id"]
    before = hub.variables(repo_id)

    readme = project.folder / "app" / "README.md"
    good = readme.read_text(encoding="utf-8")
    readme.write_text("---\nsdk: docker\ncolorFrom: orange\n---\n", encoding="utf-8")
    declare(
        variables={"MODE": "slow", "NEW": "1"},
        secrets=sealed(API_KEY="canary-of-a-secret", SECOND=SECRET),
    )
    assert "commit refused" in project.run("up", "--yes", "--skip-preview", fails=True)
    assert set(hub.api.get_space_secrets(repo_id)) == {"API_KEY", "SECOND"}
    assert hub.variables(repo_id) != before
    state = project.run("stack", "export")
    assert SECRET not in state
    assert TOKEN not in state

    readme.write_text(good, encoding="utf-8")
    declare()
    project.run("up", "--yes", "--skip-preview")
    assert hub.variables(repo_id) == before
    assert set(hub.api.get_space_secrets(repo_id)) == {"API_KEY"}
    project.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    project.run("destroy", "--yes", "--skip-preview")
    assert not hub.api.repo_exists(repo_id, repo_type="space")
