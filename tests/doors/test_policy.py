"""The door to the rules: what it asks, of which stack by which settings, and what it shows."""

import os
import stat

import pytest

from doors.deployment import Pulumi, rules_of
from doors.home import Home
from doors.policy import ask_rules

# Stands in for the CLI: notes how it was called, and says what the engine says.
PROGRAM = """#!/bin/sh
case "$*" in "stack export"*) printf '{"deployment": {"resources": [%s]}}' "$RAISED"; exit;; esac
echo "$*" >> "$CALLS"
echo " +  what:would:be Made create"
case "$*" in *preview*prod*) echo "Policies:"; echo "    [mandatory] protected"; exit 1;; esac
case "$*" in *policy*prod*) echo "error: no such state" ; exit 3;; esac
"""


@pytest.fixture
def door(tmp_path, monkeypatch):
    """(a Pulumi, the calls it made)."""
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text(PROGRAM)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "prod.json").write_text("{}")
    home = Home(tmp_path / "home", tmp_path)
    home.project.mkdir(parents=True)

    class Prepared(Pulumi):
        def prepare_preview(self, stack):
            """Nothing is looked at here."""

    calls = tmp_path / "calls"
    environment = {"PATH": os.environ["PATH"], "CALLS": str(calls), "RAISED": "{}"}
    return Prepared(home, environment), lambda: calls.read_text().splitlines()


def test_a_stack_has_its_own_settings_or_none(door):
    pulumi, _ = door
    pack = ["--policy-pack", "policies"]
    assert rules_of(pulumi.home, "prod") == [*pack, "--policy-pack-config", "policies/prod.json"]
    assert rules_of(pulumi.home, "trial") == pack


def test_each_stack_is_asked_as_planned_and_as_raised_and_the_worst_answer_counts(door):
    pulumi, calls = door
    assert ask_rules(pulumi, ["dev", "prod"]) == 3
    assert [call.partition(" --stack ")[0] for call in calls()] == [
        "preview --non-interactive --suppress-outputs",
        "policy analyze",
    ] * 2
    assert [call.partition("--stack ")[2].split()[0] for call in calls()] == ["dev"] * 2 + [
        "prod"
    ] * 2
    assert ask_rules(pulumi, ["dev"]) == 0


def test_what_is_not_raised_is_asked_about_as_it_is_planned_alone(door):
    pulumi, calls = door
    pulumi.environment["RAISED"] = ""
    assert ask_rules(pulumi, ["dev"]) == 0
    assert [call.split()[0] for call in calls()] == ["preview"]


def test_what_would_be_made_is_left_to_the_log(door, capfd):
    pulumi, _ = door
    ask_rules(pulumi, ["prod"])
    shown = capfd.readouterr().out
    assert "Made" not in shown
    assert "[mandatory] protected" in shown
    assert "error: no such state" in shown
