"""Protects people's time and money: what is the same costs nothing, a change costs one deploy."""

import json

import pytest

from tests.faults.programs import ONE_SERVICE
from tests.providers.render_platform import IMAGE

pytestmark = [pytest.mark.e2e, pytest.mark.long]

DECLARED = {
    "name": "frugal",
    "image": f"{IMAGE}:1",
    "env": {"REVISION": "r1", "MODE": "fast"},
    "secret": "canary-of-the-frugal",
}
SLOW = {"REVISION": "r2", "MODE": "slow"}
MANY = {f"KEY_{number}": "x" for number in range(15)}
CHANGES = [  # each from where the one before has led
    ({"env": {"REVISION": "r1", "MODE": "slow"}}, ["PUT env-vars/MODE"]),
    ({"env": {"REVISION": "r1"}}, ["DELETE env-vars/MODE"]),
    ({"env": SLOW}, ["PUT env-vars/MODE", "PUT env-vars/REVISION"]),
    ({"env": {**SLOW, **MANY}}, ["PUT env-vars"]),  # all in one call
    ({"env": {**SLOW, **MANY}, "image": f"{IMAGE}:2"}, ["PATCH it"]),
]


def test_what_is_the_same_costs_nothing_and_a_change_its_writes_and_one_deploy(project, render):
    run = project(ONE_SERVICE, DECLARED)
    run.up()
    (service,) = render.named(DECLARED["name"])
    assert_nothing_to_do(run, render)
    for changes, writes in CHANGES:
        deploys = len(render.deploys(service["id"]))
        run.declare({**DECLARED, **changes})
        render.mark()
        run.up()
        assert render.writes() == [*writes, "POST deploys"]
        assert len(render.deploys(service["id"])) == deploys + 1
    assert_nothing_to_do(run, render)


def assert_nothing_to_do(run, render):
    render.mark()
    assert "9 unchanged" in run.up("--expect-no-changes")
    assert render.requests() == [], "not even a question"


def test_another_secret_costs_its_write_in_each_place_and_one_deploy(project, render):
    run = project(ONE_SERVICE, DECLARED)
    run.up()
    run.declare({**DECLARED, "secret": "canary-of-the-second"})
    render.mark()
    said = run.up("--diff")
    assert sorted(render.writes()) == ["PATCH it", "POST deploys", "PUT env-vars/API_KEY"]
    assert "canary" not in said
    assert "canary" not in json.dumps(run.state())
    assert "canary" not in json.dumps([each.path for each in render.requests()])
