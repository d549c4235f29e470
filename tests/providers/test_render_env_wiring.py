"""Protects services that name each other: written and deployed only where a guess was wrong."""

import pytest

from slipway.render.deploy.provider import DeployProvider
from slipway.render.service.env_wiring import EnvWiringProvider
from slipway.render.service.provider import ServiceProvider
from tests.providers.engine import Engine

pytestmark = pytest.mark.usefixtures("render")

GUESS = "https://peer.onrender.com"


@pytest.fixture
def deploy():
    return Engine(DeployProvider)


@pytest.fixture
def wired(service_inputs):
    """A service that was made with a guess at its peer's address."""
    engine = Engine(ServiceProvider)
    engine.up(service_inputs(initial_env={"PEER_URL": GUESS}))
    return engine


@pytest.fixture
def wiring_inputs(wired):
    def inputs(url=GUESS, **changes):
        return {
            "service_id": wired.id,
            "env": {"PEER_URL": url},
            "created_with": {"PEER_URL": GUESS},
            "kept": ["MODE", "REVISION"],
            **changes,
        }

    return inputs


def test_where_the_guess_was_right_nothing_is_written_and_nothing_deployed(
    wired, wiring_inputs, deploy, deploy_inputs, render
):
    wiring = Engine(EnvWiringProvider)
    render.mark()
    wiring.up(wiring_inputs())
    deploy.up(deploy_inputs(wired, wiring=wiring.outputs["revision"]))
    assert render.writes() == []
    assert len(render.deploys(wired.id)) == 1


def test_where_the_guess_was_wrong_one_write_and_one_deploy_set_it_right_for_good(
    wired, wiring_inputs, deploy, deploy_inputs, render, service_inputs
):
    wiring = Engine(EnvWiringProvider)
    render.mark()
    inputs = wiring_inputs("http://127.0.0.1:4711")
    for state, wired_state in (("created", "created"), ("same", "same")):
        assert wired.up(service_inputs(initial_env={"PEER_URL": GUESS})) == "same"
        assert wiring.up(inputs) == wired_state
        expected = deploy_inputs(wired, wiring=wiring.outputs["revision"])
        assert deploy.up(expected) == state
    assert render.writes() == ["PUT env-vars/PEER_URL", "POST deploys"]
    assert render.env(wired.id)["PEER_URL"] == "http://127.0.0.1:4711"
    wired.refresh()
    assert wired.up(service_inputs(initial_env={"PEER_URL": GUESS})) == "same"


def test_a_run_that_died_after_the_wiring_was_written_still_deploys_it(wiring_inputs, render):
    Engine(EnvWiringProvider).up(wiring_inputs("http://127.0.0.1:1"))
    again = Engine(EnvWiringProvider)
    render.mark()
    again.up(wiring_inputs("http://127.0.0.1:1"))
    assert render.writes() == []
    assert again.outputs["revision"] != ""


def test_an_address_changed_by_hand_is_found_and_deployed_anew(wired, wiring_inputs, render):
    wiring = Engine(EnvWiringProvider)
    wiring.up(wiring_inputs())
    render.call("PUT", f"/services/{wired.id}/env-vars/PEER_URL", json={"value": "theirs"})
    wiring.refresh()
    assert wiring.up(wiring_inputs()) == "updated"
    assert wiring.outputs["revision"] != ""
    assert render.env(wired.id)["PEER_URL"] == GUESS


def test_what_is_no_longer_linked_is_unset_unless_it_is_declared_elsewhere(
    wired, wiring_inputs, render
):
    wiring = Engine(EnvWiringProvider)
    wiring.up(wiring_inputs())
    wiring.up(wiring_inputs(env={"OTHER": "x"}))
    assert "PEER_URL" not in render.env(wired.id)
    wiring.up(wiring_inputs(env={}, kept=["OTHER"]))
    assert render.env(wired.id)["OTHER"] == "x"
    wiring.up(wiring_inputs())
    wiring.destroy()
    wiring.destroy()
    assert "PEER_URL" not in render.env(wired.id)
    assert render.env(wired.id)["MODE"] == "fast"


def test_a_variable_that_moves_to_the_wiring_is_never_unset_in_between(
    wired, render, service_inputs
):
    wired.up(service_inputs(env={"REVISION": "r1", "NEW_URL": "https://old"}))
    wired.up(service_inputs(env={"REVISION": "r1"}, initial_env={"NEW_URL": GUESS}))
    assert render.env(wired.id)["NEW_URL"] == "https://old"


def test_a_link_that_moves_to_the_service_s_own_variables_keeps_its_value(
    wired, wiring_inputs, render, service_inputs
):
    wiring = Engine(EnvWiringProvider)
    wiring.up(wiring_inputs())
    wired.up(service_inputs(env={"PEER_URL": "https://my.domain"}))
    wiring.destroy()
    assert render.env(wired.id)["PEER_URL"] == "https://my.domain"
