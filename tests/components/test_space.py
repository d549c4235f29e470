"""Protects the Space component: what it registers, that secrets stay secret, what it refuses."""

import pulumi
import pytest

from slipway.core.secrecy.sealing import unseal
from slipway.errors import ConfigError
from slipway.huggingface.space.space import Space, SpaceArgs
from slipway.payload.files import payload_from_folder
from tests.components.recorder import Recorder, clear_texts, is_secret, record, run, unwrap

CANARY = "canary-secret-9b1d"
TOKEN = "canary-token-5e2a"
DYNAMIC = "pulumi-python:dynamic/huggingface"
README = "---\nsdk: {sdk}\napp_port: {port}\n---\n"
DOCKERFILE = """FROM python:3.11-slim
ARG BASE_MODEL
RUN --mount=type=secret,id=HF_TOKEN,required=true true
EXPOSE 7860
"""


@pytest.fixture(autouse=True)
def token(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("HF_READ_TOKEN", "hf_canary-that-reads")


@pytest.fixture
def payload_of(tmp_path):
    """Makes a payload of an app; None leaves a file away."""

    def make(sdk="docker", port=7860, dockerfile=DOCKERFILE, readme=README):
        folder = tmp_path / "app"
        folder.mkdir(exist_ok=True)
        (folder / "app.py").write_text("print()\n", encoding="utf-8")
        for name, text in (
            ("README.md", readme and readme.format(sdk=sdk, port=port)),
            ("Dockerfile", dockerfile),
        ):
            (folder / name).unlink(missing_ok=True)
            if text is not None:
                (folder / name).write_text(text, encoding="utf-8")
        return payload_from_folder(folder)

    return make


@pytest.fixture
def args(payload_of):
    return {
        "repo_id": "acme/demo",
        "payload": payload_of(),
        "secrets": {"HF_TOKEN": CANARY},
        "variables": {"LOG_LEVEL": "INFO"},
    }


def build(args, **options):
    def program():
        space = Space("demo", SpaceArgs(**args))
        return {"url": space.url, "page": space.page, "commit": space.commit}

    return record(program, **options)


def test_it_registers_the_space_and_its_wait_below_itself_and_starts_no_process_for_them(args):
    recorder = build(args)
    assert {name: each.type for name, each in recorder.resources.items()} == {
        "demo": "slipway:huggingface:Space",
        "demo-space": f"{DYNAMIC}:Space",
        "lineage": "pulumi-python:dynamic/core:Lineage",
        "demo-ready": f"{DYNAMIC}:SpaceReady",
    }
    assert recorder["demo"].parent == ""
    assert {recorder[f"demo-{role}"].parent for role in ("space", "ready")} == {"demo"}


def sealed_secret(recorder):
    return unwrap(unwrap(recorder["demo-space"].inputs["secrets"])["HF_TOKEN"])


def test_secrets_are_registered_sealed_and_in_secret_envelopes(args):
    recorder = build(args)
    secrets = recorder["demo-space"].inputs["secrets"]
    assert set(unwrap(secrets)) == {"HF_TOKEN"}
    assert is_secret(secrets) or is_secret(secrets["HF_TOKEN"])
    assert unseal(TOKEN, sealed_secret(recorder)) == CANARY


@pytest.mark.parametrize("wrap", [str, pulumi.Output.secret])
def test_no_secret_and_no_token_is_registered_in_clear_not_even_in_an_envelope(args, wrap):
    def program():
        Space("demo", SpaceArgs(**{**args, "secrets": {"HF_TOKEN": wrap(CANARY)}}))

    recorder = record(program)
    assert unseal(TOKEN, sealed_secret(recorder)) == CANARY
    assert CANARY not in repr(recorder.resources)
    assert TOKEN not in repr(recorder.resources)


def test_unchanged_secrets_are_registered_unchanged(args):
    assert sealed_secret(build(args)) == sealed_secret(build(args))


def test_without_a_token_nothing_can_be_sealed_and_the_refusal_says_so(args, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(ConfigError, match="Export HF_TOKEN"):
        build(args)


def test_what_is_derived_from_secrets_is_kept_secret_in_the_state(args):
    assert build(args)["demo-space"].secret_outputs >= {"secrets", "salt", "secret_digests"}


def test_policies_see_names_of_secrets_and_no_value(args):
    seen = build(args)["demo"].inputs
    assert seen["secret_names"] == ["HF_TOKEN"]
    assert seen["variables"] == {"LOG_LEVEL": "INFO"}
    assert (seen["repo_id"], seen["hardware"], seen["visibility"]) == (
        "acme/demo",
        "cpu-basic",
        "public",
    )


def test_the_space_is_told_all_that_was_declared(args, payload_of):
    args |= {"hardware": "t4-small", "sleep_seconds": 600, "visibility": "private", "adopt": True}
    inputs = build(args, stack="prod")["demo-space"].inputs
    payload = payload_of()
    assert inputs["manifest"] == payload.manifest()
    assert inputs["sources"] == payload.sources()
    assert inputs["build_inputs"] == ["BASE_MODEL", "HF_TOKEN"]
    assert inputs["mark"].startswith("slipway/prod@lineage-id.")
    assert {key: inputs[key] for key in ("repo_id", "sdk", "visibility", "hardware")} == {
        "repo_id": "acme/demo",
        "sdk": "docker",
        "visibility": "private",
        "hardware": "t4-small",
    }
    assert (inputs["sleep_seconds"], inputs["adopt"]) == (600, True)
    assert inputs["variables"] == {"LOG_LEVEL": "INFO"}


def test_the_wait_follows_the_commit_and_the_settings_of_its_space(args):
    args |= {"probe_path": "/health", "expect": {"revision": "r1"}, "timeout_seconds": 60}
    inputs = build(args)["demo-ready"].inputs
    assert (inputs["commit"], inputs["settings"]) == ("c" * 40, "s" * 64)
    assert (inputs["host"], inputs["probe_path"]) == ("https://it.hub", "/health")
    assert inputs["expect"] == {"revision": "r1"}
    assert inputs["timeout_seconds"] == 60


@pytest.mark.parametrize(
    ("visibility", "private"), [("public", False), ("protected", False), ("private", True)]
)
def test_only_the_app_of_a_private_space_is_asked_with_a_token(args, visibility, private):
    recorder = build(args | {"visibility": visibility})
    assert recorder["demo-ready"].inputs["private"] is private


def test_a_private_space_needs_the_token_that_reads(args, monkeypatch):
    monkeypatch.delenv("HF_READ_TOKEN")
    private = args | {"visibility": "private"}
    recorder = Recorder()
    with pytest.raises(ConfigError, match=r"Export HF_READ_TOKEN.*--secret hfReadToken"):
        run(recorder, lambda: Space("demo", SpaceArgs(**private)))
    assert recorder.resources == {}
    config = {"slipway:hfReadToken": "hf_of-the-stack"}
    told = build(private, config=config, secret_keys=("slipway:hfReadToken",))
    assert told["demo-ready"].inputs["private"] is True


def test_its_addresses_are_those_of_the_platform(args):
    assert build(args).outputs == {
        "url": "https://it.hub",
        "page": "https://hub/spaces/it",
        "commit": "c" * 40,
    }


@pytest.mark.parametrize("protect", [True, False])
def test_protection_is_put_on_the_space_itself(args, protect):
    assert build(args | {"protect": protect})["demo-space"].protect is protect


def test_the_stacks_token_is_no_input_of_anything(args, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    recorder = build(args, config={"slipway:hfToken": TOKEN}, secret_keys=("slipway:hfToken",))
    for each in recorder.resources.values():
        assert not [text for text in clear_texts(each.inputs) if TOKEN in text], each.name


def test_a_space_without_payload_leaves_the_files_to_git(args):
    inputs = build(args | {"payload": None})["demo-space"].inputs
    assert (inputs["manifest"], inputs["sources"], inputs["build_inputs"]) == ({}, {}, [])


def test_a_seed_is_what_such_a_space_holds_first_and_never_its_payload(args, payload_of):
    recorder = build(args | {"payload": None, "seed": payload_of()})
    inputs = recorder["demo-space"].inputs
    assert inputs["manifest"] == inputs["sources"] == {}
    assert inputs["seed"] == payload_of().manifest()
    assert inputs["seed_sources"] == payload_of().sources()
    assert inputs["build_inputs"] == ["BASE_MODEL", "HF_TOKEN"]
    assert recorder["demo-ready"].inputs["awaits_push"] is False


def test_a_seed_is_checked_like_a_payload_and_there_is_one_of_the_two(args, payload_of):
    with pytest.raises(ConfigError, match=r"no README\.md"):
        SpaceArgs(**args | {"payload": None, "seed": payload_of(readme=None)})
    with pytest.raises(ConfigError, match="needs the secret HF_TOKEN"):
        SpaceArgs(**args | {"payload": None, "seed": payload_of(), "secrets": {}})
    with pytest.raises(ConfigError, match="a payload and a seed"):
        SpaceArgs(**args | {"seed": payload_of()})


def test_a_static_space_needs_no_dockerfile(args, payload_of):
    payload = payload_of(sdk="static", dockerfile=None)
    recorder = build(args | {"sdk": "static", "secrets": {}, "payload": payload})
    assert recorder["demo-space"].inputs["sdk"] == "static"


REFUSALS = [
    ({"repo_id": "demo"}, {}, ["'demo'", "'namespace/name'"]),
    ({"sdk": "gradio"}, {}, ["sdk 'gradio'", "docker, static"]),
    ({"visibility": "secret"}, {}, ["visibility 'secret'", "public, protected, private"]),
    ({"hardware": "h100"}, {}, ["hardware 'h100'", "cpu-basic", "t4-small"]),
    ({"variables": {"HF_TOKEN": "x"}}, {}, ["HF_TOKEN is declared as a secret and as a variable"]),
    ({"variables": {"SPACE_ID": "x"}}, {}, ["SPACE_ID is set by the platform", "another name"]),
    ({"variables": {"1X": "x"}}, {}, ["'1X'", "letters, digits and underscores"]),
    ({"sleep_seconds": 60}, {}, ["cpu-basic always sleeps after 48 h", "Remove sleep_seconds"]),
    ({"probe_path": "health"}, {}, ["probe_path 'health'", "begin with '/'"]),
    ({"secrets": {}}, {}, ["needs the secret HF_TOKEN", "declare it as a secret"]),
    (
        {"secrets": {}, "variables": {"HF_TOKEN": "x"}},
        {},
        ["needs the secret HF_TOKEN", "A variable does not reach"],
    ),
    ({}, {"port": 8501}, ["app_port 8501", "exposes 7860", "Make them agree"]),
    ({}, {"dockerfile": None}, ["no Dockerfile at its root"]),
    ({}, {"readme": None}, ["no README.md at its root", "sdk: docker"]),
    ({}, {"readme": "# no front matter"}, ["no front matter", "sdk: docker"]),
    ({}, {"sdk": "static"}, ["sdk is 'static'", "it must be docker"]),
    ({}, {"port": 0}, ["app_port is 0", "from 1 to 65535"]),
    ({"sdk": "static"}, {"sdk": "static"}, ["static Space hands its secrets", "Remove HF_TOKEN"]),
]


@pytest.mark.parametrize(("changes", "app", "texts"), REFUSALS)
def test_what_cannot_work_is_refused_with_value_rule_and_remedy(
    args, payload_of, changes, app, texts
):
    with pytest.raises(ConfigError) as refusal:
        SpaceArgs(**{**args, "payload": payload_of(**app), **changes})
    said = str(refusal.value)
    for text in texts:
        assert text in said
    if "repo_id" not in changes:
        assert "Space acme/demo: " in said
    assert CANARY not in said


def test_a_port_that_the_dockerfile_leaves_open_is_the_readmes_business(args, payload_of):
    dockerfile = DOCKERFILE.replace("EXPOSE 7860\n", "")
    args["payload"] = payload_of(port=8501, dockerfile=dockerfile)
    assert build(args)["demo-space"].inputs["repo_id"] == "acme/demo"


def test_a_sleep_time_on_upgraded_hardware_passes(args):
    assert SpaceArgs(**args, hardware="t4-small", sleep_seconds=-1).sleep_seconds == -1
