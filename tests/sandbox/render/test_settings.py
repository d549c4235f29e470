"""Services: what may be asked of them, what is refused, and how they come and go."""

import pytest

from tests.sandbox.render.live import OWNER, LiveRender, files, until, web


def test_patch_changes_what_it_names_deploys_nothing_and_keeps_slug_and_address(render, service):
    url = f"/services/{service['id']}"
    body = {"name": "renamed", "serviceDetails": {"plan": "standard", "healthCheckPath": "/ok"}}
    changed = render.http.patch(url, json=body).json()
    assert changed["name"] == "renamed"
    assert changed["slug"] == service["slug"]
    assert changed["branch"] == service["branch"]
    details = changed["serviceDetails"]
    assert (details["plan"], details["healthCheckPath"]) == ("standard", "/ok")
    assert details["url"] == service["serviceDetails"]["url"]
    assert changed["updatedAt"] > service["updatedAt"]
    assert render.http.get(url).json() == changed
    assert len(render.http.get(f"{url}/deploys").json()) == 1
    assert render.events(service["id"], "plan_changed") == [{"from": "starter", "to": "standard"}]
    assert render.http.patch(url, json={"serviceDetails": {"plan": "free"}}).status_code == 400


def test_service_moves_from_its_repository_to_an_image_and_back(render, service, machine):
    machine.registry = {"docker.io/acme/shop:1": files("image")["app.py"]}
    url = f"/services/{service['id']}"
    image = {"image": {"ownerId": OWNER, "imagePath": "acme/shop:1"}}
    assert "repo" not in render.http.patch(url, json=image).json()
    deploy = render.deploy(service["id"])
    assert render.settled(service["id"], deploy["id"])["status"] == "live"
    assert render.version(service) == "image"
    back = render.http.patch(url, json={"repo": service["repo"]}).json()
    assert back["serviceDetails"]["runtime"] == "docker"
    deploy = render.deploy(service["id"])
    assert render.settled(service["id"], deploy["id"])["status"] == "live"
    assert render.version(service) == "one"


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"type": "website"}, 400, "invalid type"),
        ({"type": "cron_job"}, 501, "cron_job"),
        ({"name": ""}, 400, "name is required"),
        ({"ownerId": "tea-nobody"}, 400, "ownerId"),
        ({"repo": "file:///nowhere"}, 400, "unfetchable: file:///nowhere"),
        ({"repo": None}, 400, "repo is required"),
        ({"branch": "missing"}, 400, "missing"),
        ({"rootDir": "../up"}, 400, "rootDir"),
        ({"details": {"runtime": "python"}}, 501, "docker and image runtimes only"),
        ({"details": {"plan": "premium"}}, 400, "invalid plan"),
        ({"details": {"region": "paris"}}, 400, "invalid region"),
        ({"details": {"plan": "free", "numInstances": 2}}, 400, "free tier"),
        ({"details": {"plan": "free", "preDeployCommand": "x"}}, 400, "free tier"),
        ({"details": {"plan": "free", "maintenanceMode": {"enabled": False, "uri": ""}}}, 400,
         "maintenance mode can only be configured for non-free tier services"),
        ({"details": {"healthCheckPath": "health"}}, 400, "healthCheckPath"),
        ({"autoDeployTrigger": "sometimes"}, 400, "autoDeployTrigger"),
        ({"environmentId": "evm-1"}, 501, "environments"),
    ],
)  # fmt: skip
def test_what_the_platform_or_the_sandbox_does_not_take_creates_nothing(
    render, repository, change, status, said
):
    repository.commit(files())
    answer = render.http.post("/services", json=web("web", **{"repo": repository.url, **change}))
    assert (answer.status_code, said in answer.json()["message"]) == (status, True), answer.text
    assert render.http.get("/services").json() == []


def test_name_is_unique_in_its_workspace_and_slugs_everywhere(tmp_path, machine, repository):
    repository.commit(files())
    with LiveRender(tmp_path / "other", machine, taken_slugs={"dashboard"}.__contains__) as render:
        first, _ = render.create("My Web_App!", repo=repository.url)
        assert first["slug"] == "my-web-app"
        same = render.http.post("/services", json=web("My Web_App!", repo=repository.url))
        assert same.status_code == 409
        elsewhere, _ = render.create(
            "My Web_App!", repo=repository.url, ownerId="tea-11111111111111111111"
        )
        assert elsewhere["slug"].startswith("my-web-app-")
        taken, _ = render.create("Dashboard", repo=repository.url)
        assert taken["slug"] != "dashboard"
        assert taken["slug"].startswith("dashboard-")
        names = render.http.get("/services", params={"ownerId": OWNER}).json()
        assert [each["service"]["name"] for each in names] == ["Dashboard", "My Web_App!"]
        both = render.http.get("/services?name=Dashboard,other&type=web_service").json()
        assert [each["service"]["name"] for each in both] == ["Dashboard"]
        assert render.http.get("/services?suspended=suspended").json() == []
        for each in (first, elsewhere, taken):
            render.http.delete(f"/services/{each['id']}")


def test_suspended_service_serves_nothing_takes_settings_and_deploys_when_resumed(
    render, service, machine
):
    url = f"/services/{service['id']}"
    assert render.http.post(f"{url}/suspend").status_code == 202
    until(lambda: not machine.names())
    assert render.app(service).status_code == 503
    read = render.http.get(url).json()
    assert (read["suspended"], read["suspenders"]) == ("suspended", ["user"])
    refused = render.http.post(f"{url}/deploys", json={})
    assert refused.status_code == 400
    assert refused.json()["message"] == "cannot deploy suspended service"
    assert render.http.patch(url, json={"rootDir": ""}).status_code == 200
    assert render.http.post(f"{url}/resume").status_code == 202
    newest = render.http.get(f"{url}/deploys").json()[0]["deploy"]
    assert newest["trigger"] == "service_resumed"
    assert render.settled(service["id"], newest["id"])["status"] == "live"
    assert render.version(service) == "one"


def test_deleted_service_is_gone_at_once_and_leaves_nothing(render, service, machine):
    url = f"/services/{service['id']}"
    assert render.http.delete(url).status_code == 204
    answer = render.http.get(url)
    assert answer.status_code == 404
    assert answer.json()["message"] == f"not found: {service['id']}"
    assert render.http.delete(url).status_code == 404
    until(lambda: not render.addresses.ports())
    assert machine.names() == []
    assert machine.tags() == set()
    database = render.service.parts.services._database
    for table in ("services", "deploys", "variables", "logs", "events"):
        assert database.query(f"SELECT * FROM render_{table}") == []  # noqa: S608


def test_scaling_is_shown_and_said_to_run_one_instance(render, service):
    url = f"/services/{service['id']}"
    assert render.http.post(f"{url}/scale", json={"numInstances": 3}).status_code == 202
    assert render.http.get(url).json()["serviceDetails"]["numInstances"] == 3
    counts = render.events(service["id"], "instance_count_changed")
    assert counts == [{"fromInstances": 1, "toInstances": 3}]
    assert len(render.http.get(f"{url}/instances").json()) == 1
    assert any("runs one of 3 instances" in line for line in render.logs(service["id"]))
    assert render.http.post(f"{url}/scale", json={"numInstances": 0}).status_code == 400
