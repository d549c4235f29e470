"""Protects what is moved on the Hub, which finds a repository by former names and in any case."""

import pytest

from slipway.errors import DeployError
from tests.providers.case import OUR_MARK
from tests.providers.cases import HUB_OWNERS, KINDS

FIRST, SECOND = (OUR_MARK.replace("0b0b0b0b", holder) for holder in ("11111111", "22222222"))
STRANGERS = "strangers/prod@33333333.44444444"


@pytest.fixture(params=HUB_OWNERS)
def owner(request):
    return KINDS[request.param](request.getfixturevalue)


@pytest.fixture
def place(owner):
    """`place("b")`: inputs under another name, with other changes."""

    def inputs(suffix, **changes):
        return owner.changed({"repo_id": f"{owner.inputs['repo_id']}{suffix}", **changes})

    return inputs


@pytest.fixture
def listed(owner, hub):
    """Ids that a list shows, which follows no redirect."""

    def ids():
        every = hub.api.list_spaces if owner.kind == "space" else hub.api.list_models
        named = owner.inputs["repo_id"].casefold()
        return sorted(each.id for each in every(author="acme") if named in each.id.casefold())

    return ids


def raised(owner, inputs):
    engine = owner.engine()
    engine.up(inputs)
    return engine


def test_a_move_that_is_taken_back_moves_back(owner, place, listed):
    engine = raised(owner, place(""))
    engine.up(place("-b"))
    engine.up(place(""))
    assert listed() == [place("")["repo_id"]]
    engine.destroy()
    assert listed() == []


def test_a_name_in_another_case_is_another_name(owner, place, listed):
    other = place("", repo_id=place("")["repo_id"].replace("/it", "/IT"))
    engine = raised(owner, place(""))
    assert engine.up(other) == "updated"
    assert listed() == [other["repo_id"]]
    engine.refresh()
    assert engine.up(other) == "same"


def test_a_repository_under_a_name_in_another_case_is_not_taken_over(owner, place, hub):
    raised(owner, place(""))
    other = place("", repo_id=place("")["repo_id"].replace("/it", "/IT"), adopt=True)
    hub.mark()
    with pytest.raises(DeployError, match=f"exists already as {place('')['repo_id']}"):
        raised(owner, other)
    assert hub.writes() == ["POST repos/create"]


def test_names_that_shift_wait_for_each_other(owner, place, listed, hub):
    """Updates of one run come in any order: here the one that needs a name that is not free."""
    one = raised(owner, place("", mark=FIRST))
    two = raised(owner, place("-b", mark=SECOND, visibility="private"))
    head = hub.api.repo_info(one.id, repo_type=owner.kind).sha
    hub.mark()
    with pytest.raises(DeployError, match="Another resource of this stack holds it"):
        two.up(place("", mark=SECOND, visibility="private"))
    assert hub.writes() == []
    one.up(place("-c", mark=FIRST))
    assert two.up(place("", mark=SECOND, visibility="private")) == "updated"
    assert listed() == [place("")["repo_id"], place("-c")["repo_id"]]
    assert hub.api.repo_info(place("-c")["repo_id"], repo_type=owner.kind).sha == head
    assert hub.api.repo_info(place("")["repo_id"], repo_type=owner.kind).private
    two.destroy()
    assert listed() == [place("-c")["repo_id"]]
    one.destroy()
    assert listed() == []


def test_a_former_name_that_leads_to_anothers_leads_nowhere(owner, place, listed, hub):
    """Ours was deleted by hand, and the name then leads to what was there before."""
    other = raised(owner, place("", mark=FIRST))
    other.up(place("-c", mark=FIRST))
    mine = raised(owner, place("", mark=SECOND))
    hub.api.delete_repo(mine.id, repo_type=owner.kind)
    stranger = raised(owner, place("-x", mark=STRANGERS))
    stranger.up(place("", mark=STRANGERS))
    stranger.up(place("-y", mark=STRANGERS))
    kept = listed()
    hub.mark()
    with pytest.raises(DeployError, match="is gone, or was moved by somebody"):
        mine.up(place("", mark=SECOND, visibility="private"))
    with pytest.raises(DeployError, match="is gone, or was moved by somebody"):
        mine.up(place("-z", mark=SECOND))
    mine.destroy()
    assert hub.writes() == []
    assert listed() == kept
    assert not mine.refresh()


def test_what_somebody_moved_by_hand_is_drift_and_moved_back(owner, place, listed, hub):
    engine = raised(owner, place(""))
    hub.api.move_repo(place("")["repo_id"], place("-b")["repo_id"], repo_type=owner.kind)
    assert engine.refresh()
    assert engine.outputs["repo_id"] == place("-b")["repo_id"]
    assert engine.up(place("")) == "updated"
    assert listed() == [place("")["repo_id"]]


@pytest.mark.parametrize("refreshed", [True, False])
def test_what_somebody_moved_by_hand_goes_with_its_stack(owner, place, listed, hub, refreshed):
    engine = raised(owner, place(""))
    hub.api.move_repo(place("")["repo_id"], place("-b")["repo_id"], repo_type=owner.kind)
    if refreshed:
        engine.refresh()
    engine.destroy()
    assert listed() == []


def test_adopt_does_not_let_a_move_leave_the_old_one_behind(owner, place, listed):
    engine = raised(owner, place(""))
    raised(owner, place("-theirs", mark=STRANGERS))
    with pytest.raises(DeployError, match=r"exists already.*belongs to stack strangers/prod"):
        engine.up(place("-theirs", adopt=True))
    engine.destroy()
    assert listed() == [place("-theirs")["repo_id"]]
