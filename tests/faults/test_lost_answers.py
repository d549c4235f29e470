"""Protects from doubles: a create whose answer is lost has happened, and is found, not repeated."""

import pytest

from sandbox.http.faults import AnswerAfter, CutAfter, HoldAfter
from tests.faults.programs import ONE_SERVICE
from tests.faults.project import wait_until
from tests.providers.render_platform import IMAGE

pytestmark = [pytest.mark.e2e, pytest.mark.long]

CREATES = [r"/services$", r"/registrycredentials$", r"/deploys$"]
WRITES = ["POST deploys", "POST it", "POST it", "PUT env-vars/SELF_URL"]
LOSSES = {
    "the connection is reset": CutAfter(),
    "a gateway answers": AnswerAfter(504, body="<html>Gateway Timeout</html>"),
    "nothing comes in time": HoldAfter(),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_what_was_carried_out_and_never_answered_is_found_and_made_once(project, render, loss):
    declared = {
        "name": "lost",
        "image": f"{IMAGE}:1",
        "env": {"REVISION": "r1"},
        "secret": "canary-of-the-lost",
    }
    run = project(ONE_SERVICE, declared)
    faults = [render.fault(LOSSES[loss], path=path, method="POST") for path in CREATES]
    run.up()
    assert [render.faults.hits(fault) for fault in faults] == [1, 1, 1]
    render.faults.clear()
    # What was held is in the log once it is let go.
    wait_until(lambda: sorted(render.writes()) == WRITES)
    (service,) = render.named("lost")
    (login,) = render.call("GET", "/registrycredentials")
    deploys = render.deploys(service["id"])
    assert len(deploys) == 2, "the creation's, and the one that the wiring asks for"
    known = {each.get("id") for each in run.state()["resources"]}
    assert {service["id"], login["id"]} <= known
    render.mark()
    run.unchanged()
    assert render.writes() == []
