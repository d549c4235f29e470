"""The model's file from the sandbox's Hub, uploaded by the real client: what is loaded or refused.

Each way in which it can't be had names HF_MODEL_REPO, and no message holds a token.
"""

import hashlib
import pickle
from dataclasses import replace

import pytest

pytest.importorskip("pygit2", reason="the sandbox's Hub needs the project's own requirements")

import huggingface_hub.constants
import sklearn
from huggingface_hub import HfApi
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from app.turnover.src import model_file
from app.turnover.src.model_file import ModelRefusedError, ModelUnavailableError, fetch
from app.turnover.src.settings import MODEL_FILE, Settings
from sandbox.hub.app import create_hub_app
from sandbox.hub.http.access import Access
from sandbox.hub.http.accounts import Accounts, TokenRole, User
from sandbox.hub.repositories.registry import Registry
from sandbox.store.database import Database
from tests.sandbox.background import BackgroundServer

OWNER, STRANGER = "hf_owner_canary", "hf_stranger_canary"


class Exploit:
    """Its pickle makes a file when it is read."""

    def __init__(self, path):
        self._path = path

    def __reduce__(self):
        return open, (str(self._path), "w")


class NoSpaces:
    """The Spaces half; a model repository never calls it."""


@pytest.fixture(scope="module")
def hub_url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    registry = Registry(Database(folder / "sandbox.sqlite"), folder)
    users = [
        User(name="ada", tokens={OWNER: TokenRole.WRITE}),
        User(name="eve", tokens={STRANGER: TokenRole.READ}),
    ]
    app = create_hub_app(registry, Access(Accounts(users), registry), folder, NoSpaces())
    with BackgroundServer(app, log_level="error") as server:
        yield server.url


@pytest.fixture(scope="module")
def api(hub_url):
    with pytest.MonkeyPatch.context() as patch:
        # The sandbox takes plain LFS uploads only; the app's own client is told by HF_ENDPOINT.
        patch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
        patch.setattr(huggingface_hub.constants, "ENDPOINT", hub_url)
        patch.setattr(
            huggingface_hub.constants,
            "HUGGINGFACE_CO_URL_TEMPLATE",
            hub_url + "/{repo_id}/resolve/{revision}/{filename}",
        )
        patch.setitem(model_file.os.environ, "HF_ENDPOINT", hub_url)
        yield HfApi(endpoint=hub_url, token=OWNER)


@pytest.fixture
def upload(api, trained, request):
    """Uploads bytes as the model of a repository of this test's own; settings that ask for it."""
    repo = f"ada/{hashlib.sha256(request.node.name.encode()).hexdigest()[:12]}"

    def put(content=None, *, private=False, path=MODEL_FILE):
        api.create_repo(repo, private=private, exist_ok=True)
        content = (trained / "model.pkl").read_bytes() if content is None else content
        commit = api.upload_file(path_or_fileobj=content, path_in_repo=path, repo_id=repo).oid
        return Settings(model_repo=repo, model_revision=commit, api_key="k")

    return put


def test_the_uploaded_model_answers_at_the_uploaded_commit(upload, trained, payload):
    settings = upload()
    loaded = fetch(settings)
    content = (trained / "model.pkl").read_bytes()
    assert (loaded.repo, loaded.revision) == (settings.model_repo, settings.model_revision)
    assert loaded.sha256 == hashlib.sha256(content).hexdigest()
    assert set(loaded.probabilities({**payload, "overtime": 1.0})) == {"Oui", "Non"}


def test_a_branch_is_followed_to_its_head_and_a_commit_stays_that_commit(upload, trained):
    first = upload()
    pipeline = pickle.loads((trained / "model.pkl").read_bytes())  # noqa: S301 - just trained
    pipeline[-1].C = 2.0
    second = upload(pickle.dumps(pipeline))
    assert fetch(replace(first, model_revision="main")).revision == second.model_revision
    assert fetch(first).revision == first.model_revision != second.model_revision


def test_a_private_model_is_had_with_a_token_that_may_read_it(upload):
    settings = upload(private=True)
    assert fetch(replace(settings, hub_token=OWNER)).revision == settings.model_revision


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"model_repo": "ada/absent"},
            r"40[14]: .*ada/absent",
        ),  # Hubs differ in what they say to strangers
        ({"model_repo": "ada/absent", "hub_token": OWNER}, "404: model repository ada/absent"),
        ({"hub_token": STRANGER}, "404: model repository"),  # private: hidden, not forbidden
        ({"hub_token": "hf_nobody_canary"}, "401: not authorized.*the token is not valid"),
        ({}, r"40[14]: "),
        ({"hub_token": OWNER, "model_file": "model/absent.pkl"}, "no file model/absent.pkl"),
        ({"hub_token": OWNER, "model_revision": "0" * 40}, "no revision 000"),
        ({"hub_token": OWNER, "model_revision": "v2"}, "no revision v2"),
    ],
)
def test_every_way_of_not_having_it_is_told_apart_and_may_be_tried_again(upload, change, says):
    settings = upload(private=True)
    with pytest.raises(ModelUnavailableError, match=says) as refusal:
        fetch(replace(settings, **change))
    assert "HF_MODEL_REPO" in str(refusal.value)
    assert "canary" not in str(refusal.value)


def test_a_hub_that_does_not_answer_may_be_tried_again(upload, monkeypatch):
    settings = upload()
    dead = "http://127.0.0.1:9"
    monkeypatch.setattr(
        huggingface_hub.constants,
        "HUGGINGFACE_CO_URL_TEMPLATE",
        dead + "/{repo_id}/resolve/{revision}/{filename}",
    )
    monkeypatch.setitem(model_file.os.environ, "HF_ENDPOINT", dead)
    with pytest.raises(ModelUnavailableError, match=r"can't be reached.*HF_ENDPOINT"):
        fetch(settings)


def test_another_file_than_the_reviewed_one_is_refused_before_it_is_unpickled(upload, tmp_path):
    ran = tmp_path / "ran"
    content = pickle.dumps(Exploit(ran))
    settings = upload(content)
    with pytest.raises(ModelRefusedError, match=r"HF_MODEL_SHA256.*not the file"):
        fetch(replace(settings, model_sha256="0" * 64))
    assert not ran.exists()
    reviewed = hashlib.sha256(content).hexdigest()
    with pytest.raises(ModelRefusedError, match="no classifier"):
        fetch(replace(settings, model_sha256=reviewed))
    assert ran.exists()  # so the sum is what kept it from running before


def other_labels():
    return make_pipeline(DictVectorizer(), LogisticRegression()).fit(
        [{"a": 1.0}, {"a": 2.0}], ["no", "yes"]
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"no pickle at all", "can't be unpickled: "),
        (b"", "can't be unpickled: EOFError"),
        (pickle.dumps({"a": 1}), "no classifier of the labels Non and Oui"),
        (pickle.dumps(other_labels()), "no classifier of the labels Non and Oui"),
    ],
)
def test_what_is_no_model_of_ours_is_refused_for_good(upload, content, says):
    with pytest.raises(ModelRefusedError, match=says):
        fetch(upload(content))


def test_a_pointer_of_git_lfs_is_told_from_the_file(upload):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n"
    with pytest.raises(ModelRefusedError, match="LFS pointer"):
        fetch(upload(pointer))


def test_a_model_of_another_scikit_learn_is_refused_with_both_versions(upload, trained):
    content = (trained / "model.pkl").read_bytes()
    version = sklearn.__version__.encode()
    assert version in content
    other = version[:-1] + bytes([version[-1] ^ 1])
    with pytest.raises(ModelRefusedError, match=f"made by scikit-learn {other.decode()}"):
        fetch(upload(content.replace(version, other)))
