"""Protects the checklist of a fresh account: each step is a line with its page, and gone once done.

The platforms are a whole sandbox whose accounts are as narrow as real ones: fine-grained tokens,
organizations with and without a plan, a Render key that reaches two workspaces.
"""

import base64
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pulumi
import pytest
import requests
from huggingface_hub import HfApi, constants

from sandbox.server.options import Options, User
from slipway.core.transport import backoff
from slipway.huggingface.hub import transport
from slipway.images import registry
from systems.checklist import say_what_is_left_by_hand
from systems.checklist.github import github_steps
from systems.checklist.hub import hub_steps
from systems.checklist.registry import registry_steps
from systems.checklist.render import render_steps
from systems.config import StackConfig
from tests.components.recorder import record
from tests.providers.thread_machine import ThreadMachine
from tests.sandbox.keyless.whole_sandbox import whole_sandbox

OPTIONS = Options(
    users=[
        User(
            name="ada",
            organizations=("lab", "team"),
            hub_tokens={
                "hf_team": {"team": ["repo.write"]},
                "hf_reading": {"team": ["repo.content.read"]},
            },
            github_tokens={
                "github_pat_secrets": {"secrets": "write"},
                "github_pat_all": dict.fromkeys(
                    ("administration", "secrets", "variables", "environments"), "write"
                ),
            },
        )
    ],
    free=("lab",),
    workspaces=("side",),
    jobs="host",
)


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    machine = ThreadMachine()
    folder = tmp_path_factory.mktemp("strict")
    with whole_sandbox(folder, options=OPTIONS, machine=machine) as made:
        yield made
    machine.close()


@pytest.fixture(autouse=True)
def pointed(strict, monkeypatch):
    for name, value in {
        "HF_ENDPOINT": strict.hub,
        "RENDER_API_URL": strict.render,
        "GITHUB_BASE_URL": f"{strict.github}/",
        "HF_TOKEN": strict.hub_token,
        "HF_READ_TOKEN": "hf_reading",
        "GITHUB_TOKEN": strict.github_token,
        "RENDER_API_KEY": strict.home.identity().render_key,
        "RENDER_DEPLOY_HOOK_KEY": "key",
        "SLIPWAY_REGISTRY": "127.0.0.1:5000/me",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GITHUB_OWNER", raising=False)
    monkeypatch.setattr(constants, "ENDPOINT", strict.hub)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(transport, "_wait_seconds", lambda *_: 0.0)


@pytest.fixture
def left(stack_values):
    """The lines of one platform for the dev stack with these values of its own."""

    def look(steps, **own):
        values = stack_values("dev") | {"slipway:hfNamespace": "team", "slipway:githubOwner": "ada"}
        values |= {f"slipway:{key}": value for key, value in own.items()}
        seen = []
        record(lambda: seen.extend(steps(StackConfig.load())), values)
        return [str(each) for each in seen]

    return look


# --- Hugging Face


def test_a_token_with_the_right_to_a_paid_namespace_leaves_nothing(left, monkeypatch):
    assert left(hub_steps) == []
    monkeypatch.setenv("HF_TOKEN", "hf_team")
    assert left(hub_steps) == []


def test_a_token_that_stands_in_the_stack_alone_is_asked_with(left, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    [line] = left(hub_steps, hfToken="hf_reading")
    assert "HF_TOKEN may not write in team" in line
    assert left(hub_steps, hfToken="hf_team") == []


def test_a_revoked_token_is_one_line_with_the_page_of_tokens(left, monkeypatch, strict):
    monkeypatch.setenv("HF_TOKEN", "hf_revoked")
    [line] = left(hub_steps)
    assert line == (
        "By hand: the Hub does not know HF_TOKEN: make one that may write. Open "
        f"{strict.hub}/settings/tokens"
    )


def test_a_namespace_that_is_nobodys_is_to_be_made(left, strict):
    [line] = left(hub_steps, hfNamespace="elsewhere")
    assert line.startswith("By hand: elsewhere is neither your account ada nor an organization")
    assert line.endswith(f"Open {strict.hub}/organizations/new")


def test_a_plan_without_docker_spaces_is_a_line_until_every_space_is_there(left, strict):
    [line] = left(hub_steps, hfNamespace="lab", systems='["symptoms"]')
    assert "the plan of lab runs no Docker Space" in line
    assert line.endswith(f"Open {strict.hub}/organizations/lab/settings/billing")
    api = HfApi(endpoint=strict.hub, token=strict.hub_token)
    api.create_repo("team/symptoms-dev", repo_type="space", space_sdk="docker")
    api.move_repo("team/symptoms-dev", "lab/symptoms-dev", repo_type="space")
    try:
        assert left(hub_steps, hfNamespace="lab", systems='["symptoms"]') == []
    finally:
        api.delete_repo("lab/symptoms-dev", repo_type="space")


def test_apps_are_given_no_token_that_may_write(left, monkeypatch):
    monkeypatch.setenv("HF_READ_TOKEN", "hf_team")
    [line] = left(hub_steps)
    assert "HF_READ_TOKEN may write in team, and apps would hold it" in line


# --- Render


def test_which_of_two_workspaces_is_said_once(left):
    [line] = left(render_steps)
    assert "ada (tea-slipway0000000000000), side (tea-slipway0000000000001)" in line
    assert "`pulumi config set renderWorkspace` one of these ids" in line
    for right in ("side", "tea-slipway0000000000001"):
        [line] = left(render_steps, renderWorkspace=right)
        assert "card on file" in line
    [line] = left(render_steps, renderWorkspace="nobody")
    assert "is not 'nobody'" in line


def test_the_card_is_a_line_until_something_runs_and_the_hook_one_from_then_on(
    left, strict, monkeypatch
):
    owner = "tea-slipway0000000000000"
    own = {"renderWorkspace": owner}
    assert [line for line in left(render_steps, **own) if "dashboard.render.com/billing" in line]
    headers = {"Authorization": f"Bearer {strict.home.identity().render_key}"}
    body = {
        "name": "late-deliveries-api-dev",
        "ownerId": owner,
        "type": "web_service",
        "image": {"ownerId": owner, "imagePath": "docker.io/acme/x:1"},
        "serviceDetails": {"runtime": "image", "plan": "starter"},
    }
    made = requests.post(f"{strict.render}/services", json=body, headers=headers, timeout=30)
    assert made.status_code == 201, made.text
    try:
        assert left(render_steps, **own) == []
        monkeypatch.delenv("RENDER_DEPLOY_HOOK_KEY")
        [line] = left(render_steps, **own)
        service = made.json()["service"]["id"]
        assert "copy the key of the deploy hook of late-deliveries-api-dev" in line
        assert f"/{service}/settings" in line
        assert left(render_steps, **own, renderDeployHookKey="key") == []
    finally:
        path = f"{strict.render}/services/{made.json()['service']['id']}"
        requests.delete(path, headers=headers, timeout=30)


def test_a_revoked_render_key_is_one_line(left, monkeypatch):
    monkeypatch.setenv("RENDER_API_KEY", "rnd_revoked")
    [line] = left(render_steps)
    assert line.endswith("Open https://dashboard.render.com/u/settings#api-keys")


# --- GitHub


@pytest.fixture
def repository(strict):
    """`ada/slipway`, private or not."""
    with strict.github_http() as http:

        def make(*, private):
            made = http.post("/user/repos", json={"name": "slipway", "private": private})
            assert made.status_code == 201, made.text

        yield make
        http.delete("/repos/ada/slipway")


def test_a_repository_that_is_not_there_is_to_be_made_and_pushed(left, repository, strict):
    [line] = left(github_steps)
    assert line.endswith(f"Open {strict.github}/new?owner=ada&name=slipway")
    repository(private=False)
    assert left(github_steps) == []


def test_permissions_that_a_fine_grained_token_lacks_are_named(left, repository, monkeypatch):
    repository(private=False)
    monkeypatch.setenv("GITHUB_TOKEN", "github_pat_secrets")
    [line] = left(github_steps)
    assert "GITHUB_TOKEN lacks Variables of ada/slipway" in line
    monkeypatch.setenv("GITHUB_TOKEN", "github_pat_all")
    assert left(github_steps) == []


def test_a_revoked_github_token_is_one_line(left, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_revoked")
    [line] = left(github_steps)
    assert "/settings/personal-access-tokens/new" in line


def test_rules_for_a_private_repository_need_another_plan(stack_values, tmp_path, monkeypatch):
    options = Options(users=[User(name="ada")], free=("ada",), jobs="host")
    with whole_sandbox(tmp_path, options=options) as free:
        monkeypatch.setenv("GITHUB_BASE_URL", f"{free.github}/")
        monkeypatch.setenv("GITHUB_TOKEN", free.github_token)
        values = stack_values("dev") | {"slipway:githubOwner": "ada"}

        def look():
            seen = []
            record(lambda: seen.extend(github_steps(StackConfig.load())), values)
            return [str(each) for each in seen]

        with free.github_http() as http:
            http.post("/user/repos", json={"name": "slipway", "private": True})
            [line] = look()
            assert "ada/slipway is private, and your plan has no rules" in line
            assert line.endswith(f"Open {free.github}/ada/slipway/settings")
            http.patch("/repos/ada/slipway", json={"private": False})
            assert look() == []


# --- the registry


class _Registry(BaseHTTPRequestHandler):
    """Of one whose packages in `public` anybody may list."""

    public: frozenset[str] = frozenset()

    def do_GET(self):
        name = self.path.removeprefix("/v2/").removesuffix("/tags/list")
        self.send_response(200 if name in self.public else 401)
        if name not in self.public:
            self.send_header("WWW-Authenticate", 'Basic realm="it"')
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def registry_with(public=()):
    handler = type("_Own", (_Registry,), {"public": frozenset(public)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_private_registry_asks_for_logins_on_both_sides(left, monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setattr("systems.checklist.registry.is_local", lambda _host: False)
    with registry_with() as host:
        monkeypatch.setenv("SLIPWAY_REGISTRY", f"{host}/me")
        login, private = left(registry_steps)
        assert f"`docker login {host}`" in login
        assert "registryUser" in private
        assert f"Open https://{host}" in private
        auths = {host: {"auth": base64.b64encode(b"me:token").decode()}}
        (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))
        assert left(registry_steps) == [private]
        assert left(registry_steps, registryUser="me") == []
    names = [f"me/frigo/{key}" for key in ("app", "chat", "gpt")]
    with registry_with(names) as host:
        monkeypatch.setenv("SLIPWAY_REGISTRY", f"{host}/me")
        [login] = left(registry_steps)
        assert "docker login" in login


def test_a_registry_of_this_machine_asks_for_nothing(left):
    assert registry.is_local("127.0.0.1:5000")
    assert left(registry_steps) == []


# --- all of it


@pytest.fixture
def said(stack_values, monkeypatch):
    """What a preview or an `up` prints."""

    def run(*, preview, **own):
        values = stack_values("dev") | {"slipway:hfNamespace": "team", "slipway:githubOwner": "ada"}
        values |= {f"slipway:{key}": value for key, value in own.items()}
        monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: preview)
        lines = []
        monkeypatch.setattr(pulumi.log, "warn", lines.append)
        record(lambda: say_what_is_left_by_hand(StackConfig.load()), values)
        return lines

    return run


def test_a_preview_prints_every_line_and_an_up_asks_nothing(said):
    lines = said(preview=True)
    assert [line.partition(":")[0] for line in lines] == ["By hand"] * 2
    assert any("renderWorkspace" in line for line in lines)
    assert any("/new?owner=ada" in line for line in lines)
    assert said(preview=False) == []


def test_a_platform_that_does_not_answer_is_said_and_hides_no_other(said, monkeypatch):
    monkeypatch.setattr(backoff, "RETRIES", 0)
    monkeypatch.setattr("slipway.core.transport.calls.RETRIES", 0)
    monkeypatch.setenv("RENDER_API_URL", "http://127.0.0.1:9/v1")
    lines = said(preview=True)
    assert "What is left to do by hand there can't be told. Render" in lines[0]
    assert any("/new?owner=ada" in line for line in lines)


def test_no_line_repeats_a_token(said, monkeypatch):
    for name in ("HF_TOKEN", "HF_READ_TOKEN", "GITHUB_TOKEN", "RENDER_API_KEY"):
        monkeypatch.setenv(name, f"canary-of-{name}")
    lines = said(preview=True)
    assert len(lines) == 3
    assert "canary" not in "".join(lines)
