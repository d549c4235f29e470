"""Protects what is alive: a rename, a second stack or a second state never deletes or takes it.

Every provider that makes something, against every way in which two resources can mean one object.
"""

import pytest

from slipway.errors import DeployError
from slipway.huggingface.model_repo.provider import ModelRepoProvider
from slipway.render.postgres.provider import PostgresProvider
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
    before.destroy(same_run=True)
    assert owner.exists(after)
    assert after.up(owner.changed({"mark": RENAMED})) == "same"
    after.refresh()
    after.up(owner.changed({"mark": RENAMED}))  # a credential was written by the other one
    assert after.up(owner.changed({"mark": RENAMED})) == "same"


def test_what_was_renamed_goes_with_its_last_holder(owner):
    before, after = raised(owner), raised(owner, mark=RENAMED)
    before.destroy(same_run=True)
    after.destroy()
    assert not owner.exists(after)


def test_a_rename_that_was_taken_back_keeps_what_is_alive(owner):
    """The run in between failed elsewhere: both resources stand in the state."""
    before, after = raised(owner), raised(owner, mark=RENAMED)
    if owner.provider is PostgresProvider:
        # No mark of its own tells a later run: there the data stays by default.
        after.outputs["delete_data"] = False
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
    if owner.provider is not PostgresProvider:  # whose mark is a hash
        assert "slipway/dev" in str(refused.value)
    assert [each for each in owner.platform.writes() if each != "POST repos/create"] == []
    assert owner.exists(mine)


@pytest.mark.parametrize("mark", OTHERS.values(), ids=OTHERS)
def test_what_another_state_adopted_outlives_the_first_one(owner, mark):
    mine = raised(owner)
    theirs = raised(owner, mark=mark, adopt=True)
    if owner.provider is PostgresProvider:
        mine.outputs["delete_data"] = False  # its own mark can't be changed: data stays by default
    mine.destroy()
    assert owner.exists(theirs)


@pytest.mark.parametrize("kind", [each for each in OWNERS if each != "RenderPostgres"])
@pytest.mark.parametrize("mark", OTHERS.values(), ids=OTHERS)
def test_a_refresh_makes_nobody_the_owner_of_what_another_adopted(kind, mark, request):
    owner = KINDS[kind](request.getfixturevalue)
    mine = raised(owner)
    theirs = raised(owner, mark=mark, adopt=True)
    mine.refresh()
    mine.refresh()
    mine.destroy()
    assert owner.exists(theirs)


# A database carries no mark that could be changed, so an update can't see who adopted it: below.
@pytest.mark.parametrize("kind", [each for each in OWNERS if each != "RenderPostgres"])
@pytest.mark.parametrize("mark", OTHERS.values(), ids=OTHERS)
def test_the_first_stack_does_not_take_back_what_was_adopted(kind, mark, request):
    owner = KINDS[kind](request.getfixturevalue)
    mine = raised(owner)
    raised(owner, mark=mark, adopt=True)
    mine.refresh()
    assert mine.diff(owner.inputs).changes
    owner.platform.mark()
    with pytest.raises(DeployError, match=r"taken over meanwhile and belongs to"):
        mine.up(owner.inputs)
    assert owner.platform.writes() == []


@pytest.mark.parametrize("mark", OTHERS.values(), ids=OTHERS)
def test_a_database_that_was_adopted_keeps_its_data_whatever_the_first_stack_does(postgres, mark):
    mine = raised(postgres, delete_data=False)
    theirs = raised(postgres, mark=mark, adopt=True, delete_data=False)
    assert theirs.id == mine.id
    mine.refresh()
    postgres.platform.mark()
    assert mine.up(postgres.changed({"delete_data": False, "plan": "basic_1gb"})) == "updated"
    assert len(postgres.platform.writes()) == 1, "what it declares, and nothing else"
    mine.destroy()
    assert postgres.exists(theirs)
    assert theirs.refresh()
    assert theirs.outputs["plan"] == "basic_1gb"


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
