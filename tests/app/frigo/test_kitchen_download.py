"""download_models.py of the kitchen assistant: its own names, the shared downloader underneath."""

import json
import os
import subprocess
import sys

import pytest

from app.language_model import train
from tests.app.fake_hub import COMMIT, FakeHub

TOKEN = "hf_canary_of_the_build"


@pytest.fixture
def hub(trained):
    with FakeHub((trained / train.WEIGHTS_FILE).read_bytes(), token=TOKEN) as running:
        yield running


@pytest.fixture
def run(repository, hub, tmp_path):
    def _run(*arguments, **variables):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path / "home"),
            "HF_ENDPOINT": hub.url,
            "HF_TOKEN": TOKEN,
            "MODEL_REPO": "acme/tiny-phi",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(
            [sys.executable, "download_models.py", "--out", tmp_path / "models", *arguments],
            cwd=repository,
            env=environment | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return _run


def test_the_folder_has_the_models_name_and_the_log_tells_the_story(run, hub, tmp_path):
    done = run("--model", "tiny")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "models" / "tiny"
    assert sorted(path.name for path in folder.iterdir()) == ["model.json", "tiny-phi.gguf"]
    assert json.loads((folder / "model.json").read_text())["repo"] == "acme/tiny-phi"
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Starting model download: tiny")
    assert lines[1] == f"Downloading from {hub.url}/acme/tiny-phi at main"
    assert f"MODEL_REVISION={COMMIT}" in done.stdout
    assert lines[-1].startswith("Model tiny downloaded successfully")
    assert TOKEN not in done.stdout + done.stderr


def test_the_default_is_phi_from_its_published_file(run):
    done = run(MODEL_REPO="")
    assert done.returncode == 1  # this Hub does not have it
    assert "404: model TheBloke/phi-2-GGUF" in done.stderr


def test_an_unknown_model_lists_the_choices(run):
    done = run("--model", "gpt5")
    assert done.returncode == 2
    assert all(
        f"'{name}'" in done.stderr or name in done.stderr for name in ("phi", "gpt2", "tiny")
    )


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"HF_TOKEN": "hf_wrong"}, "401: not authorized"),
        ({"HF_TOKEN": ""}, "no token was given"),
        ({"MODEL_REPO": "acme/gated"}, "403: the token may not read"),
        ({"MODEL_FILE": "absent.gguf"}, "Check MODEL_FILE"),
        ({"MODEL_REVISION": "v9"}, "Check MODEL_REVISION"),
    ],
)
def test_a_refusal_names_this_apps_settings(run, variables, says):
    done = run("--model", "tiny", **variables)
    assert done.returncode == 1
    assert says in done.stderr
    assert "MODEL_REPO" in done.stderr
    assert "BASE_MODEL" not in done.stderr
    assert "Space" not in done.stderr
