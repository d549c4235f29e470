"""Protects the package: another project, with a `components` folder of its own, uses the wheel.

Nothing of this checkout is on its path; what the package needs besides itself is what stands in
this environment, which has no `slipway` of its own.
"""

import subprocess
import sys
import sysconfig
import zipfile

import pytest

import slipway
from tests.faults.project import ROOT, Project
from tests.providers.conftest import TOKEN, hub, running_hub
from tests.providers.render_platform import IMAGE, running_render

__all__ = ["hub", "running_hub", "running_render"]
pytestmark = [pytest.mark.e2e, pytest.mark.long]

PROGRAM = """
import pulumi
import components
from slipway import (
    DeployArgs, Image, ModelRepo, ModelRepoArgs, WebService, WebServiceArgs, payload_from_folder,
)

assert components.THEIRS == 1
model = ModelRepo("weights", ModelRepoArgs(
    repo_id="acme/from-another-project", files=payload_from_folder("model")
))
service = WebService("shop", WebServiceArgs(
    name="from-another-project", image=Image(ref="%s:1"), env={"MODEL": model.repo_id},
    deploy=DeployArgs(timeout_seconds=60),
))
pulumi.export("commit", model.commit)
pulumi.export("url", service.url)
"""


def run(*command):
    done = subprocess.run(
        [str(each) for each in command], check=False, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT / "components")
    [made] = folder.glob("slipway-*.whl")
    return made


@pytest.fixture
def project(tmp_path, wheel, running_render, hub):
    environment = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    [packages] = environment.glob("lib/python*/site-packages")
    (packages / "rest.pth").write_text(sysconfig.get_path("purelib"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    made = Project(tmp_path / "theirs", running_render.url, PROGRAM % IMAGE, None)
    (made.sources / "slipway").unlink()  # this checkout's
    options = f"{{name: python, options: {{virtualenv: {environment}}}}}"
    (made.sources / "Pulumi.yaml").write_text(f"name: shop\nruntime: {options}\n")
    (made.sources / "components").mkdir()
    (made.sources / "components" / "__init__.py").write_text("THEIRS = 1\n")
    (made.sources / "model").mkdir()
    (made.sources / "model" / "weights.txt").write_text("weights")
    made.environment |= {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1"}
    made.environment.pop("PYTHONPATH")
    made.init()
    return made


def test_a_wheel_is_all_that_another_project_needs(project, hub):
    project.up()
    outputs = project.outputs()
    assert hub.api.repo_info("acme/from-another-project").sha == outputs["commit"]
    project.unchanged()
    [tag] = hub.api.list_repo_refs("acme/from-another-project").tags
    assert tag.name.startswith("held-by/shop/dev@")
    project.must("destroy", "--yes", "--skip-preview")
    assert not hub.api.repo_exists("acme/from-another-project")


def test_the_wheel_holds_slipway_alone_and_all_of_it(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if name.endswith(".py")}
    folder = ROOT / "components"
    assert names == {
        f"slipway/{path.relative_to(folder).as_posix()}" for path in folder.rglob("*.py")
    }


def test_every_public_name_is_there_and_described():
    assert sorted(slipway.__all__) == sorted(slipway._MODULES)
    for name in slipway.__all__:
        assert getattr(slipway, name).__doc__, name
    assert set(dir(slipway)) >= set(slipway.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Nope'"):
        slipway.Nope  # noqa: B018 - asked for
