"""Kept plans: only the approved one runs, and what it was made from has to hold still."""

import json
import subprocess
from pathlib import Path

import pytest

from doors.delivery.__main__ import main
from doors.delivery.engine import Engine
from doors.delivery.plans import BASIS, KEPT, SHOWN, UnfitPlanError, carry_out, digest, make_plan
from toolchain.progress import SetupError

CHECKOUT = Path(__file__).parents[2]
STATE = {"deployment": {"manifest": {"time": "then"}, "resources": []}}
SUMMARY = json.dumps({"summaryEvent": {"resourceChanges": {}}}) + "\n"
# What the engine says of a step that goes beyond the plan; the value of a secret would stand there.
BREACH = (
    "    error: resource urn:pulumi:dev::slipway::a$b:c:D::board-space violates plan: properties "
    "changed: =~manifest[{map[a:{the-value-of-it}]}]\n"
)


class Recorded(Engine):
    """An engine that plans at once, and whose `up` says and ends as it is told."""

    said, code, state_now, calls = "", 0, STATE, ()

    def events(self, *arguments):
        kept = Path(arguments[arguments.index("--save-plan") + 1])
        kept.write_text('{"resourcePlans": {}}')
        type(self).calls = (*self.calls, arguments)
        return 0, SUMMARY

    def run(self, *arguments, log):
        type(self).calls = (*self.calls, arguments)
        log.write_text(self.said)
        return self.code

    def state(self):
        return self.state_now


@pytest.fixture
def engine(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    commit(project, "one")

    class Own(Recorded):
        pass

    return Own(project, "dev", {})


def commit(project, content):
    (project / "file").write_text(content)
    who = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", content]):
        subprocess.run(["git", *who, *command], cwd=project, check=True)


@pytest.fixture
def planned(engine, tmp_path):
    folder = tmp_path / "plan"
    assert make_plan(engine, folder) == 0
    return folder


def test_the_approved_plan_runs_as_it_is_and_asks_the_rules(engine, planned):
    assert carry_out(engine, planned, digest(planned)) == 0
    looked, done = type(engine).calls
    assert looked[:2] == ("preview", "--refresh")
    assert done[done.index("--plan") + 1] == str(planned / KEPT)
    assert "--policy-pack" in looked
    assert "--policy-pack" in done


@pytest.mark.parametrize("name", [KEPT, SHOWN, BASIS])
def test_a_plan_that_was_changed_after_its_approval_does_not_run(engine, planned, name):
    approved = digest(planned)
    (planned / name).write_text((planned / name).read_text() + " ")
    with pytest.raises(UnfitPlanError, match="not the plan that was approved"):
        carry_out(engine, planned, approved)
    assert len(type(engine).calls) == 1


@pytest.mark.parametrize("name", [KEPT, SHOWN, BASIS])
def test_half_a_plan_is_none(engine, planned, name):
    approved = digest(planned)
    (planned / name).unlink()
    with pytest.raises(UnfitPlanError, match=f"{name} is missing"):
        carry_out(engine, planned, approved)


def test_it_does_not_run_once_the_state_or_the_program_has_changed(engine, planned):
    approved = digest(planned)
    type(engine).state_now = {"deployment": {"manifest": {"time": "now"}, "resources": []}}
    with pytest.raises(UnfitPlanError, match="its state changed since"):
        carry_out(engine, planned, approved)
    commit(engine.project, "two")
    with pytest.raises(UnfitPlanError, match="its commit and its state changed since") as refused:
        carry_out(engine, planned, approved)
    assert str(refused.value).count("\n") == 0
    assert len(type(engine).calls) == 1


def test_what_goes_beyond_it_is_told_in_one_sentence_without_a_value(engine, planned):
    type(engine).said, type(engine).code = BREACH, 1
    with pytest.raises(UnfitPlanError) as refused:
        carry_out(engine, planned, digest(planned))
    said = str(refused.value)
    assert "board-space would change otherwise (properties changed: manifest)" in said
    assert "the-value-of-it" not in said
    assert "\n" not in said


def test_another_failure_keeps_the_engine_s_code_and_words(engine, planned):
    type(engine).said, type(engine).code = "error: the platform is away\n", 255
    assert carry_out(engine, planned, digest(planned)) == 255


def test_where_nothing_says_which_state_is_meant_nothing_begins(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PULUMI_BACKEND_URL", "")  # as a workflow has it whose variable is missing
    monkeypatch.chdir(tmp_path)
    assert main(["plan", "dev", "plan"]) == 1
    assert "PULUMI_BACKEND_URL is not set" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_a_workflow_leaves_empty_is_not_set(tmp_path, monkeypatch):
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///state")
    monkeypatch.setenv("PULUMI_HOME", "")
    monkeypatch.setattr("doors.delivery.engine.ensure_pulumi", lambda _: Toolchain(tmp_path))
    environment = Engine.of_environment(tmp_path, "dev").environment
    assert "PULUMI_HOME" not in environment
    assert environment["PATH"].startswith(f"{tmp_path}:")


class Toolchain:
    def __init__(self, folder):
        self.bin_folder = folder


def test_outside_of_a_checkout_there_is_no_plan(engine, tmp_path):
    lost = type(engine)(tmp_path, "dev", {})
    with pytest.raises(SetupError, match="no git checkout"):
        make_plan(lost, tmp_path / "plan")


SIGNATURE = "4dabf18193072939515e22adb298388d"  # by which the engine marks a secret in its state


@pytest.mark.parametrize("shown", [False, True])
def test_a_snapshot_holds_no_secret_or_is_not_there(tmp_path, shown):
    secret = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"a canary of gold"'}
    outputs = {"token": secret, "note": "a canary of gold" if shown else "nothing"}
    exported = {
        "version": 3,
        "deployment": {
            "manifest": {"time": "2026-01-01T00:00:00Z", "magic": "", "version": "v3"},
            "resources": [
                {
                    "urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev",
                    "custom": False,
                    "type": "pulumi:pulumi:Stack",
                    "outputs": outputs,
                }
            ],
        },
    }
    (tmp_path / "state").write_text(json.dumps(exported))
    program = tmp_path / "pulumi"
    program.write_text('#!/bin/sh\ncat "${0%/*}/state"\n')
    program.chmod(0o700)
    engine = Engine(CHECKOUT, "dev", {"PATH": f"{tmp_path}:/usr/bin:/bin"})
    file = tmp_path / "dev.json"
    if shown:
        with pytest.raises(SetupError, match="no snapshot"):
            engine.snapshot(file)
        assert not file.exists()
        return
    engine.snapshot(file)
    assert (
        json.loads(file.read_text())["deployment"]["resources"][0]["outputs"]["note"] == "nothing"
    )
    assert "canary" not in file.read_text()
