"""Protects what every provider owes the engine, whatever it manages.

The providers are called as the engine calls them, over real HTTP against the sandbox's platforms,
whose request logs and faults are the oracle. What each of them is given stands in `cases`.
"""

import itertools
import json

import pytest

from sandbox.http.faults import Answer, AnswerAfter, CutAfter, CutBefore
from slipway.errors import ApiError, DeployError
from tests.providers.case import SECRET, Killed
from tests.providers.cases import HUB_OWNERS, KINDS, OWNERS, killers
from tests.providers.engine import cross


@pytest.fixture(params=KINDS)
def case(request):
    return KINDS[request.param](request.getfixturevalue)


@pytest.fixture(params=OWNERS)
def owner(request):
    return KINDS[request.param](request.getfixturevalue)


def refusal(action, *arguments):
    with pytest.raises(DeployError) as caught:
        action(*arguments)
    return caught.value


# --- create


def test_what_is_created_twice_is_one_and_the_same(case):
    first, second = case.engine(), case.engine()
    first.up(case.inputs)
    second.up(case.inputs)
    assert first.id == second.id
    assert first.outputs.get("commit") == second.outputs.get("commit")


def test_outputs_hold_every_input_that_is_not_none(case):
    engine = case.engine()
    engine.up(case.inputs)
    assert set(engine.inputs) <= set(engine.outputs)
    assert {key: engine.outputs[key] for key in engine.inputs} == engine.inputs


# --- diff


def test_unchanged_inputs_are_no_difference_and_make_no_request(case):
    engine = case.engine()
    engine.up(case.inputs)
    case.platform.mark()
    assert engine.up(case.inputs) == "same"
    assert case.platform.requests() == []


@pytest.mark.parametrize("kind", [kind for kind in OWNERS if kind not in HUB_OWNERS])
def test_another_workspace_replaces_and_deletes_first(kind, request):
    owner = KINDS[kind](request.getfixturevalue)
    engine = owner.engine()
    engine.up(owner.inputs)
    key, value = owner.replacing
    difference = engine.diff(owner.changed({key: value}))
    assert difference.changes
    assert difference.replaces == [key]
    assert difference.delete_before_replace


def test_every_declared_change_is_a_difference_and_replaces_nothing(case):
    engine = case.engine()
    engine.up(case.inputs)
    for change in case.changes:
        difference = engine.diff(case.changed(change))
        assert difference.changes, change
        assert not difference.replaces, change


def test_what_a_preview_does_not_know_yet_counts_as_a_change(case):
    engine = case.engine()
    engine.up(case.inputs)
    for unknown in case.unknowns:
        assert engine.diff(case.changed(unknown)).changes, unknown


# --- update


def test_an_update_keeps_every_output_and_settles(case):
    engine = case.engine()
    engine.up(case.inputs)
    keys = set(engine.outputs)
    for change in case.changes:
        inputs = case.changed(change)
        assert engine.up(inputs) == "updated", change
        assert set(engine.outputs) >= keys - case.forgotten, change
        assert engine.up(inputs) == "same", change


def test_an_update_leaves_the_platform_as_declared(owner):
    engine = owner.engine()
    engine.up(owner.inputs)
    for change in owner.changes:
        inputs = owner.changed(change)
        engine.up(inputs)
        before = engine.outputs
        assert engine.refresh()
        assert not engine.diff(inputs).changes, change
        assert engine.outputs == before, change


# --- read


def test_a_read_of_the_unchanged_changes_nothing_in_the_state(case):
    engine = case.engine()
    engine.up(case.inputs)
    outputs, inputs = engine.outputs, engine.inputs
    case.platform.mark()
    assert engine.refresh()
    assert engine.outputs == outputs
    assert engine.inputs == inputs
    assert case.platform.writes() == []


def test_what_is_gone_is_read_as_gone(case):
    engine = case.engine()
    engine.up(case.inputs)
    case.forget(engine)
    assert not engine.refresh()


@pytest.mark.parametrize(
    "trouble", [Answer(401), Answer(403), Answer(404), Answer(500), CutBefore()]
)
def test_trouble_while_reading_is_raised_and_never_taken_for_gone(case, trouble):
    engine = case.engine()
    engine.up(case.inputs)
    state = engine.outputs
    case.platform.fault(trouble, path=case.named(engine), times=None)
    error = refusal(engine.refresh)
    assert isinstance(error, ApiError)
    assert error.status == getattr(trouble, "status", None)
    assert engine.outputs is state


def test_a_revoked_token_is_named_and_never_taken_for_gone(case, monkeypatch):
    engine = case.engine()
    engine.up(case.inputs)
    monkeypatch.setenv(case.token_variable, "revoked")
    error = refusal(engine.refresh)
    assert error.status == 401
    assert case.token_variable in str(error)


# --- delete


def test_what_is_deleted_twice_is_gone_without_an_error(case):
    engine = case.engine()
    engine.up(case.inputs)
    engine.destroy()
    engine.destroy()
    assert case.exists(engine) is not case.owns


def test_a_refused_deletion_is_raised(owner):
    engine = owner.engine()
    engine.up(owner.inputs)
    owner.platform.fault(Answer(403), method="DELETE")
    assert refusal(engine.destroy).status == 403
    assert owner.exists(engine)


# --- secrets


def texts(value):
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [str(value)]


def test_no_output_holds_a_secret_or_the_token_in_clear(case):
    engine = case.engine()
    engine.up(case.inputs)
    for _ in range(2):
        assert not [text for text in texts(engine.outputs) if SECRET in text or case.token in text]
        engine.refresh()


@pytest.mark.parametrize("status", [400, 403, 503])
def test_no_error_text_repeats_a_secret_or_the_token(case, status):
    sent = case.sends_a_secret
    echoed = f"{case.token} {SECRET if sent else ''}"
    # The call that sends the secrets is the one that can repeat them.
    method = "POST" if sent else None
    headers = {"X-Error-Message": f"bad {echoed}"}
    case.platform.fault(
        Answer(status, headers, json.dumps({"error": echoed, "message": echoed})),
        method=method,
        times=None,
    )
    waits = {"timeout_seconds": 0.2} if "timeout_seconds" in case.inputs else {}
    error = refusal(case.engine().up, case.changed(waits))
    assert case.named() in str(error)
    assert SECRET not in str(error)
    assert case.token not in str(error)


# --- trouble on the way


TROUBLE = {
    "refused, unreachable, cut": [Answer(429), Answer(503, body="<html>"), CutBefore()],
    "answer lost": [CutAfter()],
    "answer replaced": [AnswerAfter(504)],
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_create_converges_whichever_of_its_calls_fails(owner, trouble):
    platform = owner.platform
    for nth in itertools.count(1):
        faults = [platform.fault(action, nth=nth) for action in TROUBLE[trouble]]
        engine = owner.engine()
        assert engine.up(owner.inputs) == "created"
        met = [platform.faults.hits(fault) for fault in faults]
        platform.faults.clear()
        if not any(met):
            break
        assert all(met), nth
        owner.assert_made_once(engine)
        assert engine.up(owner.inputs) == "same", nth
        engine.destroy()
    assert nth > owner.calls_of_a_create, "the trouble must have met calls of every sort"


def test_a_create_that_died_at_any_of_its_calls_is_taken_up_by_the_next(owner):
    for killer in killers(owner).values():
        for nth in itertools.count(1):
            engine = owner.engine()
            try:
                with killer(nth):
                    engine.up(owner.inputs)
            except Killed:
                pass
            else:
                break
            assert engine.id == "", "the engine noted nothing"
            assert engine.up(owner.inputs) == "created", nth
            owner.assert_made_once(engine)
            engine.refresh()
            assert engine.up(owner.inputs) == "same", nth
            engine.destroy()
        assert nth > 1, "the engine must have died somewhere"
        engine.destroy()


def test_an_update_that_died_at_any_of_its_calls_is_carried_on_by_the_next(owner):
    inputs = {}
    for change in owner.changes:
        inputs |= change  # every change there is, at once
    for killer in killers(owner).values():
        for nth in itertools.count(1):
            engine = owner.engine()
            engine.up(owner.inputs)
            try:
                with killer(nth):
                    engine.up(owner.changed(inputs))
            except Killed:
                pass
            else:
                break
            assert engine.up(owner.changed(inputs)) == "updated", nth
            engine.refresh()
            assert engine.up(owner.changed(inputs)) == "same", nth
            engine.destroy()
        assert nth > 1, "the engine must have died somewhere"
        engine.destroy()


def test_values_really_cross_as_the_engine_hands_them_over():
    values = cross({"number": 1, "none": None, "nested": {"none": None, "n": 2}})
    assert values == {"number": 1.0, "nested": {"n": 2.0}, "__provider": "by-reference"}
    assert isinstance(values["number"], float)
