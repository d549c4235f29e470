"""Image-backed services: references, digests, credentials, and what a deploy may change of them."""

import pytest

from sandbox.render.deploys.image_reference import normalised
from tests.sandbox.render.live import OWNER, app, until

ONE = "docker.io/acme/shop:1"


def image(path: str, **more) -> dict:
    return {"ownerId": OWNER, "imagePath": path, **more}


@pytest.fixture
def shop(render, machine):
    machine.registry = {ONE: app("one"), "docker.io/acme/shop:2": app("two")}
    service, deploy = render.create("shop", image=image("acme/shop:1"))
    found = render.settled(service["id"], deploy)
    assert found["status"] == "live", render.logs(service["id"])
    return service, found


def test_reference_is_normalised_and_resolved_to_a_digest(render, shop):
    service, deploy = shop
    assert service["imagePath"] == ONE
    assert service["serviceDetails"]["runtime"] == "image"
    assert deploy["image"]["ref"] == ONE
    assert deploy["image"]["sha"].startswith("sha256:")
    assert deploy["commit"] is None
    assert render.version(service) == "one"
    assert render.events(service["id"], "build_started") == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("acme/shop", "docker.io/acme/shop:latest"),
        ("https://ghcr.io/acme/shop:1", "ghcr.io/acme/shop:1"),
        ("127.0.0.1:5000/shop", "127.0.0.1:5000/shop:latest"),
        (f"localhost/shop@sha256:{'a' * 64}", f"localhost/shop@sha256:{'a' * 64}"),
    ],
)
def test_references_are_shown_in_full(given, shown):
    assert normalised(given) == shown


def test_deploy_of_another_tag_replaces_what_serves_and_first_shows_update_in_progress(
    render, shop
):
    service, _ = shop
    deploy = render.deploy(service["id"], imageUrl="acme/shop:2")
    assert deploy["status"] == "update_in_progress"
    render.settled(service["id"], deploy["id"])
    assert render.version(service) == "two"
    read = render.http.get(f"/services/{service['id']}").json()
    assert read["imagePath"] == ONE  # a deploy's own reference changes no setting


def test_unknown_tag_fails_with_an_event_and_keeps_what_serves(render, shop):
    service, _ = shop
    deploy = render.deploy(service["id"], imageUrl="acme/shop:3")
    assert render.settled(service["id"], deploy["id"])["status"] == "update_failed"
    (event,) = render.events(service["id"], "image_pull_failed")
    assert event["imageURL"] == "docker.io/acme/shop:3"
    assert "manifest unknown" in event["message"]
    assert render.version(service) == "one"


def test_deploy_may_change_tag_or_digest_but_no_repository(render, shop):
    service, _ = shop
    url = f"/services/{service['id']}/deploys"
    answer = render.http.post(url, json={"imageUrl": "acme/other:1"})
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        "only the image tag or digest can be updated when creating a deploy"
    )
    assert render.http.post(url, json={"commitId": "a" * 40}).status_code == 400
    assert render.http.post(url, json={"imageUrl": "acme/shop: 1"}).status_code == 400


def test_moved_tag_serves_only_after_a_deploy(render, machine, shop):
    service, before = shop
    machine.registry[ONE] = app("moved")
    render.http.post(f"/services/{service['id']}/restart")
    until(lambda: len(machine.runs) == 2)
    until(lambda: len(machine.names()) == 1)
    assert render.version(service) == "one"
    deploy = render.deploy(service["id"])
    after = render.settled(service["id"], deploy["id"])
    assert after["image"]["sha"] != before["image"]["sha"]
    assert render.version(service) == "moved"


def test_private_registry_is_asked_with_the_credential_and_its_token_is_never_told(render, machine):
    body = {
        "registry": "GITHUB",
        "name": "ghcr",
        "username": "ann",
        "authToken": "ghp_canary_token",
        "ownerId": OWNER,
    }
    created = render.http.post("/registrycredentials", json=body)
    assert created.status_code == 200
    machine.registry = {"ghcr.io/acme/private:1": app("private")}
    login = created.json()["id"]
    service, deploy = render.create(
        "private", image=image("ghcr.io/acme/private:1", registryCredentialId=login)
    )
    assert render.settled(service["id"], deploy)["status"] == "live"
    asked = machine.pulls[-1][1]
    assert (asked.username, asked.password) == ("ann", "ghp_canary_token")
    read = render.http.get(f"/services/{service['id']}").json()
    assert read["registryCredential"] == {"id": login, "name": "ghcr"}
    changed = {k: v for k, v in body.items() if k != "ownerId"} | {"username": "bob"}
    assert render.http.patch(f"/registrycredentials/{login}", json=changed).status_code == 200
    listing = render.http.get("/registrycredentials", params={"name": "ghcr"})
    assert [each["username"] for each in listing.json()] == ["bob"]
    assert "canary" not in created.text + listing.text
    assert render.http.delete(f"/registrycredentials/{login}").status_code == 204
    assert render.http.get(f"/registrycredentials/{login}").status_code == 404


def test_docker_command_takes_the_place_of_the_images_own(render, machine, tmp_path):
    marker = tmp_path / "marker"
    machine.registry = {ONE: app("one")}
    details = {"envSpecificDetails": {"dockerCommand": f"touch '{marker}'"}}
    service, deploy = render.create("shop", image=image("acme/shop:1"), details=details)
    assert render.settled(service["id"], deploy)["status"] == "update_failed"
    assert marker.exists()


def test_pre_deploy_command_that_fails_keeps_what_serves(render, shop):
    service, _ = shop
    url = f"/services/{service['id']}"
    render.http.patch(url, json={"serviceDetails": {"preDeployCommand": "echo migrating; exit 9"}})
    deploy = render.deploy(service["id"])
    assert deploy["status"] == "pre_deploy_in_progress"
    assert render.settled(service["id"], deploy["id"])["status"] == "pre_deploy_failed"
    assert "migrating" in render.logs(service["id"])
    assert render.events(service["id"], "pre_deploy_ended")[0]["preDeployStatus"] == "failed"
    assert render.version(service) == "one"
    render.http.patch(url, json={"serviceDetails": {"preDeployCommand": "true"}})
    again = render.deploy(service["id"], imageUrl="acme/shop:2")
    assert render.settled(service["id"], again["id"])["status"] == "live"
    assert render.version(service) == "two"


def test_a_service_has_the_keys_that_were_recorded_and_no_others_of_them(render, machine):
    machine.registry = {ONE: app("one")}
    free, deploy = render.create("free", image=image("acme/shop:1"), details={"plan": "free"})
    paid, _ = render.create("paid", image=image("acme/shop:1"), details={"plan": "starter"})
    ended = render.settled(free["id"], deploy)
    assert set(ended["image"]) == {"ref", "sha"}, "no credential was asked for"
    shown = free["serviceDetails"]
    assert shown["cache"] == {"profile": "no-cache"}
    assert "sshAddress" not in shown
    assert "preDeployCommand" not in shown["envSpecificDetails"]
    details = paid["serviceDetails"]
    assert details["sshAddress"] == f"{paid['id']}@ssh.{details['region']}.render.com"
    render.http.patch(
        f"/services/{paid['id']}", json={"serviceDetails": {"preDeployCommand": "true"}}
    )
    read = render.http.get(f"/services/{paid['id']}").json()["serviceDetails"]
    assert read["envSpecificDetails"]["preDeployCommand"] == "true"
