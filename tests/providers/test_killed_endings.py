"""Protects whoever's engine dies while something goes: a delete, a replacement, a rename.

It is killed at each mutating call, before the platform sees it and after it obeyed, and notes
nothing. The next run ends what was begun: nothing is left over, nothing is lost, nothing is double.
"""

import itertools

import pytest

from tests.providers.case import OUR_MARK, Killed
from tests.providers.cases import HUB_OWNERS, KINDS, OWNERS, killers

RENAMED = OUR_MARK.replace("0b0b0b0b", "cccccccc")


@pytest.fixture(params=OWNERS)
def owner(request):
    return KINDS[request.param](request.getfixturevalue)


def died(killer, action, *arguments):
    """Whether the engine met its end in there."""
    try:
        with killer:
            action(*arguments)
    except Killed:
        return True
    return False


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_delete_that_died_is_ended_by_the_next(owner, when):
    for nth in itertools.count(1):
        engine = owner.engine()
        engine.up(owner.inputs)
        if not died(killers(owner)[when](nth), engine.destroy):
            break
        engine.destroy()
        assert not owner.exists(engine), nth
    assert nth > 1, "the engine must have died somewhere"
    assert not owner.exists(engine)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_rename_whose_old_half_died_keeps_the_object_and_ends_with_it(owner, when):
    renamed = owner.changed({"mark": RENAMED})
    for nth in itertools.count(1):
        before, after = owner.engine(), owner.engine()
        before.up(owner.inputs)
        after.up(renamed)
        dead = died(killers(owner)[when](nth), before.destroy)
        if dead:
            before.destroy()
        assert owner.exists(after), nth
        after.refresh()
        after.up(renamed)
        assert after.up(renamed) == "same", nth
        after.destroy()
        assert not owner.exists(after), nth
        if not dead:
            break


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", [kind for kind in OWNERS if kind not in HUB_OWNERS])
def test_a_replacement_that_died_is_ended_by_the_next(kind, when, request):
    """Deleted first, then made anew: what the state holds of it until that is recorded."""
    owner = KINDS[kind](request.getfixturevalue)
    for nth in itertools.count(1):
        engine = owner.engine()
        engine.up(owner.inputs)
        first = engine.id

        def replaced(engine=engine):
            engine.destroy()
            made = engine.provider.create(engine.inputs)
            engine.id = made.id
            return made

        dead = died(killers(owner)[when](nth), replaced)
        if dead:
            again = owner.engine()
            engine.id, _ = first, None  # the state still names the old one
            engine.destroy()
            assert again.up(owner.inputs) == "created"
            engine = again
        owner.assert_made_once(engine)
        assert engine.id != first
        engine.destroy()
        assert not owner.exists(engine)
        if not dead:
            break
    assert nth > 2, "a delete and a create at least"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", HUB_OWNERS)
def test_a_move_that_died_is_ended_by_the_next(kind, when, request):
    case = KINDS[kind](request.getfixturevalue)
    hub, name = case.platform, case.inputs["repo_id"]
    for nth in itertools.count(1):
        target = f"{name}-moved-{nth}"
        engine = case.engine()
        engine.up(case.inputs)
        head = hub.api.repo_info(name, repo_type=case.kind).sha
        moved = case.changed({"repo_id": target})
        dead = died(killers(case)[when](nth), engine.up, moved)
        if dead:
            engine.up(moved)
        assert hub.api.repo_info(target, repo_type=case.kind).sha == head, nth
        assert engine.up(moved) == "same"
        engine.destroy()
        assert not hub.api.repo_exists(target, repo_type=case.kind)
        if not dead:
            break
    assert nth > 1
