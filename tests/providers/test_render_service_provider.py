"""Protects the life of a Render service: one call makes it, only its own keys are touched."""

import pytest

from sandbox.http.faults import Answer, CutAfter
from slipway.errors import ApiError, DeployError
from slipway.render.api.client import RenderClient
from slipway.render.service.provider import ServiceProvider
from slipway.render.service.static_site_provider import StaticSiteProvider
from tests.providers.case import OUR_MARK
from tests.providers.engine import Engine
from tests.providers.render_platform import IMAGE, OWNER, sealed_for_render

MARK = "SLIPWAY_STACK"

pytestmark = pytest.mark.usefixtures("render")


@pytest.fixture
def engine():
    return Engine(ServiceProvider)


@pytest.fixture
def up(engine, render, service_inputs):
    """Brings the service to the inputs with these changes, and forgets the requests before."""

    def run(**changes):
        render.mark()
        return engine.up(service_inputs(**changes))

    return run


# --- creation


def test_one_call_makes_the_service_with_all_that_its_first_deploy_needs(up, render, engine):
    up(
        initial_env={"PEER_URL": "https://peer.onrender.com"},
        secret_files=sealed_for_render(**{"key.json": "{}"}),
        health_path="/health",
        instances=2,
    )
    assert render.writes() == ["POST it"]
    assert render.env(engine.id) == {
        "REVISION": "r1",
        "MODE": "fast",
        "API_KEY": "canary-of-a-secret",
        "PEER_URL": "https://peer.onrender.com",
        MARK: OUR_MARK,
    }
    live = render.call("GET", f"/services/{engine.id}")
    assert live["serviceDetails"]["healthCheckPath"] == "/health"
    assert live["serviceDetails"]["numInstances"] == 2
    assert live["serviceDetails"]["region"] == "frankfurt"
    assert (live["autoDeployTrigger"], live["imagePath"]) == ("off", f"{IMAGE}:1")
    files = render.call("GET", f"/services/{engine.id}/secret-files")
    assert [each["secretFile"] for each in files] == [{"name": "key.json", "content": "{}"}]


def test_creation_ends_before_the_first_deploy_does_and_names_it(up, engine, render):
    up(source={"image": "elsewhere/none:1"})
    (deploy,) = render.deploys(engine.id)
    assert engine.outputs["first_deploy"] == deploy["id"]


def test_a_lost_answer_to_the_creation_makes_no_second_service(up, engine, render, service_name):
    fault = render.fault(CutAfter(), path="/services$", method="POST")
    assert up() == "created"
    assert render.faults.hits(fault) == 1
    (service,) = render.named(service_name)
    assert engine.id == service["id"]
    (deploy,) = render.deploys(engine.id)
    assert engine.outputs["first_deploy"] == deploy["id"]


def test_a_second_creation_takes_up_the_first_and_its_deploy(engine, up, render, service_inputs):
    up()
    second = Engine(ServiceProvider)
    render.mark()
    assert second.up(service_inputs()) == "created"
    assert (second.id, render.writes()) == (engine.id, [])
    assert second.outputs["first_deploy"] == engine.outputs["first_deploy"]


def test_a_service_that_was_deployed_since_is_deployed_again_by_who_takes_it_up(
    engine, up, render, service_inputs
):
    up()
    render.call("POST", f"/services/{engine.id}/deploys", json={})
    second = Engine(ServiceProvider)
    second.up(service_inputs())
    assert second.outputs["first_deploy"] == ""


@pytest.mark.parametrize("stack", ["slipway/prod", None])
def test_a_service_of_somebody_else_is_refused_and_left_alone(engine, up, render, stack):
    up()
    if stack:
        render.call("PUT", f"/services/{engine.id}/env-vars/{MARK}", json={"value": stack})
    else:
        render.call("DELETE", f"/services/{engine.id}/env-vars/{MARK}")
    render.mark()
    whose = f"belongs to stack {stack}" if stack else "was not made by this stack"
    with pytest.raises(DeployError, match=rf"{engine.id}\): it exists already and {whose}"):
        Engine(ServiceProvider).up(engine.inputs)
    assert render.writes() == []


def test_what_is_handed_over_is_brought_to_what_is_declared_and_keeps_the_rest(
    engine, up, render, service_inputs
):
    up(env={"REVISION": "old", "THEIRS": "kept"}, health_path="/theirs", mark="slipway/prod@1.2")
    second = Engine(ServiceProvider)
    render.mark()
    second.up(service_inputs(adopt=True, plan="standard"))
    assert second.id == engine.id
    assert second.outputs["first_deploy"] == ""
    assert render.writes() == ["PATCH it", *[f"PUT env-vars/{k}" for k in _names(render)]]
    env = render.env(engine.id)
    assert (env["REVISION"], env["THEIRS"], env[MARK]) == ("r1", "kept", OUR_MARK)
    details = render.call("GET", f"/services/{engine.id}")["serviceDetails"]
    assert (details["plan"], details["healthCheckPath"]) == ("standard", "/theirs")
    assert second.up(service_inputs(adopt=True, plan="standard")) == "same"


def _names(_render):
    return ["MODE", "REVISION", MARK]


def test_a_service_in_another_region_can_not_be_taken_up(up, service_inputs):
    up()
    with pytest.raises(DeployError, match="it is a web_service in frankfurt"):
        Engine(ServiceProvider).up(service_inputs(region="oregon"))


# --- an update that fails on its way


PARTLY = "Part of it may be written; if you take the change back, run `pulumi up --refresh`."


def test_a_change_written_in_part_says_so_and_is_taken_back_by_a_refresh(
    engine, up, render, service_inputs
):
    up()
    render.fault(Answer(400), path="/env-vars/REVISION", method="PUT", times=None)
    with pytest.raises(DeployError) as failed:
        up(env={"MODE": "slow", "NEW": "1", "REVISION": "r2"})
    assert str(failed.value).endswith(PARTLY)
    render.faults.clear()
    assert "NEW" not in render.env(engine.id), "no state knows of it"
    assert engine.refresh()
    assert engine.up(service_inputs()) == "updated"
    assert render.env(engine.id)["MODE"] == "fast"
    assert engine.up(service_inputs()) == "same"


def test_a_change_of_which_nothing_was_written_says_no_such_thing(up, render):
    up()
    render.fault(Answer(400), path="/env-vars/MODE", method="PUT", times=None)
    with pytest.raises(DeployError) as failed:
        up(env={"MODE": "slow", "REVISION": "r1"})
    assert PARTLY not in str(failed.value)


def test_what_works_at_once_is_changed_last(up, render):
    up()
    up(instances=3, plan="standard", env={"MODE": "slow", "REVISION": "r1"})
    assert render.writes() == ["PATCH it", "PUT env-vars/MODE", "POST scale"]


# --- replacement


@pytest.mark.parametrize(
    ("changes", "key"), [({"region": "oregon"}, "region"), ({"owner": "tea-other"}, "owner")]
)
def test_what_render_can_not_change_replaces_and_deletes_first(
    engine, up, service_inputs, changes, key
):
    up()
    difference = engine.diff(service_inputs(**changes))
    assert difference.replaces == [key]
    assert difference.delete_before_replace


def test_a_workspace_by_another_word_is_the_same_workspace(engine, up, service_inputs):
    up()
    same = service_inputs(owner=engine.outputs["owner_id"])
    assert not engine.diff(same).changes


# --- updates


def written(up, render, engine, **changes):
    """What an update writes, and whether it asks for a deploy."""
    up()
    before = engine.outputs["revision"]
    assert up(**changes) == "updated"
    return render.writes(), engine.outputs["revision"] != before


IMAGE_TWO = {"source": {"image": f"{IMAGE}:2"}}


@pytest.mark.parametrize(
    ("changes", "writes", "deploys"),
    [
        ({"env": {"REVISION": "r2", "MODE": "fast"}}, ["PUT env-vars/REVISION"], True),
        ({"env": {"REVISION": "r1"}}, ["DELETE env-vars/MODE"], True),
        ({"secrets": sealed_for_render(API_KEY="two")}, ["PUT env-vars/API_KEY"], True),
        ({"secrets": {}}, ["DELETE env-vars/API_KEY"], True),
        ({"secret_files": sealed_for_render(a="1")}, ["PUT secret-files/a"], True),
        ({"plan": "standard"}, ["PATCH it"], True),
        (IMAGE_TWO, ["PATCH it"], True),
        ({"health_path": "/h"}, ["PATCH it"], True),
        ({"command": "run"}, ["PATCH it"], True),
        ({"pre_deploy_command": "migrate"}, ["PATCH it"], True),
        ({"auto_deploy": "commit"}, ["PATCH it"], False),
        ({"name": "renamed"}, ["PATCH it"], False),
        ({"instances": 3}, ["POST scale"], False),
        ({"plan": "standard", "health_path": "/h"}, ["PATCH it"], True),
    ],
)
def test_an_update_writes_what_differs_and_asks_for_a_deploy_where_that_needs_one(
    up, render, engine, service_name, changes, writes, deploys
):
    if "name" in changes:
        changes = {"name": f"{service_name}-renamed"}
    assert written(up, render, engine, **changes) == (writes, deploys)
    if deploys:
        assert engine.outputs["first_deploy"] == ""


def test_a_run_that_died_after_its_last_write_has_yet_to_be_deployed(
    engine, up, render, service_inputs
):
    up()
    before = engine.outputs["revision"]
    news = service_inputs(env={"REVISION": "r2"})
    engine.provider.update(engine.id, engine.outputs, news)  # and nobody notes what it returns
    render.mark()
    assert engine.up(news) == "updated"
    assert render.writes() == []
    assert engine.outputs["revision"] != before


def test_a_patch_holds_the_changed_keys_alone(up, monkeypatch):
    up(health_path="/h", command="run")
    sent = []
    patch = RenderClient.patch_service

    def noted(self, service, body):
        sent.append(body)
        return patch(self, service, body)

    monkeypatch.setattr(RenderClient, "patch_service", noted)
    up(health_path="/h", command="run", plan="standard")
    up(command="run", plan="standard")
    assert sent == [
        {"serviceDetails": {"plan": "standard"}},
        {"serviceDetails": {"healthCheckPath": ""}},
    ]


def test_what_others_set_survives_every_update(engine, up, render):
    up()
    render.call("PUT", f"/services/{engine.id}/env-vars/THEIRS", json={"value": "kept"})
    render.call("PUT", f"/services/{engine.id}/secret-files/theirs", json={"content": "kept"})
    render.call(
        "PATCH", f"/services/{engine.id}", json={"serviceDetails": {"healthCheckPath": "/t"}}
    )
    up(env={f"K{n}": str(n) for n in range(30)}, secret_files=sealed_for_render(a="1"))
    up(env={}, secrets={}, plan="standard")
    assert render.env(engine.id) == {"THEIRS": "kept", MARK: OUR_MARK}
    files = render.call("GET", f"/services/{engine.id}/secret-files")
    assert [each["secretFile"]["name"] for each in files] == ["theirs"]
    details = render.call("GET", f"/services/{engine.id}")["serviceDetails"]
    assert details["healthCheckPath"] == "/t"


def test_a_repository_takes_the_place_of_an_image_and_back(engine, up, render, repository):
    up()
    source = {"url": repository.url, "root_dir": "", "dockerfile_path": "./Dockerfile"}
    source |= {"docker_context": "."}
    assert up(source=source) == "updated"
    live = render.call("GET", f"/services/{engine.id}")
    assert (live["repo"], live["serviceDetails"]["runtime"]) == (repository.url, "docker")
    assert engine.refresh()
    assert up(source=source) == "same"
    assert up() == "updated"
    assert render.call("GET", f"/services/{engine.id}")["imagePath"] == f"{IMAGE}:1"


def test_after_another_api_key_nothing_is_written_and_nothing_deployed(
    engine, up, render, service_inputs
):
    """Sealed under another key the same value looks different, and only the digest tells."""
    up()
    render.mark()
    engine.outputs = {**engine.outputs, "secrets": {"API_KEY": "sealed:underanother"}}
    assert engine.up(service_inputs()) == "same"
    assert render.requests() == []


def test_a_suspended_service_takes_settings(engine, up, render):
    up()
    render.call("POST", f"/services/{engine.id}/suspend")
    assert up(env={"REVISION": "r2"}) == "updated"
    assert engine.outputs["suspended"] is True
    assert render.env(engine.id)["REVISION"] == "r2"


# --- deletion


def test_a_deletion_frees_the_name(engine, up, render, service_name):
    up()
    engine.destroy()
    assert render.named(service_name) == []


@pytest.mark.parametrize(
    ("policy", "suspended"), [("suspend", "suspended"), ("retain", "not_suspended")]
)
def test_a_delete_policy_spares_the_service(engine, up, render, service_name, policy, suspended):
    up(delete_policy=policy)
    engine.destroy()
    (service,) = render.named(service_name)
    assert service["suspended"] == suspended


def test_a_free_service_is_told_nothing_of_what_it_lacks(engine, up):
    up(plan="free")
    assert up(plan="free", env={"REVISION": "r2"}) == "updated"
    assert engine.refresh()
    assert up(plan="free", env={"REVISION": "r2"}) == "same"


def test_a_refusal_of_the_platform_is_told_in_its_words(up, render):
    render.fault(
        Answer(402, body='{"message": "Payment information is required"}'),
        path="/services$",
        method="POST",
    )
    with pytest.raises(ApiError, match=r"Payment information is required.*/billing"):
        up()


# --- static sites


def test_a_static_site_lives_by_the_same_rules(render, service_name, repository):
    repository.commit(**{"index.html": "hello"})
    inputs = {
        "type": "static_site",
        "name": service_name,
        "owner": "",
        "source": {"url": repository.url, "root_dir": ""},
        "build_command": None,
        "publish_path": ".",
        "env": {"MODE": "fast"},
        "auto_deploy": "off",
        "mark": OUR_MARK,
        "adopt": False,
        "delete_policy": "delete",
    }
    engine = Engine(StaticSiteProvider)
    assert engine.up(inputs) == "created"
    assert engine.refresh()
    assert engine.up(inputs) == "same"
    assert engine.up({**inputs, "publish_path": "public"}) == "updated"
    render.mark()
    theirs = {"serviceDetails": {"publishPath": "theirs"}}
    render.call("PATCH", f"/services/{engine.id}", json=theirs)
    engine.refresh()
    assert engine.up({**inputs, "publish_path": "public"}) == "updated"
    engine.destroy()
    assert render.named(service_name) == []


# --- taking away


def test_an_image_that_needs_no_login_any_more_loses_it(up, render, engine):
    body = {"name": "login-of-the-taken-away", "registry": "GITHUB", "username": "ann"}
    login = render.call(
        "POST", "/registrycredentials", json={**body, "authToken": "x", "ownerId": OWNER}
    )
    source = {"image": f"{IMAGE}:1", "registry_credential_id": login["id"]}
    up(source=source)
    live = render.call("GET", f"/services/{engine.id}")
    assert live["registryCredential"]["id"] == login["id"]
    assert up(source={"image": f"{IMAGE}:1"}) == "updated"
    assert not render.call("GET", f"/services/{engine.id}").get("registryCredential")
    assert up(source={"image": f"{IMAGE}:1"}) == "same"


def test_a_branch_that_is_not_declared_any_more_is_refused_before_any_call(up, render, repository):
    source = {"url": repository.url, "branch": "main", "root_dir": ""}
    source |= {"dockerfile_path": "./Dockerfile", "docker_context": "."}
    up(source=source)
    render.mark()
    with pytest.raises(DeployError, match=r"branch main is not declared any more.*Name the branch"):
        up(source={key: value for key, value in source.items() if key != "branch"})
    assert render.writes() == []


@pytest.mark.parametrize("key", ["health_path", "command", "pre_deploy_command"])
def test_a_text_that_is_taken_away_is_emptied(up, render, engine, key):
    up(**{key: "/set"})
    assert up(**{key: None}) == "updated"
    details = render.call("GET", f"/services/{engine.id}")["serviceDetails"]
    assert "/set" not in str(details)
    assert up(**{key: None}) == "same"
