"""The wheel, alone in an empty environment, serves the platforms' own clients without an engine."""

import json
import time
import urllib.error
import urllib.request
from pathlib import Path

import github
import pytest
from huggingface_hub import HfApi
from render.public_api.api.workspaces import list_owners
from render.public_api.client import AuthenticatedClient

from tests.sandbox.standalone.installed import START_SECONDS, Installed, run


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    made = Installed(tmp_path_factory.mktemp("wheel"))
    made.serve()
    yield made
    assert made.stop() == 0


def test_it_is_there_soon_and_needs_little(installed, record_property):
    record_property("start to first answer, seconds", round(installed.first_answer, 2))
    record_property("idle memory, MiB", round(installed.resident_mebibytes()))
    assert installed.first_answer < START_SECONDS
    assert installed.resident_mebibytes() < 250


def test_every_module_of_it_can_be_imported(installed):
    names = [
        name.removesuffix(".py").replace("/", ".")
        for name in run(installed.python, "-m", "zipfile", "-l", installed.wheel).split()
        if name.endswith(".py")
        and name.startswith(("sandbox/", "toolchain/"))
        # Programs by themselves: git, act and Go start them, or they are the command.
        and not name.endswith(("__main__.py",))
        and "/programs/" not in name
    ]
    assert len(names) > 200
    script = "import importlib, sys; [importlib.import_module(each) for each in sys.argv[1:]]"
    run(installed.python, "-c", script, *names, cwd=installed.folder)


def test_the_hubs_own_client_keeps_a_model_in_it(installed, tmp_path):
    api = HfApi(endpoint=installed.hub, token=installed.identity["hub_token"])
    api.create_repo("lab/demo", private=True)
    api.upload_file(path_or_fileobj=b"hello", path_in_repo="a.txt", repo_id="lab/demo")
    found = api.hf_hub_download("lab/demo", "a.txt", local_dir=tmp_path)
    assert Path(found).read_text() == "hello"


def test_a_space_that_would_need_a_container_is_refused_and_a_static_one_is_not(installed):
    api = HfApi(endpoint=installed.hub, token=installed.identity["hub_token"])
    for sdk, status in (("docker", 503), ("static", 200)):
        body = json.dumps({"type": "space", "name": sdk, "sdk": sdk}).encode()
        headers = {"Authorization": f"Bearer {api.token}", "Content-Type": "application/json"}
        asked = urllib.request.Request(f"{installed.hub}/api/repos/create", body, headers)
        try:
            answer = urllib.request.urlopen(asked)
        except urllib.error.HTTPError as error:
            answer = error
        assert answer.status == status
        if status == 503:
            assert "without a container engine" in answer.read().decode()
    assert [each.id for each in api.list_spaces()] == ["slipway/static"]


def test_git_pushes_and_clones(installed, tmp_path):
    api = github.Github(
        base_url=f"{installed.github}/api/v3",
        auth=github.Auth.Token(installed.identity["github_token"]),
    )
    api.get_user().create_repo("pushed")
    _, asked = api.requester.graphql_query("{ viewer { login } }", {})
    assert asked["data"]["viewer"]["login"] == api.get_user().login
    work, token = tmp_path / "work", installed.identity["github_token"]
    address = installed.github.replace("://", f"://x:{token}@") + "/slipway/pushed.git"
    run("git", "init", "-q", "-b", "main", work)
    (work / "a.txt").write_text("a")
    at = ("git", "-C", work, "-c", "user.name=ada", "-c", "user.email=ada@localhost")
    run(*at, "add", ".")
    run(*at, "commit", "-q", "-m", "one")
    run(*at, "push", "-q", address, "main")
    run("git", "clone", "-q", address, tmp_path / "clone")
    assert (tmp_path / "clone" / "a.txt").read_text() == "a"
    repository = api.get_repo("slipway/pushed")
    assert repository.get_contents("a.txt").decoded_content == b"a"
    repository.create_secret("KEY", "hush")
    assert [each.name for each in repository.get_secrets()] == ["KEY"]
    api.close()


def test_renders_own_client_finds_its_workspace(installed):
    client = AuthenticatedClient(base_url=installed.render, token=installed.identity["render_key"])
    [owner] = list_owners.sync(client=client)
    assert owner.owner.name == "slipway"


@pytest.mark.long
def test_its_commands_show_trouble_prune_and_forget(installed, tmp_path, record_property):
    assert "running" in installed.command("status")
    assert json.loads(installed.command("requests", "--json"))
    installed.command("faults", "--platform", "hub", "--path", "whoami")
    asked = urllib.request.Request(f"{installed.hub}/api/whoami-v2")
    with pytest.raises(urllib.error.HTTPError) as troubled:
        urllib.request.urlopen(asked)
    assert troubled.value.code == 503
    assert "whoami" in installed.command("faults")
    installed.command("faults", "--clear")
    assert "whoami" not in installed.command("faults")
    assert "packed" in installed.command("prune")
    other = tmp_path / "other"
    other.mkdir()
    began = time.monotonic()
    assert "forgotten" in run(installed.program, "reset", "--home", other, cwd=tmp_path)
    record_property("reset, seconds", round(time.monotonic() - began, 2))
    assert not other.exists()
