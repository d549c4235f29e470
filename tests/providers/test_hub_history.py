"""Protects what people commit to the Hub: whose a commit is, its title does not say."""

from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd

from slipway.errors import DeployError
from slipway.huggingface.model_repo.provider import ModelRepoProvider
from slipway.huggingface.space.provider import SpaceProvider
from tests.providers.case import OUR_MARK
from tests.providers.cases import HUB_OWNERS, KINDS
from tests.providers.engine import Engine

RENAMED = OUR_MARK.replace("0b0b0b0b", "cccccccc")
TITLES = ["initial commit", "Seed from slipway/dev", "Deploy slipway/dev"]


def titled(title):
    return lambda hub, kind, id_: hub.push(kind, id_, {"weights.gguf": b"months"}, title)


def branch(hub, kind, id_):
    hub.api.create_branch(id_, repo_type=kind, branch="v2")
    add = [CommitOperationAdd("weights.gguf", b"months")]
    hub.api.create_commit(id_, add, commit_message="Train", repo_type=kind, revision="v2")


def tag(hub, kind, id_):
    hub.api.create_tag(id_, repo_type=kind, tag="v1")


THEIRS = {**{title: titled(title) for title in TITLES}, "a branch": branch, "a tag": tag}

pytestmark = pytest.mark.usefixtures("hub")


@pytest.fixture(params=HUB_OWNERS)
def owner(request):
    return KINDS[request.param](request.getfixturevalue)


@pytest.fixture
def model(model_inputs):
    """A seeded model repository."""
    engine = Engine(ModelRepoProvider)
    engine.up(model_inputs())
    return engine


@pytest.mark.parametrize("theirs", THEIRS.values(), ids=THEIRS)
def test_what_somebody_committed_is_never_taken_for_untouched(owner, hub, theirs):
    repo_id = owner.inputs["repo_id"]
    hub.api.create_repo(
        repo_id, repo_type=owner.kind, space_sdk="docker" if owner.kind == "space" else None
    )
    theirs(hub, owner.kind, repo_id)
    head = hub.api.repo_info(repo_id, repo_type=owner.kind).sha
    hub.mark()
    with pytest.raises(DeployError, match="Set adopt to take it over"):
        owner.engine().up(owner.inputs)
    assert hub.writes() == ["POST repos/create"]  # which was answered: it is there already
    assert hub.api.repo_info(repo_id, repo_type=owner.kind).sha == head


@pytest.mark.parametrize("theirs", THEIRS.values(), ids=THEIRS)
def test_what_somebody_committed_outlives_the_stack(hub, model, theirs):
    theirs(hub, "model", model.id)
    model.destroy()
    assert hub.api.repo_exists(model.id)


@pytest.mark.parametrize("theirs", THEIRS.values(), ids=THEIRS)
def test_what_somebody_committed_outlives_the_stack_whose_state_was_lost(
    hub, model, model_inputs, theirs
):
    theirs(hub, "model", model.id)
    again = Engine(ModelRepoProvider)
    again.up(model_inputs())
    again.destroy()
    assert hub.api.repo_exists(model.id)


def test_a_published_repository_that_was_handed_over_is_not_taken_for_a_seed(hub, model_inputs):
    inputs = model_inputs(adopt=True)
    hub.api.create_repo(inputs["repo_id"])
    content = {path: Path(file).read_bytes() for path, file in inputs["sources"].items()}
    hub.push("model", inputs["repo_id"], content)
    engine = Engine(ModelRepoProvider)
    engine.up(inputs)
    engine.destroy()
    assert hub.api.repo_exists(inputs["repo_id"])


def test_a_seed_goes_with_its_stack_also_after_refreshes_updates_and_moves(
    hub, model, model_inputs
):
    model.refresh()
    elsewhere = {"repo_id": f"{model.id}-b", "visibility": "private"}
    model.up(model_inputs(manifest={"other": "0:0"}, **elsewhere))
    model.refresh()
    model.destroy()
    assert not hub.api.repo_exists(f"{model.id}-b")


def test_a_seed_of_a_run_that_died_goes_with_the_stack(hub, model, model_inputs):
    model.id = ""  # the engine died before it noted anything
    model.up(model_inputs())
    model.destroy()
    assert not hub.api.repo_exists(model.id)


def test_a_seed_goes_with_the_last_name_of_its_component(hub, model, model_inputs):
    renamed = Engine(ModelRepoProvider)
    renamed.up(model_inputs(mark=RENAMED))
    model.destroy()
    renamed.destroy()
    assert not hub.api.repo_exists(model.id)


def test_a_repository_of_a_state_that_notes_no_seed_is_let_go_of(hub, model):
    """As an older version wrote it: which commit was its own is not known any more."""
    del model.outputs["seed_commit"]
    hub.push("model", model.id, {"weights.gguf": b"months"}, "Seed from slipway/dev")
    model.destroy()
    assert hub.api.repo_exists(model.id)


@pytest.mark.parametrize("title", TITLES)
def test_a_file_that_somebody_pushed_is_not_taken_for_a_dead_runs(hub, space_inputs, title):
    engine = Engine(SpaceProvider)
    engine.up(space_inputs())
    hub.push("space", engine.id, {"theirs.txt": b"by hand"}, title)
    engine.id = ""  # the engine died before it noted anything
    engine.up(space_inputs())
    assert "theirs.txt" in hub.files("space", engine.id)


@pytest.mark.parametrize("theirs", THEIRS.values(), ids=THEIRS)
def test_a_seed_is_not_put_into_what_somebody_filled(hub, space_inputs, theirs):
    given = space_inputs()
    files = {"seed": given["manifest"], "seed_sources": given["sources"]}
    inputs = {**given, "manifest": {}, "sources": {}, "adopt": True, **files}
    hub.api.create_repo(given["repo_id"], repo_type="space", space_sdk="docker")
    theirs(hub, "space", given["repo_id"])
    head = hub.api.repo_info(given["repo_id"], repo_type="space").sha
    Engine(SpaceProvider).up(inputs)
    assert hub.api.repo_info(given["repo_id"], repo_type="space").sha == head
