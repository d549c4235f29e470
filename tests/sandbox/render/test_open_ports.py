"""`openPorts` are those that programs were seen to listen on, as Render's SDK reads them too."""

import pytest
from render.public_api.models import PrivateServiceDetails, WebServiceDetails

from sandbox.machine.contract import MachineUnavailableError, OpenPort
from tests.sandbox.render.live import LiveRender, files, gated, until, web

PORT = [{"key": "PORT", "value": "4334"}]


@pytest.fixture
def render(tmp_path, machine):
    with LiveRender(tmp_path / "sandbox", machine, nulls="strict") as live:
        yield live


def details(render, service: str) -> dict:
    return render.http.get(f"/services/{service}").json()["serviceDetails"]


def numbers(render, service: str) -> list[int]:
    """What Render's own SDK reads."""
    read = WebServiceDetails.from_dict(details(render, service))
    assert all(each.protocol == "TCP" for each in read.open_ports)
    return [each.port for each in read.open_ports]


def test_nothing_is_open_before_a_deploy_is_live_and_then_what_listens_is(
    render, repository, machine, tmp_path
):
    machine.opened = [
        OpenPort(9100, only_inside=False),
        OpenPort(4334, only_inside=False),
        OpenPort(6006, only_inside=True),
    ]
    repository.commit(files(build_py=gated(tmp_path / "built")))
    made, deploy = render.create(repo=repository.url, envVars=PORT)
    service = made["id"]
    assert made["serviceDetails"]["openPorts"] == []
    assert numbers(render, service) == []
    (tmp_path / "built").touch()
    assert render.settled(service, deploy)["status"] == "live"
    assert numbers(render, service) == [4334, 9100]
    assert render.http.post(f"/services/{service}/suspend").status_code == 202
    until(lambda: numbers(render, service) == [])


def test_a_port_of_another_deploy_is_open_once_that_is_live(render, repository):
    repository.commit(files())
    made, deploy = render.create(repo=repository.url)
    assert render.settled(made["id"], deploy)["status"] == "live"
    assert numbers(render, made["id"]) == [10000]
    render.http.put(f"/services/{made['id']}/env-vars", json=PORT)
    assert numbers(render, made["id"]) == [10000]
    render.settled(made["id"], render.deploy(made["id"])["id"])
    assert numbers(render, made["id"]) == [4334]


def test_an_engine_that_does_not_tell_leaves_the_port_that_answered(
    render, repository, machine, monkeypatch
):
    def away(_container: str):
        raise MachineUnavailableError("The engine does not answer.")

    monkeypatch.setattr(machine, "open_ports", away)
    repository.commit(files())
    made, deploy = render.create(repo=repository.url)
    assert render.settled(made["id"], deploy)["status"] == "live"
    assert numbers(render, made["id"]) == [10000]


def test_a_private_service_is_asked_under_its_port_before_it_is_live_too(
    render, repository, tmp_path
):
    repository.commit(files(build_py=gated(tmp_path / "built")))
    body = web("inner", type="private_service", repo=repository.url, envVars=PORT)
    answer = render.http.post("/services", json=body)
    assert answer.status_code == 201, answer.text
    service = answer.json()["service"]["id"]
    read = PrivateServiceDetails.from_dict(details(render, service))
    assert (read.url, read.open_ports) == ("inner:4334", [])
    (tmp_path / "built").touch()
    assert render.settled(service, answer.json()["deployId"])["status"] == "live"
    read = PrivateServiceDetails.from_dict(details(render, service))
    assert (read.url, [each.port for each in read.open_ports]) == ("inner:4334", [4334])
