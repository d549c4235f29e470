"""Protects trained models: a repository is seeded once, and no later run puts old weights back."""

import hashlib

import pytest

from sandbox.http.faults import Answer, CutAfter, CutBefore
from slipway.errors import ApiError, DeployError
from slipway.huggingface.model_repo.provider import ModelRepoProvider
from tests.providers.engine import Engine

pytestmark = pytest.mark.usefixtures("hub")


@pytest.fixture
def engine():
    return Engine(ModelRepoProvider)


def test_an_empty_repository_is_seeded_by_one_commit_with_weights_by_lfs(engine, hub, model_inputs):
    engine.up(model_inputs())
    tree = {each.path: each for each in hub.api.list_repo_tree(engine.id)}
    digests = model_inputs()["manifest"]
    assert f":{tree['weights.gguf'].lfs.sha256}" == ":" + digests["weights.gguf"].split(":")[1]
    assert tree["README.md"].blob_id == digests["README.md"].split(":")[0]
    assert hub.titles("model", engine.id) == ["Seed from slipway/dev", "initial commit"]
    assert engine.outputs["commit"] == hub.api.repo_info(engine.id).sha
    assert engine.outputs["sha256s"] == {"weights.gguf": tree["weights.gguf"].lfs.sha256}


def test_without_files_nothing_is_committed(engine, hub, model_inputs):
    engine.up(model_inputs(manifest={}, sources={}))
    assert hub.titles("model", engine.id) == ["initial commit"]


def test_a_trained_model_is_followed_and_never_reverted(engine, hub, model_inputs):
    engine.up(model_inputs())
    trained = hub.push("model", engine.id, {"weights.gguf": b"GGUF\x00 trained"}, "Train")
    engine.refresh()
    hub.mark()
    assert engine.outputs["commit"] == trained
    assert engine.outputs["sha256s"] == {
        "weights.gguf": hashlib.sha256(b"GGUF\x00 trained").hexdigest()
    }
    assert engine.up(model_inputs()) == "same"
    assert engine.up(model_inputs(manifest={"other": "0:0"})) == "same"
    assert engine.up(model_inputs(visibility="private")) == "updated"
    assert hub.writes() == ["PUT settings"]
    assert engine.outputs["commit"] == trained


def test_a_trained_model_whose_state_was_lost_is_refused_and_then_taken_as_it_is(
    engine, hub, model_inputs
):
    engine.up(model_inputs())
    trained = hub.push("model", engine.id, {"weights.gguf": b"GGUF\x00 trained"}, "Train")
    hub.mark()
    again = Engine(ModelRepoProvider)
    lost = {"mark": "slipway/dev@11111111.0b0b0b0b"}  # with the state its lineage is lost
    with pytest.raises(DeployError, match=r"its state is not this one.*Set adopt to take it over"):
        again.up(model_inputs(**lost))
    again.up(model_inputs(adopt=True, **lost))
    assert again.outputs["commit"] == trained
    assert [each for each in hub.writes() if "/tag/" not in each and "tag" not in each] == [
        "POST repos/create",
        "POST repos/create",
    ]


def test_drift_of_the_visibility_is_seen_and_mended(engine, hub, model_inputs):
    engine.up(model_inputs())
    hub.api.update_repo_settings(engine.id, visibility="private")
    engine.refresh()
    assert engine.up(model_inputs()) == "updated"
    assert not hub.api.repo_info(engine.id).private
    engine.refresh()
    assert engine.up(model_inputs()) == "same"


def test_a_lost_answer_to_the_seed_makes_no_second_commit(engine, hub, model_inputs):
    fault = hub.fault(CutAfter(), path="/commit/")
    engine.up(model_inputs())
    assert hub.faults.hits(fault) == 1
    assert len(hub.titles("model", engine.id)) == 2


@pytest.mark.parametrize("trouble", [Answer(503), CutBefore(), CutAfter()])
def test_an_upload_of_weights_that_fails_is_made_again(engine, hub, model_inputs, trouble):
    fault = hub.fault(
        trouble, path="/lfs-storage/", method="PUT", times=6
    )  # more than the client's
    assert engine.up(model_inputs()) == "created"
    assert hub.faults.hits(fault) == 6
    assert "weights.gguf" in engine.outputs["sha256s"]


def test_an_upload_that_is_refused_is_named_with_the_remedy_and_no_traceback(
    engine, hub, model_inputs
):
    hub.fault(Answer(403, {}, "no"), path="/lfs-storage/", method="PUT", times=None)
    with pytest.raises(
        ApiError, match=r"Model repository acme/it-.*: commit: the Hub answered 403"
    ):
        engine.up(model_inputs())
