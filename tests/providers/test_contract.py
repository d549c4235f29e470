"""Protects what every provider owes the engine, whatever it manages.

A platform's provider joins by one line in `KINDS`. The providers are called as the engine calls
them, over real HTTP against the sandbox's Hub, whose request log and faults are the oracle.
"""

import itertools
import json
from dataclasses import dataclass
from typing import Any

import pytest
from huggingface_hub.utils import get_session
from pulumi.dynamic import ResourceProvider

from components.errors import ApiError, DeployError
from components.huggingface.providers.model_repo import ModelRepoProvider
from components.huggingface.providers.space import SpaceProvider
from components.huggingface.providers.space_ready import SpaceReadyProvider
from sandbox.faults import Answer, AnswerAfter, CutAfter, CutBefore
from tests.providers.conftest import TOKEN, sealed
from tests.providers.engine import UNKNOWN, Engine, cross, started

SECRET = "canary-of-a-secret"


@dataclass
class Case:
    """One provider and what to give it."""

    provider: type[ResourceProvider]
    inputs: dict[str, Any]
    changes: list[dict[str, Any]]  # each of them is a reason to update
    unknowns: list[dict[str, Any]]  # as previews hand them over; each counts as a change
    kind: str  # of the repository behind it

    def engine(self) -> Engine:
        return Engine(self.provider)

    def changed(self, changes):
        return {**self.inputs, **changes}


def space(_hub, space_inputs, _model_inputs):
    inputs = space_inputs()
    return Case(
        SpaceProvider,
        inputs,
        [
            {"visibility": "private"},
            {"hardware": "t4-small"},
            {"hardware": "t4-small", "sleep_seconds": 600},
            {"variables": {"MODE": "slow", "BUILD_ARG": "1"}},
            {"variables": {}},
            {"secrets": sealed(API_KEY="another")},
            {"secrets": {}},
            {"secrets": sealed(API_KEY=SECRET, SECOND="more")},
            {"manifest": {path: d for path, d in inputs["manifest"].items() if path != "app.py"}},
        ],
        [
            {"variables": {**inputs["variables"], "MODE": UNKNOWN}},
            {"variables": UNKNOWN},
            {"secrets": {"API_KEY": UNKNOWN}},
            {"secrets": UNKNOWN},
        ],
        "space",
    )


def model_repo(_hub, _space_inputs, model_inputs):
    return Case(
        ModelRepoProvider,
        model_inputs(),
        [{"visibility": "private"}],
        [{"visibility": UNKNOWN}],
        "model",
    )


def space_ready(hub, space_inputs, _model_inputs):
    below = Engine(SpaceProvider)
    below.up(space_inputs(variables={"REVISION": "r1"}))
    inputs = {
        "repo_id": below.outputs["repo_id"],
        "commit": below.outputs["commit"],
        "settings": below.outputs["settings"],
        "host": below.outputs["host"],
        "probe_path": "/health",
        "expect": {"revision": "r1"},
        "private": False,
        "timeout_seconds": 20,
    }
    hub.mark()
    return Case(
        SpaceReadyProvider,
        inputs,
        [{"settings": "0" * 64}, {"probe_path": "/other"}, {"expect": {}}],
        [{"commit": UNKNOWN}, {"settings": UNKNOWN}, {"expect": {"revision": UNKNOWN}}],
        "space",
    )


KINDS = {"Space": space, "ModelRepo": model_repo, "SpaceReady": space_ready}
OWNERS = [name for name in KINDS if name != "SpaceReady"]  # those that make a repository


@pytest.fixture(params=KINDS)
def case(request, hub, space_inputs, model_inputs):
    return KINDS[request.param](hub, space_inputs, model_inputs)


@pytest.fixture(params=OWNERS)
def owner(request, hub, space_inputs, model_inputs):
    return KINDS[request.param](hub, space_inputs, model_inputs)


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


# --- diff


def test_unchanged_inputs_are_no_difference_and_make_no_request(case, hub):
    engine = case.engine()
    engine.up(case.inputs)
    hub.mark()
    assert engine.up(case.inputs) == "same"
    assert hub.requests() == []


def test_another_id_replaces_and_deletes_first(owner):
    engine = owner.engine()
    engine.up(owner.inputs)
    difference = engine.diff(owner.changed({"repo_id": "acme/other"}))
    assert difference.changes
    assert difference.replaces == ["repo_id"]
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
        assert set(engine.outputs) >= keys - {"sleep_seconds"}, change
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


def test_a_read_of_the_unchanged_changes_nothing_in_the_state(case, hub):
    engine = case.engine()
    engine.up(case.inputs)
    outputs, inputs = engine.outputs, engine.inputs
    hub.mark()
    assert engine.refresh()
    assert engine.outputs == outputs
    assert engine.inputs == inputs
    assert hub.writes() == []


def test_what_is_gone_is_read_as_gone(case, hub):
    engine = case.engine()
    engine.up(case.inputs)
    hub.api.delete_repo(case.inputs["repo_id"], repo_type=case.kind)
    assert not engine.refresh()


@pytest.mark.parametrize(
    "trouble", [Answer(401), Answer(403), Answer(404), Answer(500), CutBefore()]
)
def test_trouble_while_reading_is_raised_and_never_taken_for_gone(case, hub, trouble):
    engine = case.engine()
    engine.up(case.inputs)
    state = engine.outputs
    hub.fault(trouble, path=case.inputs["repo_id"], times=None)
    error = refusal(engine.refresh)
    assert isinstance(error, ApiError)
    assert error.status == getattr(trouble, "status", None)
    assert engine.outputs is state


def test_a_revoked_token_is_named_and_never_taken_for_gone(case, monkeypatch):
    engine = case.engine()
    engine.up(case.inputs)
    monkeypatch.setenv("HF_TOKEN", "hf_revoked")
    error = refusal(engine.refresh)
    assert error.status == 401
    assert "HF_TOKEN" in str(error)


# --- delete


def test_what_is_deleted_twice_is_gone_without_an_error(case, hub):
    engine = case.engine()
    engine.up(case.inputs)
    engine.destroy()
    engine.destroy()
    exists = hub.api.repo_exists(case.inputs["repo_id"], repo_type=case.kind)
    assert exists is (case.provider is SpaceReadyProvider)


def test_a_refused_deletion_is_raised(owner, hub):
    engine = owner.engine()
    engine.up(owner.inputs)
    hub.fault(Answer(403), path="repos/delete")
    assert refusal(engine.destroy).status == 403
    assert hub.api.repo_exists(engine.id, repo_type=owner.kind)


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
        assert not [text for text in texts(engine.outputs) if SECRET in text or TOKEN in text]
        engine.refresh()


@pytest.mark.parametrize("status", [400, 403, 503])
def test_no_error_text_repeats_a_secret_or_the_token(case, hub, status):
    echoed = f"{TOKEN} {SECRET if 'secrets' in case.inputs else ''}"
    headers = {"X-Error-Message": f"bad {echoed}"}
    hub.fault(Answer(status, headers, json.dumps({"error": echoed})), times=None)
    waits = {"timeout_seconds": 0.2} if "timeout_seconds" in case.inputs else {}
    error = refusal(case.engine().up, case.changed(waits))
    assert case.inputs["repo_id"] in str(error)
    assert SECRET not in str(error)
    assert TOKEN not in str(error)


# --- trouble on the way


TROUBLE = {
    "refused, unreachable, cut": [Answer(429), Answer(503, body="<html>"), CutBefore()],
    "answer lost": [CutAfter()],
    "answer replaced": [AnswerAfter(504)],
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_create_converges_whichever_of_its_calls_fails(owner, hub, trouble):
    for nth in itertools.count(1):
        faults = [hub.fault(action, nth=nth) for action in TROUBLE[trouble]]
        engine = owner.engine()
        assert engine.up(owner.inputs) == "created"
        met = [hub.faults.hits(fault) for fault in faults]
        hub.faults.clear()
        if not any(met):
            break
        assert all(met), nth
        assert set(owner.inputs["manifest"]) <= set(hub.files(owner.kind, engine.id)), nth
        assert len(hub.titles(owner.kind, engine.id)) == 2, nth  # the platform's own, and ours
        assert engine.up(owner.inputs) == "same", nth
        engine.destroy()
    assert nth > 6, "the trouble must have met calls of every sort"


class Killed(BaseException):
    """The engine died: nothing catches this."""


class Killer:
    """Ends the process, so to speak, when the answer to the n-th mutating call has come."""

    def __init__(self, nth):
        self.left = nth

    def __enter__(self):
        get_session().event_hooks["response"].append(self)
        return self

    def __exit__(self, *_):
        get_session().event_hooks["response"].remove(self)

    def __call__(self, response):
        if response.request.method in ("POST", "PUT", "DELETE"):
            self.left -= 1
            if self.left == 0:
                raise Killed


def test_a_create_that_died_after_any_of_its_calls_is_taken_up_by_the_next(owner, hub):
    for nth in itertools.count(1):
        engine = owner.engine()
        try:
            with Killer(nth):
                engine.up(owner.inputs)
        except Killed:
            pass
        else:
            break
        assert engine.id == "", "the engine noted nothing"
        assert engine.up(owner.inputs) == "created", nth
        assert set(owner.inputs["manifest"]) <= set(hub.files(owner.kind, engine.id)), nth
        assert len(hub.titles(owner.kind, engine.id)) == 2, nth
        engine.refresh()
        assert engine.up(owner.inputs) == "same", nth
        engine.destroy()
    assert nth > 2, "the engine must have died in several places"


def test_a_provider_that_starts_leaves_the_calls_of_the_others_alone(owner):
    """A plugin process serves four calls at a time, and configures providers in between."""
    engine = owner.engine()
    engine.up(owner.inputs)
    session = get_session()
    started(SpaceProvider)
    started(ModelRepoProvider)
    assert get_session() is session
    assert not session.is_closed


def test_values_really_cross_as_the_engine_hands_them_over():
    values = cross({"number": 1, "none": None, "nested": {"none": None, "n": 2}})
    assert values == {"number": 1.0, "nested": {"n": 2.0}, "__provider": "by-reference"}
    assert isinstance(values["number"], float)
