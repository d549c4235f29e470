"""Protects what nobody is to see: it is closed before all else, and opened after all else."""

import pytest

from sandbox.http.faults import Answer
from slipway.errors import ApiError
from tests.providers.cases import HUB_OWNERS, KINDS

SETTINGS = "PUT settings"
RENAMED_FROM = ("0b0b0b0b", "cccccccc")


@pytest.fixture(params=HUB_OWNERS)
def owner(request):
    return KINDS[request.param](request.getfixturevalue)


def changed(owner, visibility):
    """Inputs whose update writes something besides the visibility."""
    more = {"mark": owner.inputs["mark"].replace(*RENAMED_FROM)}
    if owner.kind == "space":
        kept = {path: sum_ for path, sum_ in owner.inputs["manifest"].items() if path != "app.py"}
        more |= {"manifest": kept, "variables": {"MODE": "slow"}}
    return owner.changed({"visibility": visibility, **more})


def test_it_is_opened_last(owner, hub):
    engine = owner.engine()
    engine.up(owner.changed({"visibility": "private"}))
    hub.mark()
    engine.up(changed(owner, "public"))
    assert len(hub.writes()) > 1
    assert hub.writes()[-1] == SETTINGS


def test_it_is_closed_first(owner, hub):
    engine = owner.engine()
    engine.up(owner.inputs)
    hub.mark()
    engine.up(changed(owner, "private"))
    assert len(hub.writes()) > 1
    assert hub.writes()[0] == SETTINGS


def test_what_is_taken_over_is_opened_last(owner, hub):
    owner.engine().up(owner.changed({"visibility": "private"}))
    hub.mark()
    owner.engine().up(changed(owner, "public"))
    assert hub.writes()[-1] == SETTINGS
    assert hub.writes().count(SETTINGS) == 1


@pytest.mark.parametrize("where", ["taken over", "updated"])
def test_what_fails_before_is_not_opened(owner, hub, where):
    engine = owner.engine()
    engine.up(owner.changed({"visibility": "private"}))
    if where == "taken over":
        engine = owner.engine()
    path = "/commit/" if owner.kind == "space" else "/tag/"
    hub.fault(Answer(403), path=path, method="POST", times=None)
    with pytest.raises(ApiError):
        engine.up(changed(owner, "public"))
    assert hub.api.repo_info(engine.id or owner.inputs["repo_id"], repo_type=owner.kind).private
