"""One training for the run, and the sandbox's Hub with accounts that may and may not write."""

import os
from pathlib import Path

import pytest
from huggingface_hub import HfApi

# Before numpy is imported: matrices this small only get slower when threads share them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from app.retraining.models import train
from sandbox.hub.app import create_hub_app
from sandbox.hub.http.access import Access
from sandbox.hub.http.accounts import Accounts, TokenRole, User
from sandbox.hub.repositories.registry import Registry
from sandbox.store.database import Database
from tests.sandbox.background import BackgroundServer

OWNER, READER = "hf_owner_canary", "hf_reader_canary"
REPO = "ada/late"


class NoSpaces:
    """The Spaces half; a model repository never calls it."""


@pytest.fixture(scope="session")
def assets(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("assets")
    train.build(folder, count=1500)
    return folder


@pytest.fixture
def hub(tmp_path):
    """The Hub's address, with an empty model repository."""
    registry = Registry(Database(tmp_path / "sandbox.sqlite"), tmp_path / "hub")
    roles = {OWNER: TokenRole.WRITE, READER: TokenRole.READ}
    access = Access(Accounts([User(name="ada", tokens=roles)]), registry)
    app = create_hub_app(registry, access, tmp_path / "hub", NoSpaces())
    with BackgroundServer(app, log_level="error") as server:
        HfApi(endpoint=server.url, token=OWNER).create_repo(REPO)
        yield server.url


@pytest.fixture(autouse=True)
def plain_uploads(monkeypatch):
    """The sandbox's Hub takes plain LFS uploads only."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
