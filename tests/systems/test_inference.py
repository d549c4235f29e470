"""Protects the inference system: what dev and prod raise from the stack files as they are."""

import json
import shutil
from dataclasses import dataclass

import pytest

from slipway.core.secrecy.sealing import unseal
from slipway.errors import ConfigError
from tests.components.recorder import Recorder, clear_texts, record, run, unwrap
from tests.systems.raising import raise_system

DYNAMIC = "pulumi-python:dynamic/huggingface"
COMMIT = "d" * 40  # head of the model repository, as the recorder's platform says


def raise_it():
    return raise_system("inference")


def changed(values, **changes):
    """Stack values with other values of the system; None removes one."""
    own = {**json.loads(values["slipway:inference"]), **changes}
    kept = {key: value for key, value in own.items() if value is not None}
    return {**values, "slipway:inference": json.dumps(kept)}


@dataclass
class Raised:
    """What a stack registered, by what a person calls it."""

    recorder: Recorder

    def space(self, name="inference"):
        return self.recorder[f"{name}-space"].inputs

    def ready(self, name="inference"):
        return self.recorder[f"{name}-ready"].inputs

    def ids(self, type_):
        found = self.recorder.of_type(f"{DYNAMIC}:{type_}")
        return sorted(each.inputs["repo_id"] for each in found)


@pytest.fixture
def raised(stack_values):
    return lambda stack: Raised(record(raise_it, stack_values(stack), stack=stack))


def test_dev_raises_one_space_and_its_model(raised):
    dev = raised("dev")
    assert dev.ids("Space") == ["slipway/inference-dev"]
    assert dev.ids("ModelRepo") == ["slipway/tiny-phi-dev"]


def test_prod_raises_its_engine_beside_it(raised):
    prod = raised("prod")
    assert prod.ids("Space") == ["slipway/inference", "slipway/inference-engine"]
    assert prod.ids("ModelRepo") == ["slipway/tiny-phi"]


def test_dev_and_prod_share_no_physical_name(raised):
    dev, prod = raised("dev"), raised("prod")
    for type_ in ("Space", "ModelRepo"):
        assert not set(dev.ids(type_)) & set(prod.ids(type_))


def test_logical_names_do_not_depend_on_the_stack(raised):
    dev, prod = raised("dev").recorder.resources, raised("prod").recorder.resources
    assert set(dev) < set(prod)
    assert all(name.startswith("inference-engine") for name in set(prod) - set(dev))


def test_the_variables_of_dev_pin_the_model_and_keep_generation_here(raised):
    assert raised("dev").space()["variables"] == {
        "BASE_MODEL": "slipway/tiny-phi-dev",
        "BASE_MODEL_FILE": "tiny-phi.gguf",
        "BASE_MODEL_REVISION": COMMIT,
        "BASE_MODEL_SHA256": "f" * 64,
        "LOG_LEVEL": "DEBUG",
        "HYBRID_REMOTE_GENERATION": "false",
    }


def test_prod_hands_generation_to_the_engine_it_raised(raised):
    prod = raised("prod")
    assert prod.space()["variables"] == {
        "BASE_MODEL": "slipway/tiny-phi",
        "BASE_MODEL_FILE": "tiny-phi.gguf",
        "BASE_MODEL_REVISION": COMMIT,
        "BASE_MODEL_SHA256": "f" * 64,
        "LOG_LEVEL": "INFO",
        "HYBRID_REMOTE_GENERATION": "true",
        "REMOTE_ENGINE_URL": "https://it.hub",
    }


def test_the_engine_generates_itself(raised):
    variables = raised("prod").space("inference-engine")["variables"]
    assert variables["HYBRID_REMOTE_GENERATION"] == "false"
    assert "REMOTE_ENGINE_URL" not in variables


@pytest.mark.parametrize(("stack", "hardware"), [("dev", "cpu-basic"), ("prod", "cpu-upgrade")])
def test_hardware_is_the_stacks(raised, stack, hardware):
    assert raised(stack).space()["hardware"] == hardware


@pytest.mark.parametrize(("stack", "protect"), [("dev", False), ("prod", True)])
def test_prod_is_protected_and_dev_is_not(raised, stack, protect):
    recorder = raised(stack).recorder
    assert recorder["inference-space"].protect is protect
    assert recorder["inference-model-repo"].protect is protect


def test_a_space_is_ready_when_its_app_serves_the_pinned_revision(raised):
    ready = raised("dev").ready()
    assert (ready["probe_path"], ready["expect"]) == ("/health", {"revision": COMMIT})


def read_token(space):
    """What the Space will find in HF_TOKEN."""
    return unseal("canary-write-token", unwrap(unwrap(space["secrets"])["HF_TOKEN"]))


def test_the_spaces_get_the_token_that_can_only_read_and_nothing_gets_the_other(raised):
    prod = raised("prod")
    for name in ("inference", "inference-engine"):
        assert read_token(prod.space(name)) == "canary-read-token"
    assert "canary" not in repr(prod.recorder.resources)
    assert prod.recorder.warnings == []


def test_without_a_read_token_nothing_is_declared_and_no_space_gets_the_other(
    stack_values, monkeypatch
):
    monkeypatch.delenv("HF_READ_TOKEN")
    recorder = Recorder()
    with pytest.raises(ConfigError, match="Export HF_READ_TOKEN"):
        run(recorder, raise_it, stack_values("dev"))
    assert recorder.resources == {}


def test_the_model_repository_is_seeded_with_weights_card_and_metrics(raised, checkout):
    inputs = raised("dev").recorder["inference-model-repo"].inputs
    assert set(inputs["manifest"]) == {"tiny-phi.gguf", "README.md", "metrics.json"}
    assert inputs["sources"]["README.md"] == str(checkout / "README.md")


def test_what_is_published_of_the_app_is_what_its_image_needs(raised):
    files = set(raised("dev").space()["manifest"])
    assert {"Dockerfile", "README.md", "requirements.txt", "app/inference_server.py"} <= files
    assert not [name for name in files if name.endswith((".pyc", ".gguf")) or name == ".env"]


@pytest.mark.parametrize(
    ("stack", "names"),
    [("dev", {"url", "page", "model"}), ("prod", {"url", "page", "model", "engine"})],
)
def test_a_stack_exports_the_addresses_of_what_it_raised(raised, stack, names):
    outputs = raised(stack).recorder.outputs
    assert set(outputs) == names
    assert all(value.startswith("https://") for value in outputs.values())


def refused(values, match):
    """The refusal comes, and before anything was registered."""
    recorder = Recorder()
    with pytest.raises(ConfigError, match=match):
        run(recorder, raise_it, values)
    assert recorder.resources == {}


def test_somebody_elses_model_needs_a_pinned_revision_and_is_not_created(stack_values):
    theirs = {"trainHere": False, "modelRepo": "other/phi-2"}
    refused(changed(stack_values("dev"), **theirs), "modelRevision is empty and other/phi-2")
    values = changed(stack_values("dev"), **theirs, modelRevision="e" * 40)
    dev = Raised(record(raise_it, values))
    assert dev.ids("ModelRepo") == []
    assert dev.space()["variables"]["BASE_MODEL"] == "other/phi-2"
    assert dev.space()["variables"]["BASE_MODEL_REVISION"] == "e" * 40
    assert "BASE_MODEL_SHA256" not in dev.space()["variables"]
    assert dev.ready()["expect"] == {"revision": "e" * 40}


def test_a_pinned_revision_wins_over_the_head_of_our_own_repository(stack_values):
    recorder = record(raise_it, changed(stack_values("dev"), modelRevision="e" * 40))
    variables = recorder["inference-space"].inputs["variables"]
    assert variables["BASE_MODEL_REVISION"] == "e" * 40
    assert "BASE_MODEL_SHA256" not in variables  # known of the head alone


def test_a_sum_that_was_reviewed_wins_over_what_the_repository_says(stack_values):
    recorder = record(raise_it, changed(stack_values("dev"), modelSha256="e" * 64))
    assert recorder["inference-space"].inputs["variables"]["BASE_MODEL_SHA256"] == "e" * 64


def test_another_engine_may_be_given_by_its_address(stack_values):
    url = "http://127.0.0.1:9000"
    values = changed(stack_values("prod"), engineSpace=None, remoteEngineUrl=url)
    prod = Raised(record(raise_it, values))
    assert prod.ids("Space") == ["slipway/inference"]
    assert prod.space()["variables"]["REMOTE_ENGINE_URL"] == url


OBJECT = ("slipway:inference",)  # what the engine says is secret, whichever part of it is


def test_an_address_that_is_given_as_a_secret_is_a_secret_of_the_space_and_stays_one(stack_values):
    url = "https://canary-user:canary-key@engine.example"
    values = changed(stack_values("prod"), engineSpace=None, remoteEngineUrl=url)
    prod = Raised(record(raise_it, values, OBJECT))
    sealed = unwrap(unwrap(prod.space()["secrets"])["REMOTE_ENGINE_URL"])
    assert unseal("canary-write-token", sealed) == url
    assert "REMOTE_ENGINE_URL" not in prod.space()["variables"]
    texts = [text for each in prod.recorder.resources.values() for text in clear_texts(each.inputs)]
    assert not [text for text in texts if "canary-key" in text]


def test_a_secret_among_values_that_all_are_shown_is_refused_with_what_may_be_one(stack_values):
    with pytest.raises(ConfigError) as refusal:
        record(raise_it, stack_values("dev"), OBJECT)
    said = str(refusal.value)
    assert said.startswith("Stack value slipway:inference holds a secret")
    assert "Only remoteEngineUrl may be one" in said
    assert "Set it again without --secret" in said


def test_a_secret_address_that_will_not_do_is_refused_without_being_shown(stack_values):
    url = f"ftp://canary-key@engine.example/{'long/' * 40}"
    values = changed(stack_values("prod"), remoteEngineUrl=url)
    with pytest.raises(
        ConfigError, match=r"inference\.remoteEngineUrl is .* http or https"
    ) as refusal:
        record(raise_it, values, OBJECT)
    assert "canary-key" not in str(refusal.value)
    assert "[secret]" in str(refusal.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"engineSpace": None},
        {"remoteEngineUrl": "http://127.0.0.1:9000"},
    ],
)
def test_hybrid_mode_needs_just_one_engine(stack_values, changes):
    refused(changed(stack_values("prod"), **changes), "give either remoteEngineUrl or engineSpace")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"hardwear": "cpu-basic"}, "slipway:inference.hardwear is unknown"),
        ({"trainHere": "yes"}, "slipway:inference.trainHere is 'yes'"),
        ({"space": None}, "slipway:inference lacks space"),
        ({"modelRepo": "a--b"}, "inference.modelRepo is 'a--b'; it must be 'name'"),
        ({"modelRevision": "main"}, "modelRevision is 'main'; it must be a commit"),
        ({"modelSha256": "abc"}, "modelSha256 is 'abc'; it must be 64 hex digits"),
    ],
)
def test_wrong_values_are_refused_before_anything_is_registered(stack_values, changes, match):
    refused(changed(stack_values("dev"), **changes), match)


def test_without_a_token_nothing_is_registered(stack_values, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    refused(stack_values("dev"), "Export HF_TOKEN")


def test_without_trained_weights_the_command_that_trains_them_is_named(stack_values, checkout):
    shutil.rmtree(checkout)
    refused(stack_values("dev"), "Run `make model`")


def test_without_hybrid_mode_an_engine_that_is_named_is_not_raised(stack_values):
    dev = Raised(record(raise_it, changed(stack_values("dev"), engineSpace="engine")))
    assert dev.ids("Space") == ["slipway/inference-dev"]
