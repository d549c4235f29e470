"""Every rule through the real engine: broken, kept and undecided stacks, in all the ways there are.

What goes through `pulumi preview --policy-pack` goes, as a state, through `pulumi policy analyze`
and through the command of this project as well, and all three say the same.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from policies.cli import main
from policies.rules import ALL
from tests.policies.declared_stacks import ALWAYS_KNOWN, STACKS, UNKNOWN
from tests.systems.conftest import CHECKOUT
from toolchain.progress import Progress
from toolchain.pulumi.cli import ensure_pulumi
from toolchain.pulumi.environment import local_backend, pulumi_environment

pytestmark = [pytest.mark.e2e, pytest.mark.long]

BROKEN, KEPT, TOO_LITTLE = 0, 1, 2
# Their sound stacks do what another rule is about.
OTHERS_BREAK = ("settings-present",)
NOT_KNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # as the engine writes it
PROJECT = """\
name: trial
runtime:
  name: python
  options: {toolchain: pip, virtualenv: .venv}
"""
PROGRAM = """\
import json, pathlib
import pulumi
from pulumi.output import Unknown

def made(value):
    if value == "<unknown>":
        return pulumi.Output.from_input(Unknown())
    if isinstance(value, dict):
        return {key: made(each) for key, each in value.items()}
    return [made(each) for each in value] if isinstance(value, list) else value

for type_, name, inputs in json.loads(pathlib.Path("resources.json").read_text()):
    protect = inputs.pop("protect", None)
    pulumi.ComponentResource(type_, name, made(inputs), pulumi.ResourceOptions(protect=protect))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A program that declares what `resources.json` says, with the policy pack beside it."""
    folder = tmp_path_factory.mktemp("policies")
    (folder / "Pulumi.yaml").write_text(PROJECT)
    (folder / "__main__.py").write_text(PROGRAM)
    # A copy: it looks for its Python beside itself, and a checkout need not have a .venv.
    shutil.copytree(CHECKOUT / "policies", folder / "policies")
    (folder / "slipway").symlink_to(CHECKOUT / "components")
    (folder / ".venv").symlink_to(sys.prefix)
    names = {"names": {"Space acme/model": ["HF_MODEL_REPO"]}}
    settings = {"all": "mandatory", "settings-present": {"enforcementLevel": "mandatory", **names}}
    (folder / "mandatory.json").write_text(json.dumps(settings))
    state = folder / "state"
    state.mkdir()
    environment = {
        **os.environ,
        **pulumi_environment(ensure_pulumi(Progress()), folder),
        "PULUMI_BACKEND_URL": local_backend(state),
        "PULUMI_CONFIG_PASSPHRASE": "canary-passphrase",
    }

    def pulumi(*arguments, streaming="1"):
        return subprocess.run(
            ["pulumi", *arguments],
            cwd=folder,
            env={**environment, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": streaming},
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )

    made = pulumi("stack", "init", "prod", "--non-interactive")
    assert made.returncode == 0, made.stderr
    pulumi.folder = folder
    return pulumi


def resources(which, *rules):
    """[(type, name, inputs)] of some rules' stacks, named so that nobody's are mixed up."""
    return [
        (type_, f"{rule}-{at}", json.loads(json.dumps(inputs).replace("acme/w", f"{rule}/w")))
        for rule in rules
        for at, (type_, inputs) in enumerate(STACKS[rule][which])
    ]


def events(text):
    """[(rule, name of the resource or "", message)] of every violation the engine told of."""
    found = []
    for line in text.splitlines():
        said = json.loads(line).get("policyEvent") if line.startswith("{") else None
        if said:
            urn = said.get("resourceUrn", "")
            found.append((said["policyName"], urn.rpartition("::")[2], said["message"]))
    return found


PACK = ("--policy-pack", "policies", "--policy-pack-config", "mandatory.json")


def previewed(project, declared):
    (project.folder / "resources.json").write_text(json.dumps(declared))
    return project("preview", "--json", "--non-interactive", *PACK)


def state_file(folder, declared) -> Path:
    """The same resources as a state, which has no unknown values but may have hidden ones."""

    def hidden(value):
        return json.loads(json.dumps(value).replace(json.dumps(UNKNOWN), '"[secret]"'))

    known = [
        {
            "urn": f"urn:pulumi:prod::trial::{type_}::{name}",
            "custom": False,
            "type": type_,
            "protect": bool(inputs.get("protect")),
            "inputs": {key: hidden(value) for key, value in inputs.items() if key != "protect"},
        }
        for type_, name, inputs in declared
    ]
    manifest = {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""}
    path = folder / "exported.json"
    path.write_text(
        json.dumps({"version": 3, "deployment": {"manifest": manifest, "resources": known}})
    )
    return path


def analyzed(project, declared):
    path = state_file(project.folder, declared)
    return project("policy", "analyze", "--json", "--file", str(path), *PACK)


def commanded(project, declared, capsys):
    path = state_file(project.folder, declared)
    settings = project.folder / "mandatory.json"
    code = main(["state", str(path), "--settings", str(settings), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_an_update_is_stopped_before_anything_is_made(project):
    (project.folder / "resources.json").write_text(json.dumps(resources(BROKEN, "secret-names")))
    up = project("up", "--yes", "--skip-preview", "--non-interactive", *PACK)
    assert up.returncode != 0
    assert "secret-names" in up.stdout
    exported = json.loads(project("stack", "export").stdout)["deployment"].get("resources") or []
    assert not any("secret-names-0" in each["urn"] for each in exported)


def test_a_program_that_declares_nothing_is_stopped_by_nothing(project):
    preview = previewed(project, [])
    assert (preview.returncode, events(preview.stdout)) == (0, []), preview.stdout


def test_no_settings_make_a_rule_blind_in_silence(project):
    (project.folder / "blind.json").write_text('{"all": "disabled", "ports-agree": "mandatory"}')
    (project.folder / "resources.json").write_text(json.dumps(resources(BROKEN, "ports-agree")))
    pack = (*PACK[:-1], "blind.json")
    preview = project("preview", "--json", "--non-interactive", *pack)
    assert preview.returncode != 0
    assert [rule for rule, *_ in events(preview.stdout)] == ["ports-agree"]


def test_every_rule_has_its_stacks():
    assert set(STACKS) == {each.name for each in ALL}


@pytest.fixture(scope="module")
def broken(project):
    """All broken stacks side by side: (the preview, the analysis of them as a state)."""
    declared = resources(BROKEN, *STACKS)
    return previewed(project, declared), analyzed(project, declared)


@pytest.mark.parametrize("rule", STACKS)
def test_a_broken_rule_stops_the_preview_and_names_what_breaks_it(rule, broken):
    for ended in broken:
        assert ended.returncode != 0, ended.stdout
        about = [name for said, name, _ in events(ended.stdout) if said == rule]
        # The budget is the whole stack's.
        assert any(name.startswith(f"{rule}-") or rule == "monthly-budget" for name in about), about


def test_the_preview_the_analysis_and_the_command_say_the_same(project, broken, capsys):
    preview, analysis = ({each[:2] for each in events(ended.stdout)} for ended in broken)
    code, results = commanded(project, resources(BROKEN, *STACKS), capsys)
    assert code == 1
    assert preview == analysis
    mine = {
        (each["rule"], each["urn"].rpartition("::")[2])
        for each in results
        if each["outcome"] == "broken"
    }
    stack = {name for rule, name in preview if rule == "monthly-budget"}
    assert {(rule, "" if name in stack else name) for rule, name in preview} - {
        ("undecided", "")
    } == mine


def test_stacks_that_keep_their_rules_pass_side_by_side(project, capsys):
    declared = resources(KEPT, *(rule for rule in STACKS if rule not in OTHERS_BREAK))
    preview, analysis = previewed(project, declared), analyzed(project, declared)
    assert (preview.returncode, events(preview.stdout)) == (0, []), preview.stdout
    assert (analysis.returncode, events(analysis.stdout)) == (0, []), analysis.stdout
    assert commanded(project, declared, capsys) == (0, [])


@pytest.mark.parametrize("rule", OTHERS_BREAK)
def test_what_keeps_one_rule_and_breaks_another_is_not_said_to_break_the_first(
    rule, project, capsys
):
    _, results = commanded(project, resources(KEPT, rule), capsys)
    assert results
    assert rule not in {each["rule"] for each in results}


def test_what_is_not_known_is_never_passed_over_in_silence(project):
    preview = previewed(project, resources(TOO_LITTLE, *STACKS))
    said = events(preview.stdout)
    undecided = "\n".join(message for rule, _, message in said if rule == "undecided")
    for rule in STACKS:
        if rule in ALWAYS_KNOWN:
            assert any(name.startswith(f"{rule}-") for each, name, _ in said if each == rule), rule
        else:
            assert f"{rule}, not known yet" in undecided, rule
    assert not any("can't run policy" in message for *_, message in said)


def test_a_plan_in_a_file_is_read_as_the_engine_wrote_it(project, tmp_path, capsys):
    """All stacks' resources of which too little is known, in one plan."""
    (project.folder / "resources.json").write_text(json.dumps(resources(TOO_LITTLE, *STACKS)))
    plan = project("preview", "--json", "--non-interactive", streaming="0")
    (tmp_path / "plan.json").write_text(plan.stdout)
    settings = str(project.folder / "mandatory.json")
    assert main(["plan", str(tmp_path / "plan.json"), "--settings", settings, "--json"]) == 1
    found = {(each["rule"], each["outcome"]) for each in json.loads(capsys.readouterr().out)}
    for rule in STACKS:
        assert (rule, "broken" if rule in ALWAYS_KNOWN else "undecided") in found, rule


def test_no_value_of_a_secret_is_ever_said(project):
    canary = "canary-4711-of-a-secret"
    type_, inputs = STACKS["secret-names"][BROKEN][0]
    inputs = {**inputs, "variables": {"API_KEY": canary, "DATABASE_URL": f"pg://u:{canary}@h/d"}}
    preview = previewed(project, [(type_, "x", inputs)])
    messages = events(preview.stdout)
    assert {"secret-names", "plaintext-database"} <= {rule for rule, *_ in messages}
    assert not any(canary in message for *_, message in messages)
