"""The workflow, as the sandbox's GitHub reads it: when it runs, what each step may see."""

import subprocess
from pathlib import Path

import pytest

from sandbox.github.contract import Trigger
from sandbox.github.runs.planning.filters import listens
from sandbox.github.runs.planning.workflow import parse_workflow

ROOT = Path(__file__).parents[3]
PATH = ".github/workflows/model_pipeline.yml"


@pytest.fixture(scope="module")
def workflow():
    return parse_workflow(PATH, (ROOT / PATH).read_bytes())


@pytest.mark.parametrize(
    ("branch", "path", "runs"),
    [
        ("main", "app/retraining/models/train.py", True),
        ("dev", "app/retraining/models/data/more.csv", True),
        ("main", "app/retraining/requirements.txt", True),
        ("main", "app/retraining/backend/app/main.py", False),
        ("feature/x", "app/retraining/models/train.py", False),
    ],
)
def test_it_listens_to_the_models_and_nothing_else(workflow, branch, path, runs):
    push = Trigger(
        repository="a/b", event="push", ref=f"refs/heads/{branch}", commit="0" * 40, actor="ann"
    )
    assert listens(workflow, push, lambda: [path]) is runs
    assert set(workflow.on) == {"push"}  # nobody has to start it


def test_its_steps_are_the_guides_in_order_and_each_stops_the_rest(workflow):
    [job] = workflow.jobs.values()
    used = [step["uses"].partition("@") for step in job.steps if "uses" in step]
    assert [name for name, _, _ in used] == ["actions/checkout", "actions/setup-python"]
    assert all(len(pin) == 40 for _, _, pin in used)
    ran = [step["run"] for step in job.steps if "run" in step]
    assert ran == [f"make -C app/retraining {door}" for door in ("train", "upload", "deploy")]
    doors = (ROOT / "app/retraining/Makefile").read_text()
    assert all(f"\n{run.rpartition(' ')[2]}:" in doors for run in ran)
    assert all("continue-on-error" not in step for step in job.steps)
    conditions = [step["if"] for step in job.steps if "if" in step]
    assert len(conditions) == 1
    assert all(word not in conditions[0] for word in ("always()", "failure()", "cancelled()"))


def test_training_sees_no_secret_and_every_other_step_its_own(workflow):
    [job] = workflow.jobs.values()
    assert workflow.source["permissions"] == {}
    assert job.source["permissions"] == {"contents": "read", "id-token": "write"}
    assert "env" not in workflow.source
    assert "env" not in job.source
    seen = {step["name"]: set(step.get("env") or {}) for step in job.steps if "run" in step}
    assert seen == {
        "Train": set(),
        "Upload to Hugging Face": {"HF_OIDC_RESOURCE", "HF_TOKEN", "HF_MODEL_REPO"},
        "Deploy the backend": {"RENDER_DEPLOY_HOOK"},
    }


def test_what_is_trained_is_never_committed():
    trained = [f"app/retraining/backend/model_assets/{n}.joblib" for n in ("model", "preprocessor")]
    asked = subprocess.run(
        ["git", "check-ignore", "--no-index", *trained],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert asked.stdout.split() == trained
