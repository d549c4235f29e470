"""The README's section on the real platforms works on a fresh account, command by command.

The account is as narrow as real ones are: tokens that may do one thing each and stand in the stack
alone, an organization without a plan beside one with it, two workspaces, GitHub's free plan, and a
registry whose packages are private.
"""

import io
import shutil
import subprocess
import tarfile
import uuid

import docker
import pytest
import requests
from huggingface_hub import HfApi

from sandbox.machine.contract import ImageUnavailableError, RegistryLogin
from sandbox.machine.docker_machine import DockerMachine
from sandbox.server.forget import forget_name
from sandbox.server.home import image_prefix
from tests.app.app_process import free_port
from tests.e2e.clone import Clone
from tests.e2e.fresh_account import (
    OPTIONS,
    PERSON,
    TEAM,
    TOKENS,
    WORKSPACE,
    FreshAccount,
    commands,
    private_registry,
    shell,
)
from tests.faults.project import wait_until
from tests.sandbox.keyless.whole_sandbox import whole_sandbox
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]


@pytest.fixture
def engine():
    with ensure_engine(Progress()) as held:
        if held.address.buildkit is None:
            pytest.skip("the engine of this machine is somebody's own: it knows no other registry")
        yield held


@pytest.fixture
def strict(tmp_path, engine):
    with whole_sandbox(tmp_path / "platforms", engine.address, OPTIONS) as made:
        yield made
    forget_name(made.home.identity().name)


@pytest.fixture
def account(tmp_path, engine, strict):
    clone = Clone.make(tmp_path / "checkout", systems=None)
    environment = shell(tmp_path / "shell", engine, strict, Progress())
    environment.pop("SLIPWAY_REGISTRY")
    # The builder reaches its own registry alone, so that stands for the one on the internet.
    registry = f"{engine.address.registry}/{image_prefix(strict.home.identity().name)}"
    key = strict.home.identity().render_key
    return FreshAccount(clone, registry, environment, key)


def push(account, strict):
    """By hand: the repository is made, and this checkout pushed, without its workflows."""
    folder = account.clone.folder
    with strict.github_http() as http:
        made = http.post("/user/repos", json={"name": "slipway", "private": True})
        assert made.status_code == 201, made.text
    shutil.rmtree(folder / ".github")
    url = strict.github.replace("http://", f"http://x:{strict.github_token}@")
    ours = ("-c", "user.name=ada", "-c", "user.email=ada@example.org", "-c", "core.hooksPath=")
    for words in (
        ("init", "-q", "-b", "dev"),
        ("add", "-A"),
        ("commit", "-q", "-m", "mine"),
        ("push", "-q", f"{url}/{PERSON}/slipway", "dev"),
    ):
        subprocess.run(["git", *ours, *words], cwd=folder, check=True, capture_output=True)


def assert_lines(lines, *parts):
    """Each line is about one of these, and each of these has its line."""
    assert len(lines) == len(parts), lines
    assert all(any(part in line for line in lines) for part in parts), lines


def test_the_readmes_section_command_by_command(account, strict):
    *before, preview, up = commands()
    assert (preview, up) == ("pulumi preview", "pulumi up")
    for command in before:
        account.follow(command)
    # Which registry it is its host says on the real one; a loopback's does not.
    account.run("pulumi", "config", "set", "registryKind", "GITHUB")

    plan, there, which = "the plan of lab runs no", "ada/slipway is not there", "which of the work"
    assert_lines(account.left_by_hand(), plan, there, which)
    account.run("pulumi", "config", "set", "hfNamespace", TEAM)
    account.run("pulumi", "config", "set", "renderWorkspace", WORKSPACE)
    push(account, strict)
    rules, card = "ada/slipway is private", "card on file"
    assert_lines(account.left_by_hand(), rules, card)
    with strict.github_http() as http:
        http.patch("/repos/ada/slipway", json={"private": False})
    assert_lines(account.left_by_hand(), card)

    account.follow(preview)
    account.follow(up)
    assert_lines(
        account.left_by_hand(), "copy the key of the deploy hook of late-deliveries-api-dev"
    )
    hook = strict.home.identity().render_hook_key
    account.run("pulumi", "config", "set", "--secret", "renderDeployHookKey", hook)
    assert account.left_by_hand() == []
    account.follow(up)
    account.run("pulumi", "preview", "--expect-no-changes", "--non-interactive")
    assert_raised(account, strict)
    assert_kept_to_itself(account)
    account.run("pulumi", "destroy", "--yes", "--non-interactive", "--skip-preview")


def assert_raised(account, strict):
    """Each in its namespace and workspace."""
    api = HfApi(endpoint=strict.hub, token=strict.hub_token)
    assert {each.id for each in api.list_spaces(author=TEAM)} == {
        f"{TEAM}/{name}" for name in ("inference-dev", "oc-p5-dev", "symptoms-dev")
    }
    headers = {"Authorization": f"Bearer {account.render_key}"}
    found = requests.get(f"{strict.render}/services", headers=headers, timeout=30).json()
    owners = {each["service"]["ownerId"] for each in found}
    assert (len(found), owners) == (5, {"tea-slipway0000000000001"})
    pulled = [each["service"].get("registryCredential") for each in found]
    assert len([each for each in pulled if each]) == 3
    with strict.github_http() as http:
        [rules] = http.get("/repos/ada/slipway/rulesets").json()
        assert rules["enforcement"] == "active"


def assert_kept_to_itself(account):
    """No token stands in clear in the state or in anything that was said."""
    stored = [path.read_bytes() for path in account.state.rglob("*") if path.is_file()]
    said = [text.encode() for text in account.said]
    for token in (*TOKENS.values(), account.render_key):
        assert [text for text in (*stored, *said) if token.encode() in text] == []


def test_a_private_package_is_fetched_over_tls_by_its_login_alone(engine, tmp_path):
    login = RegistryLogin(PERSON, TOKENS["SLIPWAY_REGISTRY_TOKEN"])
    client = docker.DockerClient(base_url=engine.address.docker_host)
    machine = DockerMachine(engine.address, f"fresh{uuid.uuid4().hex[:8]}")
    tag = f"render/it:{uuid.uuid4().hex[:8]}"
    with private_registry(tmp_path / "registry", free_port()) as registry:
        reference = f"{registry}/ada/frigo/app"
        _push(client, reference, login)
        try:
            for wrong in (None, RegistryLogin(PERSON, "wrong")):
                with pytest.raises(ImageUnavailableError, match="can't be pulled"):
                    machine.pull(f"{reference}:1", tag, wrong)
            assert machine.pull(f"{reference}:1", tag, login).startswith("sha256:")
        finally:
            machine.remove_image(tag)


def _push(client, reference, login):
    """A small image of the test's own, which the engine forgets again."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        member = tarfile.TarInfo("hello")
        archive.addfile(member)
    client.api.import_image_from_data(content.getvalue(), repository=reference, tag="1")
    auth = {"username": login.username, "password": login.password}
    said = wait_until(lambda: _pushed(client, reference, auth))
    assert "error" not in said, said
    client.images.remove(f"{reference}:1")


def _pushed(client, reference, auth):
    """What the push said; nothing while the registry does not answer yet."""
    said = client.images.push(reference, tag="1", auth_config=auth)
    return "" if "refused" in said else said
