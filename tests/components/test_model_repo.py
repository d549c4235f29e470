"""Protects the model repository's component: what it registers and what it refuses."""

import pytest
from pulumi import ResourceOptions

from slipway.errors import ConfigError
from slipway.huggingface.model_repo.model_repo import ModelRepo, ModelRepoArgs
from slipway.payload.files import payload_from_files
from tests.components.recorder import record


@pytest.fixture
def files(tmp_path):
    (tmp_path / "weights.gguf").write_bytes(b"GGUF")
    return payload_from_files({"weights.gguf": tmp_path / "weights.gguf"})


def build(stack="dev", **args):
    def program():
        model = ModelRepo("model", ModelRepoArgs(**{"repo_id": "acme/tiny", **args}))
        return {"id": model.repo_id, "url": model.url, "commit": model.commit}

    return record(program, stack=stack)


def test_it_registers_the_repository_below_itself_with_all_that_was_declared(files):
    recorder = build(files=files, visibility="private", adopt=True, stack="prod")
    assert {name: each.type for name, each in recorder.resources.items()} == {
        "model": "slipway:huggingface:ModelRepo",
        "lineage": "pulumi-python:dynamic/core:Lineage",
        "model-repo": "pulumi-python:dynamic/huggingface:ModelRepo",
    }
    repo = recorder["model-repo"]
    assert repo.parent == "model"
    assert {key: repo.inputs[key] for key in ("repo_id", "visibility", "adopt")} == {
        "repo_id": "acme/tiny",
        "visibility": "private",
        "adopt": True,
    }
    assert repo.inputs["mark"].startswith("slipway/prod@lineage-id.")
    assert repo.inputs["manifest"] == files.manifest()
    assert repo.inputs["sources"] == files.sources()


def test_without_files_nothing_is_seeded():
    inputs = build()["model-repo"].inputs
    assert (inputs["manifest"], inputs["sources"]) == ({}, {})


def test_policies_see_the_id_and_the_visibility():
    seen = build()["model"].inputs
    assert seen == {"repo_id": "acme/tiny", "visibility": "public", "megabytes": {}}


def test_its_outputs_are_those_of_the_platform():
    assert build().outputs == {"id": "acme/tiny", "url": "https://hub/it", "commit": "d" * 40}


@pytest.mark.parametrize("protect", [True, False])
def test_protection_is_put_on_the_repository_itself(protect):
    assert build(protect=protect)["model-repo"].protect is protect


def test_protection_given_to_the_component_reaches_the_repository():
    def program():
        ModelRepo("model", ModelRepoArgs(repo_id="acme/tiny"), ResourceOptions(protect=True))

    assert record(program)["model-repo"].protect


@pytest.mark.parametrize("repo_id", ["tiny", "acme/tiny/x", "acme/-tiny", "acme/tiny.git"])
def test_a_bad_id_is_refused_with_the_value_and_the_rule(repo_id):
    with pytest.raises(ConfigError) as refusal:
        ModelRepoArgs(repo_id=repo_id)
    assert repr(repo_id) in str(refusal.value)
    assert "'namespace/name'" in str(refusal.value)


@pytest.mark.parametrize("visibility", ["protected", "secret", ""])
def test_a_visibility_the_hub_does_not_know_for_models_is_refused(visibility):
    with pytest.raises(ConfigError) as refusal:
        ModelRepoArgs(repo_id="acme/tiny", visibility=visibility)
    assert f"acme/tiny: visibility {visibility!r}; use public or private" in str(refusal.value)
