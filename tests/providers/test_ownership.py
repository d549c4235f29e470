"""Protects what is alive: a rename, a second stack or a second state never deletes or takes it.

Every provider that makes something, against every way in which two resources can mean one object.
"""

import pytest

from slipway.errors import DeployError
from slipway.huggingface.model_repo.provider import ModelRepoProvider
from slipway.render.registry_credential.provider import RegistryCredentialProvider
from tests.providers.case import OUR_MARK
from tests.providers.cases import HUB_OWNERS, KINDS, OWNERS

LINEAGE = OUR_MARK.partition("@")[2].partition(".")[0]
RENAMED = f"slipway/dev@{LINEAGE}.cccccccc"  # the same state, another resource
STACK_RENAMED = OUR_MARK.replace("slipway/dev", "slipway/develop")
SECOND_STACK = "slipway/staging@11111111.dddddddd"
SECOND_BACKEND = "slipway/dev@22222222.0b0b0b0b"  # the same names, another state
OTHERS = {"second stack": SECOND_STACK, "second backend": SECOND_BACKEND}


@pytest.fixture(params=OWNERS)
def owner(request):
    return KINDS[request.param](request.getfixturevalue)


@pytest.fixture
def postgres(request):
    return KINDS["RenderPostgres"](request.getfixturevalue)


def raised(case, **changes):
    engine = case.engine()
    engine.up(case.changed(changes))
    return engine


def test_a_renamed_component_keeps_what_is_alive(owner):
    before = raised(owner)
    after = raised(owner, mark=RENAMED)
    assert after.id == before.id
    before.destroy()
    assert owner.exists(after)
    assert after.up(owner.changed({"mark": RENAMED})) == "same"
    after.refresh()
    after.up(owner.changed({"mark": RENAMED}))  # a credential was written by the other one
    assert after.up(owner.changed({"mark": RENAMED})) == "same"


def test_what_was_renamed_goes_with_its_last_holder(owner):
    before, after = raised(owner), raised(owner, mark=RENAMED)
    before.destroy()
    after.destroy()
    assert not owner.exists(after)


def test_a_rename_that_was_taken_back_keeps_what_is_alive(owner):
    """The run in between failed elsewhere: both resources stand in the state."""
    before, after = raised(owner), raised(owner, mark=RENAMED)
    after.destroy()
    assert owner.exists(before)
    before.refresh()
    before.up(owner.inputs)  # a Space's secrets were written by the other one, and can't be read
    assert before.up(owner.inputs) == "same"


def test_a_rename_by_alias_leaves_one_holder(owner):
    engine = raised(owner)
    engine.up(owner.changed({"mark": RENAMED}))
    engine.destroy()
    assert not owner.exists(engine)


@pytest.mark.parametrize("mark", OTHERS.values(), ids=OTHERS)
def test_another_state_is_refused_and_told_whose_it_is(owner, mark):
    mine = raised(owner)
    owner.platform.mark()
    if owner.provider is RegistryCredentialProvider:
        # Its name on Render carries the mark: each stack has one of its own.
        theirs = raised(owner, mark=mark)
        theirs.destroy()
        assert owner.exists(mine)
        return
    with pytest.raises(DeployError, match="exists already") as refused:
        raised(owner, mark=mark)
    assert "Set adopt to take it over" in str(refused.value)
    assert "slipway/dev" in str(refused.value)
    assert [each for each in owner.platform.writes() if each != "POST repos/create"] == []
    assert owner.exists(mine)


@pytest.mark.parametrize("mark", OTHERS.values(), ids=OTHERS)
def test_what_another_state_adopted_outlives_the_first_one(owner, mark):
    mine = raised(owner)
    theirs = raised(owner, mark=mark, adopt=True)
    mine.destroy()
    assert owner.exists(theirs)


@pytest.mark.parametrize("mark", OTHERS.values(), ids=OTHERS)
def test_a_refresh_makes_nobody_the_owner_of_what_another_adopted(owner, mark):
    mine = raised(owner)
    theirs = raised(owner, mark=mark, adopt=True)
    mine.refresh()
    mine.refresh()
    mine.destroy()
    assert owner.exists(theirs)


@pytest.mark.parametrize("mark", OTHERS.values(), ids=OTHERS)
def test_the_first_stack_does_not_take_back_what_was_adopted(owner, mark):
    mine = raised(owner)
    raised(owner, mark=mark, adopt=True)
    mine.refresh()
    assert mine.diff(owner.inputs).changes
    owner.platform.mark()
    with pytest.raises(DeployError, match=r"taken over meanwhile and belongs to"):
        mine.up(owner.inputs)
    assert owner.platform.writes() == []


def test_a_renamed_stack_changes_nothing_and_still_owns(owner):
    engine = raised(owner)
    owner.platform.mark()
    assert engine.up(owner.changed({"mark": STACK_RENAMED})) == "same"
    assert owner.platform.writes() == []
    engine.destroy()
    assert not owner.exists(engine)


def test_a_mark_that_somebody_deleted_leaves_the_object_to_them(request):
    case = KINDS["Space"](request.getfixturevalue)
    engine = raised(case)
    case.platform.api.delete_space_variable(case.inputs["repo_id"], "SLIPWAY_STACK")
    engine.destroy()
    assert case.exists(engine)


# --- data


def test_a_repository_that_others_committed_to_outlives_its_stack(request):
    case = KINDS["ModelRepo"](request.getfixturevalue)
    engine = raised(case)
    repo_id = case.inputs["repo_id"]
    trained = case.platform.push("model", repo_id, {"model.joblib": b"trained"})
    engine.destroy()
    assert case.platform.api.repo_info(repo_id).sha == trained
    # A stack of the same name takes it up again, whatever its state; no other does.
    with pytest.raises(DeployError, match="belongs to stack slipway/dev"):
        raised(case, mark=SECOND_STACK)
    again = raised(case, mark=SECOND_BACKEND)
    assert case.platform.api.repo_info(repo_id).sha == trained
    again.destroy()
    assert case.exists(again)


def test_a_repository_with_data_goes_when_told_so(request):
    case = KINDS["ModelRepo"](request.getfixturevalue)
    engine = raised(case)
    case.platform.push("model", case.inputs["repo_id"], {"model.joblib": b"trained"})
    assert engine.up(case.changed({"delete_data": True})) == "updated"
    engine.destroy()
    assert not case.exists(engine)


def test_a_database_outlives_its_stack_unless_told_otherwise(postgres):
    engine = raised(postgres, delete_data=False)
    engine.destroy()
    assert postgres.exists(engine)
    # As a repository does: a stack of the same name takes it up again, and no other.
    with pytest.raises(DeployError, match="belongs to stack slipway/dev"):
        raised(postgres, mark=SECOND_STACK)
    again = raised(postgres, mark=SECOND_BACKEND, delete_data=False)
    assert again.id == engine.id
    again.destroy()
    assert postgres.exists(engine)


def test_a_database_from_before_it_carried_marks_is_marked_by_one_update(postgres):
    engine = raised(postgres)
    _unmark(postgres, engine)
    del engine.outputs["called"]
    first = engine.id
    postgres.platform.mark()
    assert not engine.diff(postgres.inputs).replaces
    assert engine.up(postgres.inputs) == "updated"
    assert (engine.id, postgres.platform.writes()) == (first, ["PATCH it"])
    assert _called(postgres, engine) == f"{postgres.inputs['name']} ({OUR_MARK})"
    assert engine.up(postgres.inputs) == "same"


def test_a_database_without_a_mark_is_known_by_its_user_and_deleted_by_nobody(postgres):
    engine = raised(postgres)
    _unmark(postgres, engine)
    engine.destroy()
    with pytest.raises(DeployError, match="was not made by this stack"):
        raised(postgres, mark=SECOND_STACK)
    assert raised(postgres, mark=RENAMED).id == engine.id


def test_a_database_is_not_renamed_to_what_another_one_is_called(postgres):
    other = f"{postgres.inputs['name']}-other"
    theirs, mine = raised(postgres, name=other, mark=SECOND_STACK), raised(postgres)
    postgres.platform.mark()
    with pytest.raises(DeployError, match=rf"can't be renamed to {other}, which {theirs.id}"):
        mine.up(postgres.changed({"name": other}))
    assert postgres.platform.writes() == []


def test_two_databases_of_one_name_are_not_chosen_from(postgres):
    name = postgres.inputs["name"]
    for mark in (SECOND_STACK, SECOND_BACKEND):
        raised(postgres, name=f"{name}-of-{mark[-4:]}", mark=mark)
    for each in postgres._all():
        body = {"name": each["name"].replace(each["name"].partition(" (")[0], name)}
        postgres.platform.call("PATCH", f"/postgres/{each['id']}", json=body)
    with pytest.raises(DeployError, match="there are several"):
        raised(postgres, adopt=True)


def _unmark(case, engine):
    name = {"name": case.inputs["name"]}
    case.platform.call("PATCH", f"/postgres/{engine.id}", json=name)


def _called(case, engine):
    return case.platform.call("GET", f"/postgres/{engine.id}")["name"]


@pytest.mark.parametrize("kind", HUB_OWNERS)
def test_another_id_moves_a_repository_with_all_it_holds(kind, request):
    case = KINDS[kind](request.getfixturevalue)
    engine = raised(case)
    hub, before = case.platform, case.inputs["repo_id"]
    after = f"{before}-moved"
    trained = hub.push(case.kind, before, {"model.joblib": b"trained"})
    difference = engine.diff(case.changed({"repo_id": after}))
    assert difference.changes
    assert not difference.replaces
    assert engine.up(case.changed({"repo_id": after})) == "updated"
    assert hub.api.repo_info(after, repo_type=case.kind).sha == trained
    assert engine.up(case.changed({"repo_id": after})) == "same"
    engine.refresh()
    assert engine.up(case.changed({"repo_id": after})) == "same"
    if case.provider is ModelRepoProvider:
        engine.outputs["delete_data"] = True
    engine.destroy()
    assert not hub.api.repo_exists(after, repo_type=case.kind)


@pytest.mark.parametrize("kind", HUB_OWNERS)
def test_a_move_to_where_something_else_is_moves_nothing(kind, request):
    case = KINDS[kind](request.getfixturevalue)
    engine = raised(case)
    hub, before = case.platform, case.inputs["repo_id"]
    after = f"{before}-theirs"
    hub.api.create_repo(
        after, repo_type=case.kind, space_sdk="docker" if case.kind == "space" else None
    )
    theirs = hub.push(case.kind, after, {"theirs.txt": b"mine"})
    with pytest.raises(DeployError, match="exists already"):
        engine.up(case.changed({"repo_id": after}))
    assert hub.api.repo_info(after, repo_type=case.kind).sha == theirs
    assert hub.api.repo_exists(before, repo_type=case.kind)


def test_the_workspaces_name_is_the_same_workspace_as_its_id(request):
    for kind in ("RenderWebService", "RenderRegistryCredential", "RenderPostgres"):
        case = KINDS[kind](request.getfixturevalue)
        engine = raised(case)
        names = {each["owner"]["id"]: each["owner"]["name"] for each in _workspaces(case)}
        for owner in (names[case.inputs["owner"]], ""):
            if owner == "" and len(names) > 1:
                continue
            difference = engine.diff(case.changed({"owner": owner}))
            assert not difference.replaces, (kind, owner)


def _workspaces(case):
    return case.platform.call("GET", "/owners")
