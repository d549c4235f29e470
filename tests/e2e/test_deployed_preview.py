"""A stranger's preview starts from what is deployed: no secret, no token, and no platform asked."""

import json

import pytest

from report.reading import read_plan
from tests.e2e.clone import Clone
from tests.e2e.leaks import holds

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

ADDRESSES = ("HF_ENDPOINT", "RENDER_API_URL", "GITHUB_BASE_URL", "GITHUB_OWNER")
EXPORT = "pulumi stack export --show-secrets --stack dev | python -m slipway.snapshot"


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    made = Clone.make(tmp_path_factory.mktemp("deployed"), systems="inference, repository")
    try:
        made.up("dev")
        yield made
    finally:
        made.sandbox("reset")


@pytest.fixture(scope="module")
def deployed(clone, tmp_path_factory):
    """The snapshot, the addresses that it was deployed with, and what was secret then."""
    shown = clone.sandbox("run", "--", "sh", "-c", EXPORT)
    assert shown.returncode == 0, shown.stderr
    path = tmp_path_factory.mktemp("snapshot") / "dev.json"
    path.write_text(shown.stdout)
    lines = clone.sandbox("run", "--", "env").stdout.splitlines()
    environment = dict(line.split("=", 1) for line in lines if "=" in line)
    identity = clone.identity()
    secrets = {name: value for name, value in identity.items() if name.endswith(("token", "key"))}
    secrets["passphrase"] = clone.passphrase()
    assert len(secrets) > 3
    clone.sandbox("down")  # from here on nobody answers
    return path, {name: environment[name] for name in ADDRESSES}, secrets


@pytest.fixture
def planned(clone, deployed, tmp_path):
    """Plans the clone as it stands, from the snapshot; what was written on the way."""
    path, environment, _ = deployed

    def planning():
        plan = tmp_path / "plan.json"
        given = ("--no-containers", "--deployed", str(path), "--save", str(plan))
        ended = clone.sandbox("preview", "dev", *given, environment=environment)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        text = plan.read_text()
        return read_plan(text, "dev"), text + ended.stdout + ended.stderr

    return planning


def test_unchanged_secrets_show_no_difference_and_none_is_anywhere(planned, deployed):
    path, _, secrets = deployed
    plan, written = planned()
    assert list(plan.changes) == []
    assert plan.unchanged > 3
    assert '"plaintext"' in path.read_text()  # of what was secret; each sealed placeholder
    assert holds(path.read_bytes() + written.encode(), secrets) == set()
    assert holds(json.dumps(secrets).encode(), secrets) == set(secrets)  # they would be found


def test_a_change_is_shown_as_what_it_does_to_what_is_there(clone, planned):
    clone.put_stack_value(
        "dev", "logLevel: DEBUG\n  slipway:symptoms", "logLevel: INFO\n  slipway:symptoms"
    )
    plan, _ = planned()
    assert {(each.name, each.operation.value) for each in plan.changes} >= {
        ("inference-space", "update")
    }
    assert all(each.operation.value == "update" for each in plan.changes)


def test_a_snapshot_that_is_not_there_is_said(clone):
    ended = clone.sandbox("preview", "dev", "--deployed", "nowhere.json")
    assert ended.returncode == 1
    assert "nowhere.json: there is no such snapshot" in ended.stderr
