"""Protects the checks before the first resource: everything wrong at once, and nothing declared."""

import json
import runpy
import shutil

import pulumi
import pytest

from slipway.core.findings import Severity
from systems import SYSTEMS
from systems.config import StackConfig
from systems.plan import plan_systems
from tests.components.recorder import Recorder, record, run
from tests.systems.conftest import CHECKOUT
from tests.systems.raising import findings_of

PHI = {
    "model": "phi",
    "modelRepo": "other/phi-2",
    "modelFile": "phi-2.gguf",
    "trainHere": False,
    "modelRevision": "a" * 40,
    "modelMegabytes": 1740,
    "plan": "pro",
}
GIANT = {**PHI, "modelMegabytes": 26_000}


@pytest.fixture(autouse=True)
def composed(tmp_path, monkeypatch):
    """Contexts are composed in a checkout of the test's own."""
    for name in ("app", "Pulumi.yaml", "__main__.py"):
        (tmp_path / name).symlink_to(CHECKOUT / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLIPWAY_REGISTRY", "registry.example/me")
    monkeypatch.setenv("RENDER_API_KEY", "rnd_canary")
    monkeypatch.setenv("GITHUB_TOKEN", "canary-github-token")
    return tmp_path


@pytest.fixture
def found(stack_values):
    """What the checks of a system find with these values in place of the stack's."""

    def look(system, stack="dev", **changes):
        values = stack_values(stack)
        own = {**json.loads(values[f"slipway:{system}"]), **changes}
        values[f"slipway:{system}"] = json.dumps(own)
        seen = []
        record(lambda: seen.extend(findings_of(system)), values, stack=stack)
        return seen

    return look


def of(findings, severity):
    return [str(each) for each in findings if each.severity is severity]


def errors(findings):
    return of(findings, Severity.ERROR)


@pytest.mark.parametrize("stack", ["dev", "prod"])
@pytest.mark.parametrize("system", sorted(SYSTEMS))
def test_the_stacks_as_they_are_have_neither_errors_nor_warnings(found, system, stack):
    findings = found(system, stack)
    assert [str(each) for each in findings if each.severity is not Severity.NOTE] == []
    assert findings  # it says what it costs


def test_phi_2_is_refused_on_512_mb_with_the_remedy_and_fits_4_gb(found):
    [said] = errors(found("frigo", **{**PHI, "plan": "starter"}))
    assert said.startswith("frigo-gpt-dev: the model needs about")
    assert "512 MB" in said
    assert "smaller model" in said
    assert errors(found("frigo", **PHI)) == []


def test_a_model_that_no_build_can_fetch_in_time_is_refused_by_the_limit_that_is_set(found):
    giant = {**GIANT, "plan": "pro_ultra"}
    [said] = errors(found("frigo", **giant))
    assert "builds end after 45" in said
    assert errors(found("frigo", **giant, buildLimitMinutes=120)) == []
    assert errors(found("frigo", **giant, delivery="download")) == []


def test_a_model_that_the_disk_does_not_hold_is_refused(found):
    [said] = errors(found("frigo", **PHI, diskGigabytes=2))
    assert "2.2 GB and the disk has 2.0 GB" in said
    assert errors(found("frigo", **PHI, diskGigabytes=3)) == []


@pytest.mark.parametrize("name", ["RENDER_API_KEY", "HF_TOKEN", "SLIPWAY_REGISTRY"])
def test_what_the_environment_lacks_is_said_before_anything(found, monkeypatch, name):
    monkeypatch.delenv(name)
    [said] = errors(found("frigo"))
    assert f"Export {name}" in said


def test_somebody_elses_model_needs_its_size(found):
    theirs = {key: value for key, value in PHI.items() if key != "modelMegabytes"}
    [said] = errors(found("frigo", **theirs))
    assert "slipway:frigo.modelMegabytes is missing" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"region": "mars"}, "slipway:frigo.region: no region 'mars'"),
        ({"plan": "Premium 50GB"}, "use one of free (0.1 CPU, 512 MB)"),
    ],
)
def test_an_unknown_region_or_plan_is_refused_once_with_what_there_is(found, changes, said):
    [only] = errors(found("frigo", **changes))
    assert said in only


@pytest.mark.parametrize(
    ("plan", "price"),
    [
        ("starter", "3 on starter: 21 dollars a month"),
        ("standard", "75 dollars a month"),
        ("pro", "price not known"),
    ],
)
def test_prices_are_shown_where_they_are_confirmed(found, plan, price):
    notes = of(found("frigo", plan=plan), Severity.NOTE)
    assert any(price in each and "2026" in each for each in notes)


def test_a_space_shows_its_hourly_price_and_is_compared_with_its_hardware(found):
    basic = found("inference", **{k: PHI[k] for k in ("modelRepo", "modelFile")})
    assert any("0 dollars an hour" in each for each in of(basic, Severity.NOTE))
    theirs = {k: PHI[k] for k in ("modelRepo", "modelFile", "trainHere", "modelRevision")}
    said = errors(found("inference", **theirs, modelMegabytes=60_000))
    assert len(said) == 2
    assert "plan cpu-basic has 16384 MB" in said[0]
    assert "the disk has 50.0 GB" in said[1]
    [warning] = of(found("inference", **theirs), Severity.WARNING)
    assert "modelMegabytes is missing" in warning


@pytest.fixture
def app(composed):
    """A copy of the apps that a test may change."""
    (composed / "app").unlink()
    ignored = shutil.ignore_patterns("build", "__pycache__", ".*cache")
    shutil.copytree(CHECKOUT / "app", composed / "app", ignore=ignored)
    return composed / "app"


def test_a_copied_file_that_is_missing_and_a_package_that_is_are_both_named(found, app):
    (app / "frigo/chat/app_chat.py").unlink()
    kitchen = app / "frigo/kitchen/main_app.py"
    kitchen.write_text("import torch\n" + kitchen.read_text())
    said = errors(found("frigo"))
    assert any("COPY chat/app_chat.py" in each for each in said)
    assert any(
        each.startswith("frigo-app-dev: main_app.py imports torch and no requirement")
        for each in said
    )


def test_the_same_for_a_space(found, app):
    server = app / "inference/app/inference_server.py"
    server.write_text("import torch\n" + server.read_text())
    (app / "inference/gguf_header.py").unlink()
    dockerfile = app / "inference/Dockerfile"
    dockerfile.write_text(dockerfile.read_text().replace("USER 1000\n", ""))
    said = "\n".join(errors(found("inference")))
    assert "imports torch" in said
    assert "copies gguf_header.py" in said
    assert "runs as root" in said


def test_one_run_names_everything_of_every_system_and_declares_nothing(
    stack_values, app, monkeypatch
):
    monkeypatch.setattr(pulumi, "export", lambda *_: None)
    (app / "inference/requirements.txt").unlink()
    values = stack_values("dev")
    values["slipway:systems"] = json.dumps(["inference", "frigo"])
    own = {**json.loads(values["slipway:frigo"]), **GIANT, "plan": "starter", "region": "mars"}
    values["slipway:frigo"] = json.dumps({**own, "diskGigabytes": 10})
    recorder = Recorder()
    with pytest.raises(pulumi.RunError) as refusal:
        run(recorder, lambda: runpy.run_path(str(CHECKOUT / "__main__.py")), values)
    said = str(refusal.value)
    for part in ("requirements.txt", "minutes", "512 MB", "mars", "the disk has 10.0 GB"):
        assert part in said
    assert recorder.resources == {}


def test_warnings_and_prices_are_said_when_nothing_is_wrong(stack_values):
    values = stack_values("dev")
    values["slipway:systems"] = '["frigo"]'
    own = {**json.loads(values["slipway:frigo"]), "plan": "Standard (0.5 CPU, 512MB RAM)"}
    values["slipway:frigo"] = json.dumps(own)
    recorder = record(lambda: plan_systems(StackConfig.load(), SYSTEMS) and None, values)
    [warning] = recorder.warnings
    assert "is read as 'starter'" in warning


def test_a_protected_frigo_that_is_open_to_all_is_refused(stack_values):
    values = stack_values("prod")
    values["slipway:frigo"] = json.dumps(
        json.loads(values["slipway:frigo"]) | {"authRequired": False}
    )
    seen = []
    record(lambda: seen.extend(findings_of("frigo")), values, stack="prod")
    [said] = errors(seen)
    assert "anybody may retrain its model" in said


def refused(stack_values, **own):
    values = stack_values("dev") | {f"slipway:{key}": value for key, value in own.items()}
    with pytest.raises(pulumi.RunError) as refusal:
        run(Recorder(), lambda: runpy.run_path(str(CHECKOUT / "__main__.py")), values)
    return str(refusal.value)


def test_a_name_that_nothing_has_is_not_handed_over(stack_values):
    said = refused(stack_values, systems='["inference"]', adopt='["inference-dve"]')
    assert "slipway:adopt: this stack makes no Space, model repository" in said
    assert "called 'inference-dve'. Its names are inference-dev, tiny-phi-dev" in said


def test_a_login_needs_its_token_and_a_registry_that_render_knows(stack_values, monkeypatch):
    said = refused(stack_values, systems='["frigo"]', registryUser="me")
    assert "Export SLIPWAY_REGISTRY_TOKEN" in said
    monkeypatch.setenv("SLIPWAY_REGISTRY_TOKEN", "canary")
    said = refused(stack_values, systems='["frigo"]', registryUser="me")
    assert "Registry registry.example" in said
    assert "Set slipway:registryKind" in said
    said = refused(stack_values, systems='["frigo"]', registryUser="me", registryKind="GHCR")
    assert "slipway:registryKind is 'GHCR'; it must be one of GITHUB" in said


def test_on_a_mac_the_port_of_airplay_is_named_where_it_would_be_taken(found, monkeypatch):
    docker = {"host": "docker"}
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    said = of(found("frigo", **docker), Severity.WARNING)
    assert any("AirPlay Receiver of macOS listens on port 5000" in line for line in said)
    assert of(found("frigo", **docker, dockerPort=5100), Severity.WARNING) == []
    assert of(found("frigo"), Severity.WARNING) == []
    monkeypatch.setattr("platform.system", lambda: "Linux")
    assert of(found("frigo", **docker), Severity.WARNING) == []
