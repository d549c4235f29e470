"""Persistent disks: mounted from the next deploy on, one instance at a time, gone when deleted."""

import pytest
from render.public_api.api.disks import (
    add_disk,
    delete_disk,
    list_disks,
    retrieve_disk,
    update_disk,
)
from render.public_api.models import DiskPATCH, DiskPOST

from tests.sandbox.render.live import LiveRender, app, files, until
from tests.sandbox.render.postgres_machine import PostgresMachine

DISK = {"name": "models", "mountPath": "/var/models", "sizeGB": 2}


@pytest.fixture
def machine(tmp_path):
    folder = tmp_path / "machine"
    folder.mkdir()
    made = PostgresMachine(folder)
    yield made
    made.close()


@pytest.fixture
def stored(render, repository):
    """A live service that was created with a disk."""
    repository.commit(files("one"))
    service, deploy = render.create(repo=repository.url, details={"disk": DISK})
    assert render.settled(service["id"], deploy)["status"] == "live"
    return render.http.get(f"/services/{service['id']}").json()


def mounts(machine):
    return [dict(request.volumes) for request in machine.requests]


def sizes(machine):
    """Of the last container's disk, in bytes."""
    return dict(machine.requests[-1].volume_bytes)


def test_a_service_is_created_with_its_disk_and_shows_it(render, stored, machine):
    shown = stored["serviceDetails"]["disk"]
    assert {key: shown[key] for key in DISK} == DISK
    assert mounts(machine) == [{shown["id"]: "/var/models"}]
    assert sizes(machine) == {shown["id"]: 2_000_000_000}
    [listed] = render.http.get("/disks", params={"serviceId": stored["id"]}).json()
    assert listed["disk"]["id"] == shown["id"]
    assert render.events(stored["id"], "disk_created")[0]["diskId"] == shown["id"]


def test_one_added_later_is_mounted_by_the_next_deploy(render, service, machine):
    answer = render.http.post("/disks", json={**DISK, "serviceId": service["id"]})
    assert answer.status_code == 201, answer.text
    assert mounts(machine) == [{}]
    deploy = render.deploy(service["id"])
    render.settled(service["id"], deploy["id"])
    assert mounts(machine)[-1] == {answer.json()["id"]: "/var/models"}
    again = render.http.post("/disks", json={**DISK, "serviceId": service["id"]})
    assert (again.status_code, "disk already" in again.text) == (400, True)


def test_its_data_stay_over_deploys_and_two_instances_never_have_it_at_once(
    render, stored, machine, repository
):
    seen, run = [], machine.run

    def watched(request):
        seen.append(machine.names())
        return run(request)

    machine.run = watched
    repository.commit(files("two"))
    deploy = render.deploy(stored["id"])
    assert render.settled(stored["id"], deploy["id"])["status"] == "live"
    assert seen == [[]], "the one before had ended"
    assert render.version(stored) == "two"
    assert len(machine.volumes) == 1
    assert mounts(machine)[0] == mounts(machine)[1]


def test_a_release_that_fails_gives_the_disk_back_to_what_was_live(
    render, stored, repository, machine
):
    repository.commit({**files(), "app.py": "raise SystemExit(1)"})
    deploy = render.deploy(stored["id"])
    assert render.settled(stored["id"], deploy["id"])["status"] == "update_failed"
    until(lambda: render.app(stored).status_code == 200)
    assert render.version(stored) == "one"
    assert len(machine.volumes) == 1


def test_a_deleted_disk_is_removed_once_nothing_has_it(render, stored, machine):
    disk = stored["serviceDetails"]["disk"]["id"]
    assert render.http.delete(f"/disks/{disk}").status_code == 204
    assert render.http.get(f"/disks/{disk}").status_code == 404
    assert "disk" not in render.http.get(f"/services/{stored['id']}").json()["serviceDetails"]
    assert disk in machine.volumes, "what runs still has it"
    deploy = render.deploy(stored["id"])
    render.settled(stored["id"], deploy["id"])
    until(lambda: not machine.volumes)
    assert mounts(machine)[-1] == {}


def test_a_deleted_service_leaves_no_disk(render, stored, machine):
    render.http.delete(f"/services/{stored['id']}")
    until(lambda: not machine.volumes)
    assert render.http.get("/disks").json() == []


def test_a_disk_grows_and_moves_and_never_shrinks(render, stored, machine):
    disk = stored["serviceDetails"]["disk"]["id"]
    changed = render.http.patch(f"/disks/{disk}", json={"sizeGB": 5, "mountPath": "/data"}).json()
    assert (changed["sizeGB"], changed["mountPath"], changed["name"]) == (5, "/data", "models")
    assert render.events(stored["id"], "disk_updated")[0]["toSizeGB"] == 5
    shrunk = render.http.patch(f"/disks/{disk}", json={"sizeGB": 1})
    assert (shrunk.status_code, "cannot shrink" in shrunk.text) == (400, True)
    deploy = render.deploy(stored["id"])
    render.settled(stored["id"], deploy["id"])
    assert mounts(machine)[-1] == {disk: "/data"}
    assert sizes(machine) == {disk: 5_000_000_000}


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"plan": "free", "disk": DISK}, "free tier"),
        ({"numInstances": 2, "disk": DISK}, "several instances"),
        ({"disk": {**DISK, "mountPath": "data"}}, "absolute path"),
        ({"disk": {**DISK, "mountPath": "/"}}, "absolute path"),
        ({"disk": {**DISK, "sizeGB": 0}}, "sizeGB"),
        ({"disk": {**DISK, "name": ""}}, "name is required"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_makes_no_service(render, repository, details, said):
    repository.commit(files())
    body = {
        "type": "web_service",
        "name": "web",
        "ownerId": render.http.get("/owners").json()[0]["owner"]["id"],
        "repo": repository.url,
        "serviceDetails": {"runtime": "docker", **details},
    }
    answer = render.http.post("/services", json=body)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert render.http.get("/services").json() == []


def test_a_service_with_a_disk_has_one_instance(render, stored):
    scaled = render.http.post(f"/services/{stored['id']}/scale", json={"numInstances": 2})
    assert (scaled.status_code, "one instance" in scaled.text) == (400, True)


def test_the_disk_and_its_data_outlive_a_stop(tmp_path, machine, repository):
    repository.commit({**files(), "app.py": app("one")})
    with LiveRender(tmp_path / "sandbox", machine) as first:
        service, deploy = first.create(repo=repository.url, details={"disk": DISK})
        first.settled(service["id"], deploy)
        volumes = dict(machine.volumes)
    with LiveRender(tmp_path / "sandbox", machine) as second:
        until(lambda: second.app(service).status_code == 200)
        assert machine.volumes == volumes
        assert mounts(machine)[0] == mounts(machine)[1]


def test_renders_own_sdk_manages_disks(tmp_path, machine, repository):
    repository.commit(files())
    with LiveRender(tmp_path / "sandbox", machine, nulls="strict") as render:
        sdk = render.sdk
        service, deploy = render.create(repo=repository.url)
        render.settled(service["id"], deploy)
        wish = DiskPOST(name="models", size_gb=1, mount_path="/models", service_id=service["id"])
        disk = add_disk.sync(client=sdk, body=wish)
        assert retrieve_disk.sync(disk.id, client=sdk).mount_path == "/models"
        changed = update_disk.sync(disk.id, client=sdk, body=DiskPATCH(size_gb=3))
        assert changed.size_gb == 3
        [listed] = list_disks.sync(client=sdk, disk_id=[disk.id])
        assert listed.disk.id == disk.id
        assert delete_disk.sync_detailed(disk.id, client=sdk).status_code == 204
