"""Protects what a refresh finds on Render: every drift of what is declared, and nothing else."""

import pytest

from slipway.render.service.provider import ServiceProvider
from tests.providers.engine import Engine
from tests.providers.render_platform import IMAGE, sealed_for_render

pytestmark = pytest.mark.usefixtures("render")


@pytest.fixture
def engine():
    return Engine(ServiceProvider)


@pytest.fixture
def up(engine, render, service_inputs):
    """Brings the service to the inputs with these changes, and forgets the requests before."""

    def run(**changes):
        render.mark()
        return engine.up(service_inputs(**changes))

    return run


def by_hand(render, engine, path, method="PUT", **body):
    render.call(method, f"/services/{engine.id}{path}", json=body)


DRIFT = {
    "a value": lambda r, e: by_hand(r, e, "/env-vars/MODE", value="slow"),
    "a secret": lambda r, e: by_hand(r, e, "/env-vars/API_KEY", value="theirs"),
    "a value gone": lambda r, e: by_hand(r, e, "/env-vars/MODE", "DELETE"),
    "the mark gone": lambda r, e: by_hand(r, e, "/env-vars/SLIPWAY_STACK", "DELETE"),
    "a secret gone": lambda r, e: by_hand(r, e, "/env-vars/API_KEY", "DELETE"),
    "a file": lambda r, e: by_hand(r, e, "/secret-files/f", content="theirs"),
    "a file gone": lambda r, e: by_hand(r, e, "/secret-files/f", "DELETE"),
    "plan": lambda r, e: by_hand(r, e, "", "PATCH", serviceDetails={"plan": "pro"}),
    "health path": lambda r, e: by_hand(
        r, e, "", "PATCH", serviceDetails={"healthCheckPath": "/x"}
    ),
    "image": lambda r, e: by_hand(
        r, e, "", "PATCH", image={"ownerId": "", "imagePath": f"{IMAGE}:9"}
    ),
    "auto deploy": lambda r, e: by_hand(r, e, "", "PATCH", autoDeployTrigger="commit"),
    "instances": lambda r, e: by_hand(r, e, "/scale", "POST", numInstances=5),
    "command": lambda r, e: by_hand(
        r, e, "", "PATCH", serviceDetails={"envSpecificDetails": {"dockerCommand": "theirs"}}
    ),
    "pre-deploy": lambda r, e: by_hand(r, e, "", "PATCH", serviceDetails={"preDeployCommand": "x"}),
    "name": lambda r, e: by_hand(r, e, "", "PATCH", name=f"{e.inputs['name']}-theirs"),
}


@pytest.mark.parametrize("what", DRIFT)
def test_every_drift_of_what_is_declared_is_found_by_a_refresh_and_repaired(
    engine, up, render, service_inputs, what
):
    declared = {
        "health_path": "/h",
        "instances": 2,
        "command": "run",
        "pre_deploy_command": "migrate",
        "secret_files": sealed_for_render(f="content"),
    }
    up(**declared)
    assert engine.refresh()
    assert not engine.diff(service_inputs(**declared)).changes
    DRIFT[what](render, engine)
    assert engine.refresh()
    assert engine.diff(service_inputs(**declared)).changes
    assert up(**declared) == "updated"
    assert len(render.writes()) == 1
    assert engine.refresh()
    assert up(**declared) == "same"


def test_a_refresh_shows_what_drifted_and_never_a_value_of_a_secret(engine, up, render):
    up()
    by_hand(render, engine, "/env-vars/MODE", value="slow")
    by_hand(render, engine, "/env-vars/API_KEY", value="canary-of-theirs")
    engine.refresh()
    assert engine.inputs["env"]["MODE"] == "slow"
    assert engine.inputs["secrets"] == {"API_KEY": "(changed outside of this stack)"}
    assert "canary-of" not in repr(engine.outputs)


def test_what_nobody_declares_is_no_drift(engine, up, render, service_inputs):
    up()
    by_hand(render, engine, "/env-vars/THEIRS", value="x")
    by_hand(render, engine, "", "PATCH", serviceDetails={"healthCheckPath": "/x"})
    by_hand(render, engine, "/scale", "POST", numInstances=5)
    engine.refresh()
    assert not engine.diff(service_inputs()).changes
    assert "THEIRS" not in repr(engine.outputs)


@pytest.mark.parametrize(
    ("declared", "live"),
    [(f"{IMAGE}", f"{IMAGE}:latest"), ("acme/shop:1", "docker.io/acme/shop:1")],
)
def test_two_words_for_one_image_are_no_drift(engine, up, service_inputs, declared, live):
    up(source={"image": declared})
    engine.refresh()
    assert engine.inputs["source"] == {"image": declared}, live
    assert not engine.diff(service_inputs(source={"image": declared})).changes
