"""Where frigo's images run: tried on a Docker host if there is one, or served there."""

import json
from importlib.metadata import version

import pulumi
import pytest

from slipway.docker_host.host import VARIABLE
from slipway.errors import ConfigError
from tests.components.recorder import OUTPUTS, Recorder, clear_texts, record, run, unwrap
from tests.systems.conftest import CHECKOUT
from tests.systems.raising import raise_system

DIGEST = "sha256:" + "c" * 64
REF = f"registry.example/me/frigo/x:tag@{DIGEST}"
ENGINE = "unix:///run/engine.sock"
CONTAINER = "docker:index/container:Container"
SERVICE = "pulumi-python:dynamic/render:WebService"


@pytest.fixture(autouse=True)
def composed(tmp_path, monkeypatch):
    """In a folder of the test's own, with a registry and the plugin."""
    (tmp_path / "app").symlink_to(CHECKOUT / "app")
    (tmp_path / "plugins" / f"resource-docker-v{version('pulumi_docker')}").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    monkeypatch.setenv("SLIPWAY_REGISTRY", "registry.example/me")
    monkeypatch.setenv("RENDER_API_KEY", "rnd_canary")
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setitem(OUTPUTS, "docker-build:index:Image", {"ref": REF, "digest": DIGEST})
    facts = {"size_bytes": 5.0, "model_layer": "sha256:d", "model_layer_bytes": 3.0}
    monkeypatch.setitem(OUTPUTS, "pulumi-python:dynamic/docker:ImageFacts", facts)
    ports = [{"internal": 1, "external": 21005, "ip": "127.0.0.1", "protocol": "tcp"}]
    monkeypatch.setitem(OUTPUTS, CONTAINER, {"ports": ports})
    monkeypatch.setitem(OUTPUTS, "docker:index/network:Network", {"name": "net"})


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(pulumi.log, "info", lambda line, *_: lines.append(line))
    return lines


@pytest.fixture
def raised(stack_values):
    def raise_it(engine="", **changes):
        values = stack_values("dev")
        own = {**json.loads(values["slipway:frigo"]), **changes}
        values |= {"slipway:frigo": json.dumps(own), "slipway:dockerHost": engine}
        return record(lambda: raise_system("frigo"), values)

    return raise_it


def of_docker(recorder):
    return [each.name for each in recorder.resources.values() if each.type.startswith("docker:")]


def test_without_a_host_no_image_is_tried_and_that_is_said_once(raised, said):
    recorder = raised()
    assert (of_docker(recorder), recorder.of_type("pulumi:providers:docker")) == ([], [])
    assert [line for line in said if "image trial" in line] == [
        "Frigo: image trial: not run (slipway:dockerHost is empty)."
    ]
    assert len(recorder.of_type(SERVICE)) == 3


def test_each_image_is_tried_as_its_service_runs_it_before_render_gets_it(raised, said):
    recorder = raised(ENGINE)
    assert said == []
    for key, port in {"app": 5000, "chat": 5001, "gpt": 5002}.items():
        tried = recorder[f"frigo-{key}-trial-container"].inputs
        service = recorder[f"frigo-{key}-service"].inputs
        assert tried["envs"] == sorted(f"{k}={v}" for k, v in service["env"].items())
        assert (tried["memory"], tried["cpus"], f"PORT={port}" in tried["envs"]) == (
            512,
            "0.5",
            True,
        )
        assert service["source"]["ref" if "ref" in service["source"] else "image"]
        assert recorder[f"frigo-{key}-trial-run"].inputs["service"] == service["name"]


def test_an_image_that_downloads_its_model_at_the_start_is_not_tried(raised, said):
    recorder = raised(ENGINE, delivery="download")
    assert "frigo-gpt-trial-run" not in recorder.resources
    assert {"frigo-app-trial-run", "frigo-chat-trial-run"} <= set(recorder.resources)
    assert said == ["frigo-gpt-dev: image trial: not run (it downloads its model when it starts)."]


def test_served_on_docker_nothing_of_render_exists_and_no_address_is_set(raised):
    recorder = raised(ENGINE, host="docker", dockerPort=21000)
    assert recorder.of_type(SERVICE) == []
    containers = {each.name: each.inputs for each in recorder.of_type(CONTAINER)}
    assert set(containers) == {f"frigo-{key}-container" for key in ("app", "chat", "gpt")}
    published = [each["ports"][0] for each in containers.values()]
    assert {(each["internal"], each["external"]) for each in published} == {
        (5000, 21000),
        (5001, 21001),
        (5002, 21002),
    }
    told = {name: unwrap(each["envs"]) for name, each in containers.items()}
    assert not [env for envs in told.values() for env in envs if "_URL=" in env]
    assert "canary" not in "".join(clear_texts([each["envs"] for each in containers.values()]))
    for name, envs in told.items():
        assert "SERVICE_KEY=canary-service-key" in envs
        assert ("ADMIN_KEY=canary-admin-key" in envs) is (name != "frigo-chat-container")
    assert recorder.outputs["app"] == "http://127.0.0.1:21005"
    assert recorder.outputs["chat"] == "http://127.0.0.1:21005/health"


@pytest.mark.parametrize(
    ("engine", "changes", "said"),
    [
        ("", {"host": "docker"}, "names no engine"),
        (ENGINE, {"host": "moon"}, "it must be one of render, docker"),
        ("tcp://192.0.2.1:2375", {}, "192.0.2.1"),
        (ENGINE, {"host": "docker", "database": True}, "database"),
    ],
)
def test_a_host_that_is_not_there_is_refused_before_anything_is_declared(
    stack_values, engine, changes, said
):
    values = stack_values("dev")
    own = {**json.loads(values["slipway:frigo"]), **changes}
    values |= {"slipway:frigo": json.dumps(own), "slipway:dockerHost": engine}

    recorder = Recorder()
    with pytest.raises(ConfigError, match=said):
        run(recorder, lambda: raise_system("frigo"), values)
    assert recorder.resources == {}


def test_a_host_without_the_plugin_is_refused_with_the_command(raised, tmp_path, monkeypatch):
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("PULUMI_IGNORE_AMBIENT_PLUGINS", "true")
    with pytest.raises(ConfigError, match="pulumi plugin install resource docker"):
        raised(ENGINE)
