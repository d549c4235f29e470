"""Services and their variables: what is asked of them, refused, listed, and frozen by deploys."""

import base64

import pytest

from tests.sandbox.render.live import OWNER, Repository, files, until, web


@pytest.fixture
def service(render, repository):
    repository.commit(files("one"))
    service, deploy = render.create(
        repo=repository.url, envVars=[{"key": "MODE", "value": "first"}]
    )
    assert render.settled(service["id"], deploy)["status"] == "live"
    return service


def env(render, service) -> dict:
    return render.app(service).json()["env"]


def test_app_sees_its_variables_and_what_the_platform_adds(render, service):
    seen = env(render, service)
    assert seen["MODE"] == "first"
    assert seen["PORT"] == "10000"
    assert seen["RENDER"] == "true"
    assert seen["RENDER_SERVICE_ID"] == service["id"]
    assert seen["RENDER_SERVICE_NAME"] == "web"
    assert seen["RENDER_EXTERNAL_URL"] == service["serviceDetails"]["url"]
    assert len(seen["RENDER_GIT_COMMIT"]) == 40


def test_changed_variables_reach_the_app_with_the_next_deploy_and_not_by_a_restart(
    render, service, machine
):
    url = f"/services/{service['id']}"
    put = render.http.put(f"{url}/env-vars", json=[{"key": "MODE", "value": "second"}])
    assert put.status_code == 200
    assert render.http.post(f"{url}/restart").status_code == 200
    until(lambda: len(machine.runs) == 2 and len(machine.names()) == 1)
    assert env(render, service)["MODE"] == "first"
    deploy = render.deploy(service["id"])
    render.settled(service["id"], deploy["id"])
    assert env(render, service)["MODE"] == "second"


def test_bulk_put_replaces_all_in_request_order_and_the_listing_is_newest_first_in_pages(
    render, service
):
    url = f"/services/{service['id']}/env-vars"
    wanted = [{"key": f"KEY_{number:02}", "value": str(number)} for number in range(25)]
    answer = render.http.put(url, json=wanted).json()
    assert [each["envVar"] for each in answer] == wanted
    first = render.http.get(url).json()
    assert len(first) == 20
    second = render.http.get(url, params={"cursor": first[-1]["cursor"]}).json()
    assert [each["envVar"] for each in first + second] == wanted[::-1]
    last = render.http.get(url, params={"cursor": second[-1]["cursor"]}).json()
    assert last == []
    assert render.http.put(url, content=b"null").json() == []
    assert render.http.get(url).json() == []


def test_generated_value_is_32_random_bytes_and_single_writes_leave_the_others(render, service):
    url = f"/services/{service['id']}/env-vars"
    made = render.http.put(f"{url}/TOKEN", json={"generateValue": True}).json()
    assert len(base64.b64decode(made["value"], validate=True)) == 32
    other = render.http.put(f"{url}/OTHER", json={"generateValue": True}).json()
    assert other["value"] != made["value"]
    keys = {each["envVar"]["key"] for each in render.http.get(url).json()}
    assert keys == {"MODE", "TOKEN", "OTHER"}
    assert render.http.get(f"{url}/TOKEN").json() == made
    assert render.http.delete(f"{url}/TOKEN").status_code == 204
    assert render.http.get(f"{url}/TOKEN").status_code == 404
    assert render.http.delete(f"{url}/TOKEN").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        [{"key": "A"}],
        [{"key": "A=B", "value": "x"}],
        [{"key": "A", "value": "x"}, {"key": "A", "value": "y"}],
        [{"value": "x"}],
        {"key": "A", "value": "x"},
    ],
)
def test_malformed_variables_change_nothing(render, service, body):
    url = f"/services/{service['id']}/env-vars"
    assert render.http.put(url, json=body).status_code == 400
    assert [each["envVar"]["key"] for each in render.http.get(url).json()] == ["MODE"]


def test_secret_files_are_listed_read_and_removed(render, service):
    url = f"/services/{service['id']}/secret-files"
    put = render.http.put(url, json=[{"name": "a.json", "content": "{}"}])
    assert put.json()[0]["secretFile"] == {"name": "a.json", "content": "{}"}
    assert render.http.put(f"{url}/b", json={"content": "bee"}).status_code == 201
    names = [each["secretFile"]["name"] for each in render.http.get(url).json()]
    assert names == ["b", "a.json"]
    assert render.http.get(f"{url}/b").json() == {"name": "b", "content": "bee"}
    assert render.http.delete(f"{url}/b").status_code == 204
    assert render.http.get(f"{url}/b").status_code == 404


def test_secret_files_are_at_their_place_after_a_deploy(render, service, machine):
    url = f"/services/{service['id']}/secret-files/key.pem"
    render.http.put(url, json={"content": "pem"})
    deploy = render.deploy(service["id"])
    render.settled(service["id"], deploy["id"])
    assert machine.runs[-1].files == {"/etc/secrets/key.pem": "pem"}
    assert machine.builds[-1].secrets == {"key.pem": "pem"}


def test_build_gets_only_the_arguments_its_dockerfile_declares(render, service, machine):
    url = f"/services/{service['id']}/env-vars"
    both = [{"key": "GREETING", "value": "hello"}, {"key": "PASSWORD", "value": "hidden-canary"}]
    render.http.put(url, json=both)
    deploy = render.deploy(service["id"])
    render.settled(service["id"], deploy["id"])
    assert machine.builds[-1].build_args == {"GREETING": "hello"}


def test_values_of_variables_and_secret_files_stand_in_no_log(render, repository):
    loud = "import os\nprint('token', os.environ['TOKEN'], os.environ['SITE'], flush=True)\n"
    repository.commit(files("one") | {"app.py": loud + files()["app.py"]})
    service, deploy = render.create(
        repo=repository.url,
        envVars=[
            {"key": "TOKEN", "value": "canary-token-9"},
            {"key": "SITE", "value": "https://example.org/shop"},
        ],
    )
    render.settled(service["id"], deploy)
    lines = render.logs(service["id"])
    assert "token *** https://example.org/shop" in lines
    assert "canary" not in "".join(lines)


def test_loopback_addresses_of_the_sandbox_lead_out_of_the_container(render, service, machine):
    machine.inside_host = "172.31.0.1"
    own = service["serviceDetails"]["url"]
    values = {"BACKEND": f"{own}/api", "API": f"{render.url}/v1", "OTHER": "http://127.0.0.1:1/x"}
    body = [{"key": key, "value": value} for key, value in values.items()]
    render.http.put(f"/services/{service['id']}/env-vars", json=body)
    deploy = render.deploy(service["id"])
    render.settled(service["id"], deploy["id"])
    seen = machine.runs[-1].env
    assert seen["BACKEND"] == f"{own}/api".replace("127.0.0.1", "172.31.0.1")
    assert seen["API"] == f"{render.url}/v1".replace("127.0.0.1", "172.31.0.1")
    assert seen["OTHER"] == "http://127.0.0.1:1/x"
    read = render.http.get(f"/services/{service['id']}/env-vars/BACKEND").json()
    assert read["value"] == values["BACKEND"]


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
        ({"details": {"disk": {"name": "d", "mountPath": "/d"}}}, 501, "disks"),
        ({"details": {"plan": "free", "numInstances": 2}}, 400, "free tier"),
        ({"details": {"plan": "free", "preDeployCommand": "x"}}, 400, "free tier"),
        ({"details": {"plan": "free", "maintenanceMode": {"enabled": False, "uri": ""}}}, 400,
         "free tier"),
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
    from tests.sandbox.render.live import LiveRender

    repository.commit(files())
    with LiveRender(
        tmp_path / "other", machine, taken_slugs={"dashboard"}.__contains__
    ) as render:
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
        assert database.query(f"SELECT * FROM render_{table}") == []


def test_scaling_is_shown_and_said_to_run_one_instance(render, service):
    url = f"/services/{service['id']}"
    assert render.http.post(f"{url}/scale", json={"numInstances": 3}).status_code == 202
    assert render.http.get(url).json()["serviceDetails"]["numInstances"] == 3
    counts = render.events(service["id"], "instance_count_changed")
    assert counts == [{"fromInstances": 1, "toInstances": 3}]
    assert len(render.http.get(f"{url}/instances").json()) == 1
    assert any("runs one of 3 instances" in line for line in render.logs(service["id"]))
    assert render.http.post(f"{url}/scale", json={"numInstances": 0}).status_code == 400


def test_push_deploys_only_services_that_follow_the_branch_and_what_changed(
    render, repository, tmp_path
):
    repository.commit(files("one"))
    other = Repository(tmp_path / "other")
    other.commit(files("other"))
    follows, first = render.create("follows", repo=repository.url, buildFilter={
        "paths": ["src/**", "app.py"], "ignoredPaths": ["src/*.md"]})  # fmt: skip
    still, second = render.create("still", repo=repository.url, autoDeployTrigger="off")
    third, last = render.create("third", repo=other.url)
    for each, deploy in ((follows, first), (still, second), (third, last)):
        assert render.settled(each["id"], deploy)["status"] == "live"

    def push(content, message="test"):
        commit = repository.commit(content, message)
        return render.service.pushed(f"{repository.url}/", "main", commit)

    assert push({"src/notes.md": "x"}) == []
    assert push({"docs/a.txt": "x"}) == []
    assert push({"src/deep/a.py": "x"}, "quietly [skip render]") == []
    assert len(render.events(follows["id"], "commit_ignored")) == 3
    (deploy,) = push(files("two"))
    assert deploy.cause == "new_commit"
    assert render.settled(follows["id"], deploy.id)["status"] == "live"
    assert render.version(follows) == "two"
    assert render.version(still) == "one"


def test_hook_deploys_with_its_key_only_and_counts_as_a_change(render, service, repository):
    commit = repository.commit(files("two"))
    hook = f"{render.url}/deploy/{service['id']}"
    from tests.sandbox.render.live import HOOK_KEY

    before = render.log.last_id()
    assert render.http.get(hook, params={"key": "wrong"}).status_code == 401
    assert render.http.post(hook).status_code == 401
    assert len(render.http.get(f"/services/{service['id']}/deploys").json()) == 1
    answer = render.http.get(hook, params={"key": HOOK_KEY, "ref": commit})
    assert answer.status_code == 200
    deploy = render.settled(service["id"], answer.json()["deploy"]["id"])
    assert (deploy["trigger"], deploy["commit"]["id"]) == ("deploy_hook", commit)
    assert render.version(service) == "two"
    logged = render.log.requests(since_id=before, mutates=True)
    assert [each.method for each in logged] == ["GET", "POST", "GET"]
    assert not any(HOOK_KEY in each.path for each in render.log.requests())
    missing = f"{render.url}/deploy/srv-none"
    assert render.http.post(missing, params={"key": HOOK_KEY}).status_code == 404
