"""Protects repositories on the Hub: somebody else's are refused, untouched ones are taken over."""

import pytest
from huggingface_hub.utils import get_session

from slipway.errors import DeployError
from slipway.huggingface.model_repo.provider import ModelRepoProvider
from slipway.huggingface.space.provider import SpaceProvider
from tests.providers.cases import HUB_OWNERS, KINDS
from tests.providers.engine import started


@pytest.fixture(params=HUB_OWNERS)
def owner(request):
    return KINDS[request.param](request.getfixturevalue)


def refusal(action, *arguments):
    with pytest.raises(DeployError) as caught:
        action(*arguments)
    return caught.value


def test_somebody_elses_repository_is_refused_and_left_as_it_is(owner, hub):
    repo_id = owner.inputs["repo_id"]
    hub.api.create_repo(
        repo_id, repo_type=owner.kind, space_sdk="docker" if owner.kind == "space" else None
    )
    theirs = hub.push(owner.kind, repo_id, {"theirs.txt": b"mine"})
    hub.mark()
    said = str(refusal(owner.engine().up, owner.inputs))
    assert repo_id in said
    assert "Set adopt to take it over" in said
    assert hub.writes() == ["POST repos/create"]  # which was answered: it is there already
    assert hub.api.repo_info(repo_id, repo_type=owner.kind).sha == theirs


def test_somebody_elses_repository_is_taken_over_when_told_to(owner, hub):
    repo_id = owner.inputs["repo_id"]
    hub.api.create_repo(
        repo_id, repo_type=owner.kind, space_sdk="docker" if owner.kind == "space" else None
    )
    hub.push(owner.kind, repo_id, {"theirs.txt": b"mine"})
    hub.api.update_repo_settings(repo_id, repo_type=owner.kind, visibility="private")
    engine = owner.engine()
    engine.up(owner.changed({"adopt": True}))
    assert "theirs.txt" in hub.files(owner.kind, repo_id)
    assert not hub.api.repo_info(repo_id, repo_type=owner.kind).private
    engine.refresh()
    assert not engine.diff(owner.changed({"adopt": True})).changes


def test_an_untouched_repository_as_declared_is_taken_over(owner, hub):
    hub.api.create_repo(
        owner.inputs["repo_id"],
        repo_type=owner.kind,
        space_sdk="docker" if owner.kind == "space" else None,
    )
    engine = owner.engine()
    assert engine.up(owner.inputs) == "created"
    assert set(owner.inputs["manifest"]) <= set(hub.files(owner.kind, engine.id))


def test_an_untouched_repository_of_another_visibility_is_refused(owner, hub):
    hub.api.create_repo(
        owner.inputs["repo_id"],
        repo_type=owner.kind,
        space_sdk="docker" if owner.kind == "space" else None,
        private=True,
    )
    hub.mark()
    assert "Set adopt" in str(refusal(owner.engine().up, owner.inputs))
    assert hub.writes() == ["POST repos/create"]


def test_a_provider_that_starts_leaves_the_calls_of_the_others_alone(owner):
    """A plugin process serves four calls at a time, and configures providers in between."""
    engine = owner.engine()
    engine.up(owner.inputs)
    session = get_session()
    started(SpaceProvider)
    started(ModelRepoProvider)
    assert get_session() is session
    assert not session.is_closed
