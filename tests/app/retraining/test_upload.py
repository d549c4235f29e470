"""The upload: one commit, none when nothing changed, and refusals that people understand."""

import json

import pytest
from huggingface_hub import HfApi

from app.retraining.models import train
from app.retraining.scripts import upload_models
from app.retraining.scripts.upload_models import UploadError, upload
from tests.app.retraining.conftest import OWNER, READER, REPO


def commits(hub):
    return len(HfApi(endpoint=hub, token=OWNER).list_repo_commits(REPO))


def api(hub, token=OWNER):
    return HfApi(endpoint=hub, token=token)


def test_one_commit_holds_every_file_and_the_same_again_makes_none(hub, assets):
    before = commits(hub)
    first = upload(api(hub), REPO, assets)
    assert (first.changed, commits(hub)) == (True, before + 1)
    held = set(api(hub).list_repo_files(REPO, revision=first.commit))
    assert held >= {*train.FILES, train.METRICS, train.CARD}
    sums = json.loads((assets / train.METRICS).read_text())["files"]
    for info in api(hub).get_paths_info(REPO, list(train.FILES)):
        assert info.lfs.sha256 == sums[info.path]
    again = upload(api(hub), REPO, assets)
    assert (again.changed, again.commit, commits(hub)) == (False, first.commit, before + 1)


def test_another_training_is_a_second_commit_and_the_first_stays_to_be_pinned(
    hub, assets, tmp_path
):
    first = upload(api(hub), REPO, assets)
    train.build(tmp_path / "out", count=1600)
    second = upload(api(hub), REPO, tmp_path / "out")
    assert second.changed
    assert first.commit != second.commit
    assert api(hub).model_info(REPO, revision=first.commit).sha == first.commit


@pytest.mark.parametrize(
    ("token", "repo", "says"),
    [
        (READER, REPO, "answered 403; HF_TOKEN may not write there"),
        ("hf_nobody_canary", REPO, "answered 401; HF_TOKEN is no valid token"),
        (OWNER, "ada/absent", "answered 404; there is no such repository"),
    ],
)
def test_refusals_are_told_apart_and_no_token_is_said(hub, assets, token, repo, says):
    with pytest.raises(UploadError, match=says) as refusal:
        upload(api(hub, token), repo, assets)
    assert "canary" not in str(refusal.value)


def test_files_of_two_trainings_are_not_uploaded(hub, assets, tmp_path):
    for path in assets.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "model.joblib").write_bytes(b"another one")
    with pytest.raises(UploadError, match=r"model\.joblib is not what metrics\.json says"):
        upload(api(hub), REPO, tmp_path)


def test_the_workflow_learns_whether_anything_changed(hub, assets, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(upload_models, "ASSETS", assets)
    output = tmp_path / "output"
    environment = {"HF_ENDPOINT": hub, "HF_TOKEN": OWNER, "HF_MODEL_REPO": REPO}
    assert upload_models.main({**environment, "GITHUB_OUTPUT": str(output)}) == 0
    assert upload_models.main({**environment, "GITHUB_OUTPUT": str(output)}) == 0
    said = [line for line in output.read_text().splitlines() if line.startswith("changed=")]
    assert said == ["changed=true", "changed=false"]
    assert upload_models.main({"HF_MODEL_REPO": REPO}) == 1
    assert "HF_OIDC_RESOURCE (or HF_TOKEN) not set" in capsys.readouterr().err


def test_a_job_that_may_not_say_who_it_is_is_told_what_it_lacks(hub, assets, monkeypatch, capsys):
    monkeypatch.setattr(upload_models, "ASSETS", assets)
    # The client looks there by itself.
    monkeypatch.setenv("HF_OIDC_RESOURCE", REPO)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for name in ("HF_OIDC_ID_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    given = {"HF_ENDPOINT": hub, "HF_OIDC_RESOURCE": REPO, "HF_MODEL_REPO": REPO, "HF_TOKEN": OWNER}
    before = commits(hub)
    assert upload_models.main(given) == 1
    assert "id-token: write" in capsys.readouterr().err
    monkeypatch.delenv("HF_OIDC_RESOURCE")
    assert commits(hub) == before
