"""download_models.py against the sandbox's Hub, where the model was uploaded by the real client."""

import json
import os
import subprocess
import sys

import huggingface_hub.constants
import pytest
from huggingface_hub import HfApi

from app.language_model import train
from sandbox.hub.app import create_hub_app
from sandbox.hub.http.access import Access
from sandbox.hub.http.accounts import Accounts, TokenRole, User
from sandbox.hub.repositories.registry import Registry
from sandbox.store.database import Database
from tests.app.running_server import PAYLOAD
from tests.sandbox.background import BackgroundServer

OWNER, STRANGER = "hf_owner_canary", "hf_stranger_canary"


class NoSpaces:
    """The Spaces half; a model repository never calls it."""


@pytest.fixture(scope="module")
def hub_url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    registry = Registry(Database(folder / "sandbox.sqlite"), folder)
    accounts = Accounts(
        [
            User(name="ada", tokens={OWNER: TokenRole.WRITE}),
            User(name="eve", tokens={STRANGER: TokenRole.READ}),
        ]
    )
    app = create_hub_app(registry, Access(accounts, registry), folder, NoSpaces())
    with BackgroundServer(app, log_level="error") as server:
        yield server.url


@pytest.fixture(scope="module")
def commit(hub_url, trained):
    """A private model repository holding what train.py wrote; returns its commit."""
    api = HfApi(endpoint=hub_url, token=OWNER)
    api.create_repo("ada/tiny-phi", private=True)
    with pytest.MonkeyPatch.context() as patch:  # the sandbox takes plain LFS uploads only
        patch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
        return api.upload_folder(repo_id="ada/tiny-phi", folder_path=trained).oid


def download(hub_url, tmp_path, **variables):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "HF_ENDPOINT": hub_url}
    environment |= {"BASE_MODEL": "ada/tiny-phi", "HF_TOKEN": OWNER, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "download_models.py", "--model", "tiny", "--out", tmp_path / "models"],
        cwd=PAYLOAD,
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_uploaded_weights_arrive_unchanged_at_the_uploaded_commit(
    hub_url, commit, trained, tmp_path
):
    done = download(hub_url, tmp_path, BASE_MODEL_REVISION=commit)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "models" / "tiny-phi"
    assert sorted(path.name for path in folder.rglob("*")) == ["model.json", train.WEIGHTS_FILE]
    weights = (trained / train.WEIGHTS_FILE).read_bytes()
    assert (folder / train.WEIGHTS_FILE).read_bytes() == weights
    assert json.loads((folder / "model.json").read_text())["revision"] == commit


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"HF_TOKEN": STRANGER}, "404: model ada/tiny-phi"),  # private: hidden, not forbidden
        ({"HF_TOKEN": "hf_nobody_canary"}, "401: not authorized"),
        ({"BASE_MODEL": "ada/absent"}, "404: model ada/absent"),
        ({"BASE_MODEL_FILE": "absent.gguf"}, "has no file absent.gguf"),
        ({"BASE_MODEL_REVISION": "0" * 40}, "has no revision 000"),
    ],
)
def test_refusals_of_the_hub_are_told_apart(hub_url, commit, tmp_path, variables, says):
    done = download(hub_url, tmp_path, **({"BASE_MODEL_REVISION": commit} | variables))
    assert done.returncode == 1
    assert says in done.stderr
    assert "BASE_MODEL" in done.stderr
    assert "canary" not in done.stdout + done.stderr
