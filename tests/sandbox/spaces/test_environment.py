"""What builds and apps see, and where secrets must never be seen."""

import stat

import pytest

from sandbox.hub.spaces.environment import Surroundings
from sandbox.hub.spaces.settings import Kind
from tests.sandbox.spaces.conftest import HUB_PORT, REPO, files

CANARY = "canary-5f1c9e"
SHOW = """
import os, pathlib
print(sorted(os.environ))
print(pathlib.Path(os.environ["SECRETS"], "KEY").read_text())
"""
LEAK = """
import os
print(os.environ["KEY"], flush=True)
raise SystemExit(os.environ["KEY"])
"""


def test_app_sees_settings_and_what_the_platform_adds(world):
    world.running(
        variables=[{"key": "MODE", "value": "fast"}, {"key": "SPACE_ID", "value": "forged"}],
        secrets=[{"key": "KEY", "value": CANARY}],
    )
    env = world.env()
    expected = {
        "MODE": "fast",
        "KEY": CANARY,
        "SPACE_ID": REPO,
        "SPACE_AUTHOR_NAME": "acme",
        "SPACE_REPO_NAME": "demo",
        "SPACE_TITLE": "Demo",
        "SPACE_HOST": world.url().removeprefix("http://"),
        "ACCELERATOR": "none",
        "CPU_CORES": "2",
        "MEMORY": "16Gi",
        "HF_ENDPOINT": f"http://127.0.0.1:{HUB_PORT}",
    }
    assert {name: env.get(name) for name in expected} == expected
    assert len(env["SPACE_CREATOR_USER_ID"]) == 24
    assert world.machine.runs[-1].user == "1000"


def test_users_own_endpoint_is_kept(world):
    world.running(variables=[{"key": "HF_ENDPOINT", "value": "https://hub.example"}])
    assert world.env()["HF_ENDPOINT"] == "https://hub.example"
    assert world.machine.builds[-1].build_args["HF_ENDPOINT"] == "https://hub.example"


def test_build_gets_variables_as_arguments_and_secrets_as_mounts_only(world):
    world.create(
        variables=[{"key": "MODE", "value": "fast"}], secrets=[{"key": "KEY", "value": CANARY}]
    )
    world.commit(files(build_py=SHOW))
    world.wait("RUNNING")
    build = world.machine.builds[-1]
    assert build.build_args["MODE"] == "fast"
    assert "KEY" not in build.build_args
    assert build.secrets == {"KEY": CANARY}


def test_secrets_values_are_in_no_log_answer_or_readable_file(world, tmp_path):
    world.create(secrets=[{"key": "KEY", "value": f"{CANARY}\nsecond-{CANARY}"}])
    world.commit(files(build_py=SHOW) | {"app.py": LEAK})
    runtime = world.wait("RUNTIME_ERROR")
    assert CANARY not in str(runtime)
    assert CANARY not in world.log("build") + world.log("run")
    assert "***" in world.log("build")
    assert "***" in world.log("run")
    assert CANARY not in str(world.service.listing(REPO, Kind.SECRET))
    for file in tmp_path.glob("state.sqlite*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_rejected_setting_is_refused_without_quoting_its_value(world):
    world.create()
    with pytest.raises(Exception, match="KEY") as caught:
        world.service.put(REPO, Kind.SECRET, {"key": "KEY", "value": f"{CANARY}\0"})
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("http://127.0.0.1:21000", "http://10.0.0.1:21000"),
        ("http://localhost:21000/path?x=1", "http://10.0.0.1:21000/path?x=1"),
        ("a=http://127.0.0.1:21000,b=ws://localhost:21001/", None),
        ("postgres://me:pw@127.0.0.1:21001/db", "postgres://me:pw@10.0.0.1:21001/db"),
        (f"http://127.0.0.1:{HUB_PORT}", f"http://10.0.0.1:{HUB_PORT}"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.0.0.1:210001", "http://127.0.0.1:210001"),
        ("127.0.0.1:21000", "127.0.0.1:21000"),
        ("http://example.org:21000", "http://example.org:21000"),
    ],
)
def test_only_this_sandboxs_loopback_addresses_are_translated(given, seen):
    surroundings = Surroundings(
        inside_host="10.0.0.1", hub_port=HUB_PORT, sandbox_ports=lambda: {21000, 21001}
    )
    if seen is None:
        seen = "a=http://10.0.0.1:21000,b=ws://10.0.0.1:21001/"
    assert surroundings.translate({"URL": given}) == {"URL": seen}


def test_one_space_is_pointed_at_another_by_its_public_address(world):
    world.running("one", "acme/engine")
    world.machine.inside_host = "127.0.0.1"
    world.running(variables=[{"key": "ENGINE", "value": world.url("acme/engine")}])
    assert world.env()["ENGINE"] == world.url("acme/engine")
