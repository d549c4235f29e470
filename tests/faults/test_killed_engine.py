"""Protects whoever's engine dies: at whatever call, the next `up` takes up what there is.

The calls are those of an undisturbed run. The engine is killed before each of them, and after each
that changes something; each time one `up`, without a question, leads to what is declared.
"""

import uuid

import pytest
import requests

from slipway.core.ownership import Mark
from tests.faults.killing import Call, calls_of, killed_at
from tests.faults.programs import ONE_SERVICE
from tests.providers.render_platform import IMAGE

pytestmark = [pytest.mark.e2e, pytest.mark.long]


def declared():
    return {
        "name": f"killed-{uuid.uuid4().hex[:8]}",
        "image": f"{IMAGE}:1",
        "env": {"REVISION": "r1"},
        "secret": "canary-of-the-killed",
    }


def assert_converged(run, render, wanted, *, most_deploys):
    """What is declared is there once, was deployed, serves, and is all that the engine knows."""
    (service,) = render.named(wanted["name"])
    logins = render.call("GET", "/registrycredentials")
    (login,) = [each for each in logins if each["name"].startswith(f"{wanted['name']} (")]
    url = service["serviceDetails"]["url"]
    env = render.env(service["id"])
    mark = Mark.parse(env.pop("SLIPWAY_STACK"))
    assert (mark.stack, len(mark.holders)) == ("slipway/dev", 1)
    assert env == {**wanted["env"], "API_KEY": wanted["secret"], "SELF_URL": url}
    assert service["imagePath"] == wanted["image"]
    deploys = render.deploys(service["id"])
    assert deploys[0]["status"] == "live", "the newest of them serves"
    assert len(deploys) <= most_deploys
    assert requests.get(url, timeout=60).json() == {"revision": wanted["env"]["REVISION"]}
    state = run.state()
    assert not state.get("pending_operations")
    known = {each.get("id") for each in state["resources"]}
    assert {service["id"], login["id"]} <= known


def wanted_calls(render, *, obeyed):
    return [call for call in calls_of(render.requests()) if call.mutates or not obeyed]


@pytest.mark.parametrize("obeyed", [False, True], ids=["before", "after"])
def test_a_creation_that_died_at_any_call_is_taken_up(project, render, obeyed):
    wanted = declared()
    run = project(ONE_SERVICE, wanted)
    run.up()
    calls = wanted_calls(render, obeyed=obeyed)
    assert [call.method for call in calls if call.mutates].count("POST") == 3
    for call in calls:
        wanted = declared()
        run.forget()
        run.declare(wanted)
        killed_at(run, render, call, obeyed=obeyed)
        assert "pending" not in run.take_up()
        assert_converged(run, render, wanted, most_deploys=3)
        if call.mutates:
            render.mark()
            run.unchanged()
            assert render.writes() == [], call


@pytest.mark.parametrize(
    ("obeyed", "options"),
    [(False, ()), (True, ()), (True, ("--refresh",))],
    ids=["before", "after", "after, refreshed"],
)
def test_an_update_that_died_at_any_call_is_carried_on(project, render, obeyed, options):
    wanted = declared()
    run = project(ONE_SERVICE, wanted)

    def declare(number):
        changes = {"env": {"REVISION": f"r{number}"}, "image": f"{IMAGE}:{number}"}
        run.declare(wanted := declared_with(changes))
        return wanted

    def declared_with(changes):
        return {**wanted, **changes}

    run.up()
    declare(2)
    render.mark()
    run.up()
    calls = wanted_calls(render, obeyed=obeyed)
    assert [call.method for call in calls if call.mutates] == ["PATCH", "PUT", "POST"]
    most_deploys = 3  # the creation's, the wiring's, this one
    for number, call in enumerate(calls, start=3):
        news = declare(number)
        killed_at(run, render, call, obeyed=obeyed)
        run.take_up(*options)
        most_deploys += 2
        assert_converged(run, render, news, most_deploys=most_deploys)
    render.mark()
    run.unchanged()
    assert render.writes() == []


def test_without_the_sandboxs_help_three_commands_of_pulumis_own_do_it(project, render):
    """As the runbook says for real platforms."""
    wanted = declared()
    run = project(ONE_SERVICE, wanted)
    killed_at(run, render, Call("POST", "/services$", 1, mutates=True), obeyed=True)
    run.must("cancel", "--yes")
    run.must("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    assert "pending" not in run.up()
    assert_converged(run, render, wanted, most_deploys=3)
