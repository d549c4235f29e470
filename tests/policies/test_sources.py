"""What the rules are asked about in files: states and plans, Blueprints, folders of Spaces."""

import json

import pytest

from policies.cli import main
from policies.declared import everything_of
from policies.sources import pulumi_json, render_blueprint, space_folder
from policies.things import Database, Kept, Service
from policies.values import UNKNOWN
from slipway.errors import ConfigError

SPACE = "urn:pulumi:prod::slipway::slipway:huggingface:Space::demo"
KEPT = (
    "urn:pulumi:prod::slipway::slipway:huggingface:Space$"
    "pulumi-python:dynamic/huggingface:Space::demo-space"
)
SECRET = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    "ciphertext": "v1",
}
NOT_KNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def states(**variables):
    return [
        {
            "urn": SPACE,
            "inputs": {
                "repo_id": "acme/demo",
                "hardware": "cpu-basic",
                "variables": {"AUTH_REQUIRED": "true", **variables},
                "secret_names": ["API_KEY"],
                "secret_digests": {"API_KEY": "1"},
            },
        },
        {"urn": KEPT, "parent": SPACE, "protect": True, "inputs": {"repo_id": "acme/demo"}},
        {"urn": KEPT, "delete": True, "inputs": {"repo_id": "acme/old"}},
    ]


@pytest.fixture
def state(tmp_path):
    def write(**variables):
        path = tmp_path / "state.json"
        path.write_text(
            json.dumps({"version": 3, "deployment": {"resources": states(**variables)}})
        )
        return path

    return write


def test_a_state_is_read_with_secrets_and_unknown_values_as_such(state):
    path = state(TOKEN_FILE=SECRET, GREETING="[secret]", REVISION=NOT_KNOWN)
    everything = everything_of(pulumi_json.read(path))
    [service] = everything.of(Service)
    hidden = [service.variables[name] for name in ("TOKEN_FILE", "GREETING", "REVISION")]
    assert all(each is UNKNOWN for each in hidden)
    assert [each.protect for each in everything.of(Kept)] == [True]  # what goes is left out


def test_a_plan_is_read_by_what_it_will_leave(tmp_path):
    steps = [{"op": "create", "newState": each} for each in states()[:2]]
    steps.append({"op": "delete", "oldState": states()[0]})
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"steps": steps}))
    assert len(everything_of(pulumi_json.read(path)).things) == 2


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"deployment": {"resources": []}}'])
def test_what_is_no_state_is_refused(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(ConfigError, match=r"x\.json"):
        pulumi_json.read(path)


def test_the_command_takes_the_settings_of_the_states_own_stack(state, capsys):
    assert main(["state", str(state())]) == 0
    assert main(["state", str(state(DEBUG="true"))]) == 1
    assert "debug-off" in capsys.readouterr().out
    assert main(["state", str(state(DEBUG="true")), "--stack", "dev"]) == 0


def test_the_command_gives_the_results_as_data(state, capsys):
    assert main(["state", str(state(DEBUG="true")), "--json"]) == 1
    [result] = json.loads(capsys.readouterr().out)
    assert result == {
        "rule": "debug-off",
        "severity": "high",
        "level": "mandatory",
        "outcome": "broken",
        "object": "Space acme/demo",
        "urn": SPACE,
        "why": result["why"],
        "remedy": result["remedy"],
        "unknown": "",
    }
    assert "DEBUG" in result["why"]


def test_what_can_not_be_read_ends_the_command_with_2(tmp_path, capsys):
    assert main(["state", str(tmp_path / "gone.json")]) == 2
    assert "no such file" in capsys.readouterr().err


BLUEPRINT = """
envVarGroups:
  - name: shared
    envVars:
      - {key: LOG_LEVEL, value: INFO}
      - {key: SHARED_KEY, sync: false}
services:
  - type: web
    name: app
    runtime: docker
    plan: standard
    region: frankfurt
    rootDir: app
    numInstances: 2
    autoDeployTrigger: "off"
    envVars:
      - {key: AUTH_REQUIRED, value: true}
      - {key: PORT, value: 5000}
      - {key: API_KEY, generateValue: true}
      - {key: DATABASE_URL, fromDatabase: {name: db, property: connectionString}}
      - {key: CHAT_URL, fromService: {name: chat, type: web, property: host}}
      - {fromGroup: shared}
  - type: web
    name: page
    runtime: static
    staticPublishPath: public
databases:
  - {name: db, plan: basic-256mb, region: ohio}
"""


@pytest.fixture
def blueprint(tmp_path):
    (tmp_path / "render.yaml").write_text(BLUEPRINT)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Dockerfile").write_text("FROM python:3.11\nEXPOSE 5001\n")
    return tmp_path / "render.yaml"


def test_a_blueprint_is_read_with_its_groups_and_dockerfiles(blueprint):
    everything = render_blueprint.read(blueprint)
    app, page = everything.of(Service)
    assert (app.kind, app.plan, app.region, app.instances) == (
        "web_service",
        "standard",
        "frankfurt",
        2,
    )
    assert app.secrets == {"API_KEY", "DATABASE_URL", "SHARED_KEY"}
    assert (app.variables["AUTH_REQUIRED"], app.variables["LOG_LEVEL"]) == ("true", "INFO")
    assert app.variables["CHAT_URL"] is UNKNOWN
    assert (app.port, app.dockerfile.exposed_ports, app.pushes_deploy) == (5000, (5001,), False)
    assert page.kind == "static_site"
    assert [(each.plan, each.region) for each in everything.of(Database)] == [
        ("basic_256mb", "ohio")
    ]


def test_the_rules_tell_of_a_blueprint(blueprint, capsys):
    assert main(["render", str(blueprint), "--json"]) == 1
    found = {
        each["rule"] for each in json.loads(capsys.readouterr().out) if each["level"] == "mandatory"
    }
    assert {"ports-agree", "image-non-root"} <= found


def test_what_a_blueprint_leaves_out_is_what_render_takes(tmp_path):
    (tmp_path / "render.yaml").write_text("services: [{type: web, name: x, runtime: python}]")
    [service] = render_blueprint.read(tmp_path / "render.yaml").of(Service)
    assert (service.plan, service.region, service.pushes_deploy) == ("starter", "oregon", True)


@pytest.mark.parametrize("text", ["", "[]", "a: b", "services: [\n"])
def test_what_is_no_blueprint_is_refused(tmp_path, text):
    (tmp_path / "render.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"render\.yaml"):
        render_blueprint.read(tmp_path / "render.yaml")


def test_a_dockerfile_outside_of_the_blueprints_folder_is_not_looked_at(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM x\nEXPOSE 1\n")
    (tmp_path / "in").mkdir()
    service = "{type: web, name: x, runtime: docker, dockerfilePath: ../Dockerfile}"
    (tmp_path / "in" / "render.yaml").write_text(f"services: [{service}]")
    [service] = render_blueprint.read(tmp_path / "in" / "render.yaml").of(Service)
    assert service.dockerfile is None


def test_a_spaces_folder_is_read_by_its_front_matter_and_dockerfile(tmp_path, capsys):
    (tmp_path / "README.md").write_text("---\ntitle: Demo\nsdk: docker\n---\n# Demo\n")
    (tmp_path / "Dockerfile").write_text(
        "FROM python:3.11-slim\nENV HF_TOKEN=x\nUSER 1000\nEXPOSE 8000\n"
    )
    [service] = space_folder.read(tmp_path).of(Service)
    assert (service.label, service.port) == ("Space Demo", 7860)
    assert main(["space", str(tmp_path / "README.md"), "--json"]) == 1
    found = {each["rule"] for each in json.loads(capsys.readouterr().out)}
    assert {"ports-agree", "build-secrets", "secret-names"} <= found


@pytest.mark.parametrize("text", [None, "# Demo\n", "---\n---\n", "---\n- a\n---\n"])
def test_what_is_no_spaces_readme_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "README.md").write_text(text)
    with pytest.raises(ConfigError, match="README"):
        space_folder.read(tmp_path)
