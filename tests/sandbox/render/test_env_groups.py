"""Env groups: lent to services at their next deploy, below what a service has itself."""

import pytest
from render.public_api.api.environment_groups import (
    create_env_group,
    delete_env_group,
    list_env_groups,
    retrieve_env_group,
)
from render.public_api.models import EnvGroupPOSTInput, EnvVarKeyValue

from tests.sandbox.render.live import OWNER, LiveRender, files

CANARY = "canary-of-a-group-0123"


def grouped(render, name="shared", /, **changes):
    body = {"name": name, "ownerId": OWNER, "envVars": [], **changes}
    answer = render.http.post("/env-groups", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def seen(render, service):
    """The environment of the app that serves, after a deploy."""
    deploy = render.deploy(service["id"])
    assert render.settled(service["id"], deploy["id"])["status"] == "live"
    return render.app(service).json()["env"]


def test_a_linked_service_gets_the_values_with_its_next_deploy(render, service):
    group = grouped(render, envVars=[{"key": "SHARED", "value": CANARY}])
    linked = render.http.post(f"/env-groups/{group['id']}/services/{service['id']}")
    assert linked.json()["serviceLinks"] == [
        {"id": service["id"], "name": service["name"], "type": "web"}
    ]
    assert len(render.http.get(f"/services/{service['id']}/deploys").json()) == 1
    assert seen(render, service)["SHARED"] == CANARY
    own = render.http.get(f"/services/{service['id']}/env-vars").json()
    assert [each["envVar"]["key"] for each in own] == ["MODE"], "its own variables only"
    path = f"/env-groups/{group['id']}/services/{service['id']}"
    assert render.http.delete(path).status_code == 204
    assert "SHARED" not in seen(render, service)


def test_a_services_own_value_goes_first_and_then_that_of_the_group_linked_last(render, service):
    one = grouped(render, "one", envVars=[
        {"key": "MODE", "value": "lent"}, {"key": "BOTH", "value": "one"},
    ], serviceIds=[service["id"]])  # fmt: skip
    two = grouped(render, "two", envVars=[{"key": "BOTH", "value": "two"}])
    render.http.post(f"/env-groups/{two['id']}/services/{service['id']}")
    found = seen(render, service)
    assert (found["MODE"], found["BOTH"]) == ("first", "two")
    render.http.delete(f"/env-groups/{two['id']}")
    assert seen(render, service)["BOTH"] == "one"
    assert one["serviceLinks"][0]["id"] == service["id"]


def test_secret_files_are_lent_too_and_no_log_shows_a_lent_value(render, repository, machine):
    group = grouped(
        render,
        envVars=[{"key": "TOKEN", "value": CANARY}],
        secretFiles=[{"name": "key.pem", "content": "pem"}],
    )
    telling = files()["app.py"].replace(
        "http.server.ThreadingHTTPServer", "print('token', os.environ.get('TOKEN'), flush=True)\n"
        "http.server.ThreadingHTTPServer")  # fmt: skip
    repository.commit({**files(), "app.py": telling})
    service, deploy = render.create(repo=repository.url)
    render.settled(service["id"], deploy)
    render.http.post(f"/env-groups/{group['id']}/services/{service['id']}")
    assert seen(render, service)["TOKEN"] == CANARY
    assert machine.runs[-1].files == {"/etc/secrets/key.pem": "pem"}
    assert "token ***" in render.logs(service["id"])
    assert not any(CANARY in line for line in render.logs(service["id"]))


def test_values_are_put_and_dropped_one_by_one_and_the_whole_group_is_answered(render):
    group = grouped(render, envVars=[{"key": "A", "value": "a"}])
    path = f"/env-groups/{group['id']}"
    changed = render.http.put(f"{path}/env-vars/B", json={"generateValue": True}).json()
    values = {each["key"]: each["value"] for each in changed["envVars"]}
    assert values["A"] == "a"
    assert len(values["B"]) == 44
    assert changed["updatedAt"] > group["updatedAt"]
    assert render.http.get(f"{path}/env-vars/A").json() == {"key": "A", "value": "a"}
    render.http.put(f"{path}/secret-files/f", json={"content": "one"})
    replaced = render.http.put(f"{path}/secret-files/f", json={"content": "two"}).json()
    assert replaced["secretFiles"] == [{"name": "f", "content": "two"}]
    for part in ("env-vars/A", "secret-files/f"):
        assert render.http.delete(f"{path}/{part}").status_code == 204
        assert render.http.get(f"{path}/{part}").status_code == 404
        assert render.http.delete(f"{path}/{part}").status_code == 404
    assert render.http.get(path).json()["secretFiles"] == []


def test_lists_are_bare_newest_first_filtered_and_without_values(render):
    for name in ("one", "two"):
        grouped(render, name, envVars=[{"key": "A", "value": CANARY}])
    answer = render.http.get("/env-groups")
    assert [each["name"] for each in answer.json()] == ["two", "one"]
    assert CANARY not in answer.text
    assert [e["name"] for e in render.http.get("/env-groups", params={"name": "one"}).json()] == [
        "one"
    ]
    assert len(render.http.get("/env-groups", params={"limit": 1}).json()) == 1


def test_a_group_is_renamed_and_deleted_and_knows_no_deleted_service(render, service):
    group = grouped(render, serviceIds=[service["id"]])
    path = f"/env-groups/{group['id']}"
    assert render.http.patch(path, json={"name": "other"}).json()["name"] == "other"
    render.http.delete(f"/services/{service['id']}")
    assert render.http.get(path).json()["serviceLinks"] == []
    assert render.http.delete(path).status_code == 204
    assert render.http.get(path).status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"name": ""}, 400, "name is required"),
        ({"ownerId": "tea-nobody"}, 400, "invalid ownerId"),
        ({"envVars": [{"key": "1A", "value": ""}]}, 400, "invalid key"),
        ({"serviceIds": ["srv-none"]}, 404, "not found"),
        ({"environmentId": "evm-1"}, 501, "environments"),
    ],
)
def test_what_breaks_a_rule_makes_no_group(render, changes, status, said):
    body = {"name": "shared", "ownerId": OWNER, "envVars": [], **changes}
    answer = render.http.post("/env-groups", json=body)
    assert (answer.status_code, said in answer.text) == (status, True)
    assert render.http.get("/env-groups").json() == []


def test_nothing_is_lent_to_another_workspace(render, service):
    group = grouped(render, ownerId="tea-11111111111111111111")
    answer = render.http.post(f"/env-groups/{group['id']}/services/{service['id']}")
    assert (answer.status_code, "another workspace" in answer.text) == (400, True)


def test_renders_own_sdk_manages_groups(tmp_path, machine):
    with LiveRender(tmp_path / "sandbox", machine, nulls="strict") as render:
        body = EnvGroupPOSTInput(
            name="shared", owner_id=OWNER, env_vars=[EnvVarKeyValue(key="A", value="a")]
        )
        group = create_env_group.sync(client=render.sdk, body=body)
        found = retrieve_env_group.sync(group.id, client=render.sdk)
        assert [each.key for each in found.env_vars] == ["A"]
        [listed] = list_env_groups.sync(client=render.sdk)
        assert listed.id == group.id
        assert delete_env_group.sync_detailed(group.id, client=render.sdk).status_code == 204
