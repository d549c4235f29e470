"""A sandbox that stops, or is killed, and starts again: same addresses, no new deploys."""

from dataclasses import replace

import httpx
import pytest

from sandbox.render.deploys.instances import CONTAINER_PREFIX
from sandbox.render.deploys.turn import Tuning
from tests.sandbox.render.live import ENDLESS, QUICK, LiveRender, files, gated, until


def test_live_apps_come_back_under_their_addresses_without_a_build_or_a_deploy(
    tmp_path, machine, repository
):
    repository.commit(files("one"))
    with LiveRender(tmp_path / "sandbox", machine) as first:
        service, deploy = first.create(repo=repository.url)
        first.settled(service["id"], deploy)
        service = first.http.get(f"/services/{service['id']}").json()
    assert machine.names() == []
    with pytest.raises(httpx.ConnectError):
        first.app(service)
    with LiveRender(tmp_path / "sandbox", machine) as second:
        until(lambda: second.app(service).status_code == 200)
        assert second.version(service) == "one"
        assert second.http.get(f"/services/{service['id']}").json() == service
        assert len(second.http.get(f"/services/{service['id']}/deploys").json()) == 1
        assert len(machine.builds) == 1


def test_container_that_outlived_a_killed_sandbox_is_replaced(tmp_path, machine, repository):
    repository.commit(files("one"))
    first = LiveRender(tmp_path / "sandbox", machine)
    with first:
        service, deploy = first.create(repo=repository.url)
        first.settled(service["id"], deploy)
        first.service.stop(containers=False)
    assert len(machine.names()) == 1
    with LiveRender(tmp_path / "sandbox", machine) as second:
        until(lambda: second.app(service).status_code == 200)
        until(lambda: len(machine.names()) == 1 and len(machine.runs) == 2)


def test_nothing_of_before_is_left_when_a_killed_sandboxs_deploy_goes_on(
    tmp_path, machine, repository
):
    repository.commit(files("one"))
    with LiveRender(tmp_path / "sandbox", machine) as first:
        service, deploy = first.create(repo=repository.url)
        first.settled(service["id"], deploy)
        gate = tmp_path / "gate"
        repository.commit(files("two", build_py=gated(gate)))
        second = first.deploy(service["id"])
        until(lambda: "tick" in first.logs(service["id"]))
        first.service.stop(containers=False)
    (served,) = machine.names()
    # And what a deploy had replaced at that moment, whose name nobody knows any more.
    stray = replace(machine.runs[-1], name=f"{CONTAINER_PREFIX}web-0-0")
    machine.run(stray)
    gate.touch()
    with LiveRender(tmp_path / "sandbox", machine) as later:
        assert later.settled(service["id"], second["id"])["status"] == "live"
        assert later.version(service) == "two"
        until(lambda: len(machine.names()) == 1)
        assert not {served, stray.name} & {*machine.names()}


def test_interrupted_build_is_done_again_by_the_same_deploy(tmp_path, machine, repository):
    gate = tmp_path / "gate"
    slow = gated(gate)
    repository.commit(files("one", build_py=slow))
    with LiveRender(tmp_path / "sandbox", machine) as first:
        service, deploy = first.create(repo=repository.url)
        until(lambda: "tick" in first.logs(service["id"]))
    gate.touch()
    with LiveRender(tmp_path / "sandbox", machine) as second:
        assert second.settled(service["id"], deploy)["status"] == "live"
        assert second.version(service) == "one"
        assert len(second.events(service["id"], "deploy_started")) == 1


def test_image_that_somebody_removed_is_built_again_from_its_commit(tmp_path, machine, repository):
    commit = repository.commit(files("one"))
    with LiveRender(tmp_path / "sandbox", machine) as first:
        service, deploy = first.create(repo=repository.url)
        first.settled(service["id"], deploy)
    machine.images.clear()
    repository.commit(files("two"))
    with LiveRender(tmp_path / "sandbox", machine) as second:
        until(lambda: second.app(service).status_code == 200)
        assert second.version(service) == "one"
        found = second.http.get(f"/services/{service['id']}/deploys/{deploy}").json()
        assert (found["status"], found["commit"]["id"]) == ("live", commit)


def test_overriding_deploy_cancels_the_one_under_way(tmp_path, machine, repository):
    repository.commit(files("one", build_py=ENDLESS))
    tuning = Tuning(**{**vars(QUICK), "overlap": "override"})
    with LiveRender(tmp_path / "sandbox", machine, tuning=tuning) as render:
        service, first = render.create(repo=repository.url)
        until(lambda: "tick" in render.logs(service["id"]))
        repository.commit(files("two", build_py=""))
        second = render.deploy(service["id"])
        assert render.settled(service["id"], first)["status"] == "canceled"
        assert render.settled(service["id"], second["id"])["status"] == "live"
        ended = render.events(service["id"], "deploy_ended")
        assert ended[-1]["reason"] == {"newDeploy": {"id": second["id"]}}
