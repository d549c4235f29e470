"""Protects what frigo raises: one model, pinned by commit and sum, wherever it is fetched."""

import json
from functools import partial

import pytest

from slipway.github.secrets.kept_key import keep
from tests.components.recorder import OUTPUTS, record, unwrap
from tests.systems.conftest import CHECKOUT
from tests.systems.raising import raise_system

IMAGE = "docker-build:index:Image"
FACTS = "pulumi-python:dynamic/docker:ImageFacts"
DIGEST = "sha256:" + "c" * 64


@pytest.fixture(autouse=True)
def composed(tmp_path, monkeypatch):
    """In a folder of the test's own, with a registry that nothing is pushed to."""
    (tmp_path / "app").symlink_to(CHECKOUT / "app")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLIPWAY_REGISTRY", "registry.example/me")
    monkeypatch.setenv("RENDER_API_KEY", "rnd_canary")
    ref = f"registry.example/me/frigo/x:tag@{DIGEST}"
    monkeypatch.setitem(OUTPUTS, IMAGE, {"ref": ref, "digest": DIGEST})
    facts = {"size_bytes": 5.0, "model_layer": "sha256:d", "model_layer_bytes": 3.0}
    monkeypatch.setitem(OUTPUTS, FACTS, facts)


@pytest.fixture
def raised_as(stack_values):
    def raise_it(stack, **changes):
        values = stack_values(stack)
        own = {**json.loads(values["slipway:frigo"]), **changes}
        values["slipway:frigo"] = json.dumps(own)
        return record(lambda: raise_system("frigo"), values)

    return raise_it


@pytest.fixture
def raised(raised_as):
    return partial(raised_as, "dev")


def built_from(recorder, service="gpt"):
    return recorder[f"frigo-{service}-image"].inputs["buildArgs"]


def environment(recorder, service="gpt"):
    return recorder[f"frigo-{service}-service"].inputs["env"]


def test_the_model_is_pinned_by_commit_and_sum_in_the_build(raised):
    recorder = raised()
    asked = built_from(recorder)
    assert (asked["MODEL_REVISION"], asked["MODEL_SHA256"]) == ("d" * 40, "f" * 64)
    assert asked["MODEL_REPO"] == "slipway/frigo-tiny-dev"
    assert "MODEL_SHA256" not in environment(recorder)
    assert built_from(recorder, "app") == {"MODEL_DELIVERY": "none"}


def test_a_pinned_commit_takes_the_sum_that_the_stack_says_and_no_other(raised):
    assert "MODEL_SHA256" not in built_from(raised(modelRevision="e" * 40))
    asked = built_from(raised(modelRevision="e" * 40, modelSha256="a" * 64))
    assert (asked["MODEL_REVISION"], asked["MODEL_SHA256"]) == ("e" * 40, "a" * 64)


def test_delivered_at_the_start_the_service_is_told_the_same(raised):
    recorder = raised(delivery="download")
    told = environment(recorder)
    assert "MODEL_REPO" not in built_from(recorder)
    assert told["MODEL_REPO"] == "slipway/frigo-tiny-dev"
    assert (told["MODEL_REVISION"], told["MODEL_SHA256"]) == ("d" * 40, "f" * 64)
    assert told["MODEL_FILE"] == "tiny-phi.gguf"
    assert told["HF_ENDPOINT"].startswith("http")
    assert "MODEL_REPO" not in environment(recorder, "chat")


@pytest.mark.parametrize(("stack", "required"), [("dev", "false"), ("prod", "true")])
def test_prod_asks_for_keys_that_are_sealed_and_known_to_whom_they_concern(
    raised_as, stack, required
):
    recorder = raised_as(stack)
    keys = {"app": {"ADMIN_KEY", "SERVICE_KEY"}, "chat": {"SERVICE_KEY"}}
    keys["gpt"] = keys["app"]
    for service, expected in keys.items():
        inputs = recorder[f"frigo-{service}-service"].inputs
        assert inputs["env"]["AUTH_REQUIRED"] == required
        assert set(unwrap(inputs["secrets"])) == expected
    assert "canary-admin-key" not in repr(recorder.resources)
    assert "canary-service-key" not in repr(recorder.resources)


def test_without_a_given_key_one_is_drawn_for_people_and_one_for_peers(raised_as, monkeypatch):
    for name in ("FRIGO_ADMIN_KEY", "FRIGO_SERVICE_KEY"):
        monkeypatch.delenv(name)
    kept = {"kept": keep("canary-github-token", "drawn")}
    monkeypatch.setitem(OUTPUTS, "pulumi-python:dynamic/github:GeneratedKey", kept)
    recorder = raised_as("prod")
    drawn = recorder.of_type("pulumi-python:dynamic/github:GeneratedKey")
    assert {each.name for each in drawn} == {"frigo-admin-key", "frigo-service-key"}


def test_workspace_and_login_reach_all_that_render_gets(stack_values, monkeypatch):
    monkeypatch.setenv("SLIPWAY_REGISTRY", "ghcr.io/me")
    monkeypatch.setenv("SLIPWAY_REGISTRY_TOKEN", "canary-registry-token")
    values = stack_values("dev") | {
        "slipway:renderWorkspace": "acme",
        "slipway:registryUser": "me",
        "slipway:adopt": '["frigo-app-dev"]',
    }
    recorder = record(lambda: raise_system("frigo"), values)
    login = recorder["registry-credential"]
    assert (login.inputs["registry"], login.inputs["username"]) == ("GITHUB", "me")
    assert "canary-registry-token" not in json.dumps(unwrap(login.inputs["token"]))
    for key in ("app", "chat", "gpt"):
        service = recorder[f"frigo-{key}-service"].inputs
        assert service["owner"] == login.inputs["owner"] == "acme"
        assert service["source"]["registry_credential_id"] == "registry-credential-id"
        assert service["adopt"] == (key == "app")


def test_public_images_need_no_login(raised):
    recorder = raised()
    assert "registry-credential" not in recorder.resources
    assert "registry_credential_id" not in recorder["frigo-app-service"].inputs["source"]
