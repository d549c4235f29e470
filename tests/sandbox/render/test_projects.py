"""Projects and environments: there are none, none can be made, and nothing is put into one."""

import pytest
from render.public_api.api.projects_environments import (
    list_environments,
    list_projects,
    retrieve_project,
)

from tests.sandbox.render.live import OWNER, LiveRender, app, web

PROJECT, ENVIRONMENT = "prj-00000000000000000000", "evm-00000000000000000000"
IMAGE = {"ownerId": OWNER, "imagePath": "acme/shop:1"}
NEW_PROJECT = {"name": "shop", "ownerId": OWNER, "environments": [{"name": "production"}]}
NEW_ENVIRONMENT = {"name": "staging", "projectId": PROJECT}


@pytest.fixture
def shop(render, machine):
    machine.registry = {"docker.io/acme/shop:1": app("one")}
    return render.create("shop", image=IMAGE)[0]


@pytest.mark.parametrize(
    "path",
    [
        "/projects",
        f"/projects?ownerId={OWNER}&name=shop&limit=100&createdAfter=2026-01-01T00:00:00Z",
        f"/environments?projectId={PROJECT}",
        f"/environments?projectId={PROJECT}&ownerId={OWNER}&cursor=",
    ],
)
def test_none_is_listed(render, path):
    answer = render.http.get(path)
    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize(
    "path",
    [
        "/environments",
        "/projects?limit=0",
        "/projects?cursor=nonsense",
        f"/environments?projectId={PROJECT}&updatedBefore=yesterday",
    ],
)
def test_a_list_that_is_asked_for_wrongly_is_refused(render, path):
    assert render.http.get(path).status_code == 400


@pytest.mark.parametrize("path", [f"/projects/{PROJECT}", f"/environments/{ENVIRONMENT}"])
def test_whichever_is_named_is_not_found(render, path):
    answer = render.http.get(path)
    named = path.rpartition("/")[2]
    assert (answer.status_code, answer.json()["message"]) == (404, f"not found: {named}")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/projects", NEW_PROJECT),
        ("PATCH", f"/projects/{PROJECT}", {"name": "other"}),
        ("DELETE", f"/projects/{PROJECT}", None),
        ("POST", "/environments", NEW_ENVIRONMENT),
        ("PATCH", f"/environments/{ENVIRONMENT}", {"name": "other"}),
        ("DELETE", f"/environments/{ENVIRONMENT}", None),
        ("POST", f"/environments/{ENVIRONMENT}/resources", {"resourceIds": ["srv-x"]}),
        ("DELETE", f"/environments/{ENVIRONMENT}/resources?resourceIds=srv-x", None),
    ],
)
def test_writing_to_one_is_refused_by_name_and_makes_none(render, method, path, body):
    answer = render.http.request(method, path, json=body)
    assert answer.status_code == 501
    assert f"{method} /v1{path.partition('?')[0]}" in answer.json()["message"]
    assert render.http.get("/projects").json() == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/services", web("web", image=IMAGE)),
        ("/env-groups", {"name": "group", "ownerId": OWNER, "envVars": []}),
        (
            "/postgres",
            {"name": "data", "ownerId": OWNER, "plan": "basic_256mb", "version": "16"},
        ),
    ],
)
def test_what_is_made_for_an_environment_is_refused_by_name_and_not_made(render, path, body):
    answer = render.http.post(path, json={**body, "environmentId": ENVIRONMENT})
    assert answer.status_code == 501
    assert "environment" in answer.json()["message"]
    assert render.http.get(path).json() == []


def test_a_service_is_in_none_and_the_filter_finds_none(render, shop):
    assert "environmentId" not in render.http.get(f"/services/{shop['id']}").json()
    found = render.http.get("/services", params={"environmentId": ENVIRONMENT})
    assert (found.status_code, found.json()) == (200, [])


@pytest.mark.parametrize(
    "path", ["/blueprints", "/blueprints/exs-0", "/blueprints/exs-0/syncs", "/blueprints/validate"]
)
def test_a_blueprint_with_its_projects_is_refused_by_name(render, path):
    method = "POST" if path.endswith("validate") else "GET"
    answer = render.http.request(method, path)
    assert answer.status_code == 501
    assert f"{method} /v1{path}" in answer.json()["message"]


def test_render_s_own_sdk_reads_the_answers(tmp_path, machine):
    with LiveRender(tmp_path / "strict", machine, nulls="strict") as render:
        assert list_projects.sync(client=render.sdk) == []
        assert list_environments.sync(client=render.sdk, project_id=[PROJECT]) == []
        missing = retrieve_project.sync_detailed(PROJECT, client=render.sdk)
        assert missing.status_code == 404
