"""Variables and secret files: how they are written and listed, and what reaches an app."""

import base64

import pytest

from tests.sandbox.render.live import files, until


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
