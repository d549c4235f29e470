"""The rules through the doors: dev and prod as they stand, and a prod that somebody left open."""

import pytest

from tests.e2e.clone import Clone

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A clone of its own, with every system."""
    made = Clone.make(tmp_path_factory.mktemp("rules"), systems=None)
    yield made
    ended = made.sandbox("reset")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_dev_and_prod_keep_the_rules_as_they_are_planned(project):
    ended = project.sandbox("policy")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.count("Policies:") == 2
    assert "[mandatory]" not in ended.stdout


def test_a_prod_left_open_is_stopped_by_the_preview(project):
    project.put_stack_value(
        "prod", "    authRequired: true\n    hardware", "    authRequired: false\n    hardware"
    )
    shown = project.sandbox("preview", "prod")
    assert shown.returncode != 0
    assert "auth-required" in shown.stdout
    assert "Space slipway/symptoms: anybody may call it" in shown.stdout
