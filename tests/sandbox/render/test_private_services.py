"""Private services and background workers: the same life, without an address for everybody."""

import json

import pytest
from render.public_api.api.services import create_service, list_services
from render.public_api.models import (
    BackgroundWorkerDetailsPOST,
    Image,
    ServicePOST,
    ServiceRuntime,
    ServiceType,
)

from tests.sandbox.render.live import OWNER, LiveRender, app, files, until, web

PRIVATE, WORKER = "private_service", "background_worker"
WORKING = "import time\nprint('at work', flush=True)\nwhile True:\n    time.sleep(0.05)\n"


def created(render, kind, repository, name="inner", **changes):
    body = web(name, type=kind, repo=repository.url, **changes)
    answer = render.http.post("/services", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["service"], answer.json()["deployId"]


def test_a_private_service_is_live_and_has_no_address_on_this_computer(render, repository, machine):
    repository.commit(files())
    service, deploy = created(render, PRIVATE, repository)
    assert render.settled(service["id"], deploy)["status"] == "live"
    assert service["serviceDetails"]["url"] == "inner:10000"
    assert "healthCheckPath" not in service["serviceDetails"]
    assert service["dashboardUrl"].endswith(f"/pserv/{service['id']}")
    assert render.addresses.ports() == set()
    [request] = machine.runs
    assert request.private_network.alias == "inner"
    assert request.env["RENDER_SERVICE_TYPE"] == "pserv"
    assert request.env["PORT"] == "10000"
    assert "RENDER_EXTERNAL_URL" not in request.env
    assert not any("primary URL" in line for line in render.logs(service["id"]))


def test_a_worker_is_live_once_it_has_run_for_a_while_and_opens_no_port(
    render, repository, machine
):
    repository.commit({**files(), "app.py": WORKING})
    service, deploy = created(render, WORKER, repository)
    assert render.settled(service["id"], deploy)["status"] == "live"
    assert "url" not in service["serviceDetails"]
    [request] = machine.runs
    assert request.port is None
    assert "PORT" not in request.env
    assert request.env["RENDER_SERVICE_TYPE"] == "worker"
    assert "at work" in render.logs(service["id"])


def test_a_worker_that_ends_as_it_starts_fails_its_deploy(render, repository):
    repository.commit({**files(), "app.py": "raise SystemExit(4)"})
    service, deploy = created(render, WORKER, repository)
    assert render.settled(service["id"], deploy)["status"] == "update_failed"
    failure = render.events(service["id"], "deploy_ended")[0]["reason"]["failure"]
    assert failure["nonZeroExit"] == 4


def test_a_worker_that_ends_later_is_started_again(render, repository, machine):
    repository.commit({**files(), "app.py": WORKING})
    service, deploy = created(render, WORKER, repository)
    render.settled(service["id"], deploy)
    [name] = machine.names()
    machine.kill(name)
    until(lambda: len(machine.runs) == 2)
    until(lambda: len(render.events(service["id"], "server_available")) == 2)


def test_a_private_service_that_opens_no_port_fails_its_deploy(render, repository):
    render.give_up_after(0.3)
    repository.commit({**files(), "app.py": WORKING})
    service, deploy = created(render, PRIVATE, repository)
    assert render.settled(service["id"], deploy)["status"] == "update_failed"


@pytest.mark.parametrize("kind", [PRIVATE, WORKER])
def test_they_are_changed_suspended_and_deleted_like_others(render, repository, machine, kind):
    repository.commit({**files(), "app.py": app("one")})
    service, deploy = created(render, kind, repository)
    render.settled(service["id"], deploy)
    path = f"/services/{service['id']}"
    patched = render.http.patch(path, json={"serviceDetails": {"plan": "pro"}})
    assert patched.json()["serviceDetails"]["plan"] == "pro"
    assert render.http.post(f"{path}/scale", json={"numInstances": 2}).status_code == 202
    assert render.http.get(path).json()["serviceDetails"]["numInstances"] == 2
    [listed] = render.http.get("/services", params={"type": kind}).json()
    assert listed["service"]["id"] == service["id"]
    assert render.http.get("/services", params={"type": "web_service"}).json() == []
    assert render.http.post(f"{path}/suspend").status_code == 202
    until(lambda: not machine.names())
    assert render.http.post(f"{path}/resume").status_code == 202
    until(lambda: len(machine.names()) == 1)
    assert render.http.delete(path).status_code == 204
    until(lambda: not machine.names())


@pytest.mark.parametrize("kind", [PRIVATE, WORKER])
def test_there_is_no_free_plan_for_them(render, repository, kind):
    repository.commit(files())
    body = web("inner", type=kind, repo=repository.url, details={"plan": "free"})
    answer = render.http.post("/services", json=body)
    assert (answer.status_code, "free plan" in answer.text) == (400, True)


@pytest.mark.parametrize("kind", [PRIVATE, WORKER])
def test_they_come_back_after_a_stop(tmp_path, machine, repository, kind):
    repository.commit({**files(), "app.py": app("one")})
    with LiveRender(tmp_path / "sandbox", machine) as first:
        service, deploy = created(first, kind, repository)
        first.settled(service["id"], deploy)
    assert machine.names() == []
    with LiveRender(tmp_path / "sandbox", machine) as second:
        until(second.service.parts.serving.all)
        assert second.addresses.ports() == set()
        assert len(second.http.get(f"/services/{service['id']}/deploys").json()) == 1


def test_renders_own_sdk_makes_a_worker(tmp_path, machine):
    machine.registry = {"docker.io/acme/queue:1": WORKING}
    with LiveRender(tmp_path / "sandbox", machine, nulls="strict") as render:
        body = ServicePOST(
            type_=ServiceType.BACKGROUND_WORKER,
            name="queue",
            owner_id=OWNER,
            image=Image(owner_id=OWNER, image_path="acme/queue:1"),
            service_details=BackgroundWorkerDetailsPOST(runtime=ServiceRuntime.IMAGE),
        )
        made = create_service.sync_detailed(client=render.sdk, body=body)
        assert made.status_code == 201
        service = json.loads(made.content)["service"]
        deploy = json.loads(made.content)["deployId"]
        assert render.settled(service["id"], deploy)["status"] == "live"
        kinds = [ServiceType.BACKGROUND_WORKER]
        listing = list_services.sync_detailed(client=render.sdk, type_=kinds)
        assert len(json.loads(listing.content)) == 1
