"""Protects deploys on Render: one for each run, of what was asked for, proven by the app itself."""

import time

import pytest

from sandbox.http.faults import CutAfter
from slipway.errors import DeployError
from slipway.render.deploy.client import DeployClient
from slipway.render.deploy.provider import DeployProvider
from slipway.render.service.provider import ServiceProvider
from tests.providers.engine import Engine
from tests.providers.render_platform import IMAGE

pytestmark = pytest.mark.usefixtures("render")

DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def service(service_inputs):
    engine = Engine(ServiceProvider)
    engine.up(service_inputs())
    return engine


@pytest.fixture
def built(service_inputs, repository):
    """A service that Render builds from a repository."""
    source = {"url": repository.url, "root_dir": "", "dockerfile_path": "./Dockerfile"}
    engine = Engine(ServiceProvider)
    engine.up(service_inputs(source={**source, "docker_context": "."}))
    return engine


@pytest.fixture
def deploy():
    return Engine(DeployProvider)


def settled(render, service_id, deploy_id):
    """Waits until nothing more happens to a deploy; its status."""
    for _ in range(500):
        status = render.call("GET", f"/services/{service_id}/deploys/{deploy_id}")["status"]
        if status in ("live", "build_failed", "update_failed", "canceled", "deactivated"):
            return status
        time.sleep(0.02)
    raise AssertionError(status)


# --- one deploy for each run


def test_the_deploy_that_made_the_service_is_the_only_one(deploy, service, deploy_inputs, render):
    render.mark()
    deploy.up(deploy_inputs(service))
    assert render.writes() == []
    assert deploy.outputs["deploy_id"] == service.outputs["first_deploy"]
    assert deploy.outputs["status"] == "live"
    assert deploy.outputs["image_digest"].startswith("sha256:")


def test_whatever_was_written_is_deployed_once_and_then_left_alone(
    deploy, service, deploy_inputs, service_inputs, render
):
    deploy.up(deploy_inputs(service))
    changes = {"env": {"REVISION": "r2"}, "plan": "standard", "source": {"image": f"{IMAGE}:2"}}
    service.up(service_inputs(**changes))
    render.mark()
    assert deploy.up(deploy_inputs(service, expect={"revision": "r2"})) == "updated"
    assert render.writes() == ["POST deploys"]
    assert deploy.up(deploy_inputs(service, expect={"revision": "r2"})) == "same"
    assert deploy.outputs["deploy_id"] == render.deploys(service.id)[0]["id"]


@pytest.mark.parametrize("key", ["trigger", "wiring"])
def test_another_trigger_deploys_again(deploy, service, deploy_inputs, render, key):
    deploy.up(deploy_inputs(service))
    assert deploy.up(deploy_inputs(service, **{key: "two"})) == "updated"
    assert len(render.deploys(service.id)) == 2


def test_what_is_only_asked_differently_is_asked_and_not_deployed(
    deploy, service, deploy_inputs, render
):
    deploy.up(deploy_inputs(service))
    render.mark()
    assert deploy.up(deploy_inputs(service, probe_path="/", expect={})) == "updated"
    assert render.writes() == []


def test_a_deploy_that_waits_behind_another_is_followed_by_its_own_id(
    deploy, service, deploy_inputs, render
):
    inputs = deploy_inputs(service, wiring="w1")  # the first deploy may still run: 202, no id
    deploy.up(inputs)
    newest, first = render.deploys(service.id)
    assert deploy.outputs["deploy_id"] == newest["id"]
    assert first["id"] == service.outputs["first_deploy"]


def test_a_lost_answer_starts_no_second_deploy(deploy, service, deploy_inputs, render):
    deploy.up(deploy_inputs(service))
    fault = render.fault(CutAfter(), path="/deploys$", method="POST")
    deploy.up(deploy_inputs(service, trigger="two"))
    assert render.faults.hits(fault) == 1
    assert len(render.deploys(service.id)) == 2


# --- failures


def test_a_failed_build_says_why_where_and_after_how_long(
    deploy, built, deploy_inputs, repository, render
):
    settled(render, built.id, built.outputs["first_deploy"])
    repository.commit(Dockerfile="FROM scratch\nRUN FAIL\n")
    with pytest.raises(DeployError) as failure:
        deploy.up(deploy_inputs(built, wiring="w1"))
    said = str(failure.value)
    assert said.startswith(f"Render service {built.inputs['name']}: deploy dep-")
    assert "ended in build_failed after" in said
    assert "the build says FAIL" in said
    assert f"See {built.outputs['page']}" in said
    assert deploy.id == "", "nothing is noted, so the next run deploys again"


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_a_failed_deploy_is_tried_again_as_often_as_declared(
    deploy, built, deploy_inputs, repository, render, retries
):
    settled(render, built.id, built.outputs["first_deploy"])
    repository.commit(Dockerfile="FROM scratch\nRUN FAIL\n")
    before = len(render.deploys(built.id))
    with pytest.raises(DeployError, match="build_failed"):
        deploy.up(deploy_inputs(built, wiring="w1", retries=retries))
    assert len(render.deploys(built.id)) == before + 1 + retries


def test_a_failure_that_needs_a_person_is_not_tried_again(
    deploy, service_inputs, deploy_inputs, render
):
    service = Engine(ServiceProvider)
    service.up(service_inputs(source={"image": "elsewhere/none:1"}))
    with pytest.raises(DeployError, match="check its reference and its registry credential"):
        deploy.up(deploy_inputs(service, retries=3))
    assert len(render.deploys(service.id)) <= 2  # the one that made it, perhaps one anew


def test_what_failed_in_an_earlier_run_is_deployed_anew_once_it_is_mended(
    deploy, service_inputs, deploy_inputs, repository, render
):
    repository.commit(Dockerfile="FROM scratch\nRUN FAIL\n")
    source = {"url": repository.url, "root_dir": "", "dockerfile_path": "./Dockerfile"}
    service = Engine(ServiceProvider)
    service.up(service_inputs(source={**source, "docker_context": "."}))
    assert settled(render, service.id, service.outputs["first_deploy"]) == "build_failed"
    repository.commit(Dockerfile="FROM scratch\n")
    assert deploy.up(deploy_inputs(service)) == "created"
    assert deploy.outputs["status"] == "live"


def test_an_app_that_never_says_what_is_expected_is_a_failure(deploy, service, deploy_inputs):
    with pytest.raises(DeployError, match="it is live, but the app says revision is 'r1', not"):
        deploy.up(deploy_inputs(service, expect={"revision": "never"}))


def test_a_live_deploy_whose_app_answers_wrongly_is_rolled_back_where_that_is_asked_for(
    deploy, service, deploy_inputs, service_inputs, render
):
    deploy.up(deploy_inputs(service))
    good = deploy.outputs["deploy_id"]
    service.up(service_inputs(env={"REVISION": "bad"}))
    with pytest.raises(DeployError, match=f"Rolled back to {good}"):
        deploy.up(deploy_inputs(service, expect={"revision": "r2"}, rollback=True))
    assert render.deploys(service.id)[0]["trigger"] == "rollback"
    assert deploy.outputs["deploy_id"] == good, "the state still names what was there before"


def test_a_time_out_names_the_last_status(deploy, service, deploy_inputs):
    with pytest.raises(DeployError, match=r"is not live after 0 s; last seen"):
        deploy.up(deploy_inputs(service, wiring="w1", timeout_seconds=0.001))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("env-vars/API_KEY", {"value": "canary-4c1e"}),
        ("secret-files/key.txt", {"content": "one line\nKEY=canary-4c1e\n"}),
        ("secret-files/key.pem", {"content": "canary-4c1e\n"}),
    ],
)
def test_a_secret_in_the_log_is_masked(
    deploy, built, deploy_inputs, repository, render, monkeypatch, path, body
):
    settled(render, built.id, built.outputs["first_deploy"])
    repository.commit(Dockerfile="FROM scratch\nRUN FAIL\n")
    render.call("PUT", f"/services/{built.id}/{path}", json=body)
    log = ["KeyError: canary-4c1e", *["again"] * 3, *(f"line {each}" for each in range(37))]
    monkeypatch.setattr(DeployClient, "log_tail", lambda *_: ["too long ago", *log, "the end"])
    monkeypatch.setattr(DeployClient, "reasons", lambda *_: ["server_failed: canary-4c1e"])
    with pytest.raises(DeployError) as failure:
        deploy.up(deploy_inputs(built, wiring="w1"))
    said = str(failure.value)
    assert "KeyError: [secret]\nagain (3 times)\nline 0\n" in said
    assert said.endswith("line 36\nthe end\n(Render says server_failed: [secret])")
    assert "canary" not in said
    assert "too long ago" not in said


# --- proof of the revision


def test_the_commit_that_is_asked_for_is_the_one_that_serves(
    deploy, built, deploy_inputs, repository
):
    first = repository.git("rev-parse", "HEAD")
    repository.commit(other="x")
    deploy.up(deploy_inputs(built, wanted_commit=first, wiring="w1"))
    assert deploy.outputs["commit"] == first
    second = repository.commit(other="y")
    assert deploy.up(deploy_inputs(built, wanted_commit=second[:12], wiring="w1")) == "updated"
    assert deploy.outputs["commit"] == second


def test_a_first_deploy_of_another_commit_does_not_count(
    deploy, built, deploy_inputs, repository, render
):
    settled(render, built.id, built.outputs["first_deploy"])
    wanted = repository.commit(other="x")
    deploy.up(deploy_inputs(built, wanted_commit=wanted))
    assert deploy.outputs["commit"] == wanted
    assert deploy.outputs["deploy_id"] != built.outputs["first_deploy"]


def test_an_image_by_its_digest_is_proven(deploy, service_inputs, deploy_inputs):
    service = Engine(ServiceProvider)
    service.up(service_inputs(source={"image": f"{IMAGE}@{DIGEST}"}))
    deploy.up(deploy_inputs(service, wanted_digest=DIGEST))
    assert deploy.outputs["image_digest"] == DIGEST


def test_another_image_than_the_one_asked_for_is_a_failure(deploy, service, deploy_inputs):
    with pytest.raises(DeployError, match=f"it is live and serves sha256:.*, not {DIGEST}"):
        deploy.up(deploy_inputs(service, wanted_digest=DIGEST))


def test_another_commit_deployed_by_hand_is_found_by_a_refresh_and_set_right(
    deploy, built, deploy_inputs, repository, render
):
    first = repository.git("rev-parse", "HEAD")
    inputs = deploy_inputs(built, wanted_commit=first)
    deploy.up(inputs)
    repository.commit(other="x")
    theirs = render.call("POST", f"/services/{built.id}/deploys", json={})
    assert settled(render, built.id, theirs["id"]) == "live"
    deploy.refresh()
    assert deploy.up(inputs) == "updated"
    assert deploy.outputs["commit"] == first
    assert deploy.up(inputs) == "same"


# --- suspended services


def test_a_suspended_service_is_refused_left_or_resumed(deploy, service, deploy_inputs, render):
    settled(render, service.id, service.outputs["first_deploy"])
    render.call("POST", f"/services/{service.id}/suspend")
    with pytest.raises(DeployError, match=r"it is suspended.*set on_suspended to resume or skip"):
        deploy.up(deploy_inputs(service))
    assert deploy.up(deploy_inputs(service, on_suspended="skip")) == "created"
    assert deploy.outputs["status"] == "suspended"
    assert deploy.up(deploy_inputs(service, on_suspended="resume", trigger="two")) == "updated"
    assert deploy.outputs["status"] == "live"
    assert render.deploys(service.id)[0]["trigger"] == "service_resumed"


def test_a_deploy_of_another_service_is_another_deploy(deploy, service, deploy_inputs):
    deploy.up(deploy_inputs(service))
    difference = deploy.diff(deploy_inputs(service, service_id="srv-other"))
    assert difference.replaces == ["service_id"]
