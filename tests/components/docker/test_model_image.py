"""Protects what a ModelImage asks the plugin for, and what it refuses before asking."""

import pytest
from pulumi import Output

from slipway.errors import ConfigError
from slipway.images.model_image import ModelImage
from slipway.images.model_image_args import ModelImageArgs
from slipway.images.model_source import ModelSource
from tests.components.recorder import OUTPUTS, clear_texts, is_secret, record, unwrap

IMAGE = "docker-build:index:Image"
FACTS = "pulumi-python:dynamic/docker:ImageFacts"
CANARY = "canary-3f1c9d7be02a46"
MODEL = ModelSource(repo="org/model", revision="a" * 40, file="w.gguf", sha256="b" * 64)
DOCKERFILE = """\
FROM python:3.11-slim AS model
COPY download_models.py .
ARG HF_ENDPOINT
ARG BASE_MODEL
ARG BASE_MODEL_FILE
ARG BASE_MODEL_REVISION
ARG BASE_MODEL_SHA256
RUN --mount=type=secret,id=HF_TOKEN,required=true python download_models.py
FROM python:3.11-slim AS baked
COPY --link --from=model --chown=user /models ./models
ARG TITLE
COPY app ./app
USER 1000
FROM python:3.11-slim AS download
ARG TITLE
COPY app ./app
USER 1000
"""


@pytest.fixture(autouse=True)
def builder(monkeypatch):
    monkeypatch.setenv("SLIPWAY_REGISTRY", "registry.example/me/")
    monkeypatch.setenv("SLIPWAY_BUILDER", "ours")
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.example")
    ref = "registry.example/me/frigo/app:tag@sha256:" + "c" * 64
    monkeypatch.setitem(OUTPUTS, IMAGE, {"ref": ref, "digest": "sha256:" + "c" * 64})
    facts = {"size_bytes": 5.0, "model_layer": "sha256:d", "model_layer_bytes": 3.0}
    monkeypatch.setitem(OUTPUTS, FACTS, facts)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text("print()")
    (tmp_path / "download_models.py").write_text("print()")
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    return tmp_path


def arguments(folder, **changes):
    base = {
        "repository": "frigo/app",
        "context": folder,
        "model": MODEL,
        "secrets": {"HF_TOKEN": CANARY},
    }
    return ModelImageArgs(**{**base, **changes})


def recorded(folder, **changes):
    def program():
        image = ModelImage("app", arguments(folder, **changes))
        names = ("ref", "digest", "size_bytes", "model_layer", "model_layer_bytes", "model_sha256")
        return {name: getattr(image, name) for name in names}

    return record(program)


def tag(args):
    return args.tag(args.all_build_args())


def test_it_builds_the_delivery_s_stage_and_never_while_previewing(folder):
    args = arguments(folder)
    image = recorded(folder)["app-image"]
    assert image.parent == "app"
    assert image.inputs["buildOnPreview"] is False
    assert image.inputs["push"] is False  # the export does
    [exported] = [each["image"] for each in image.inputs["exports"]]
    assert exported["push"] is True
    assert image.inputs["target"] == "baked"
    assert image.inputs["tags"] == [f"registry.example/me/frigo/app:{tag(args)}"]
    assert image.inputs["builder"] == {"name": "ours"}
    assert image.inputs["platforms"] == ["linux/amd64"]
    assert image.inputs["buildArgs"] == {
        "HF_ENDPOINT": "http://hub.example",
        "BASE_MODEL": "org/model",
        "BASE_MODEL_FILE": "w.gguf",
        "BASE_MODEL_REVISION": "a" * 40,
        "BASE_MODEL_SHA256": "b" * 64,
    }


def test_leaving_the_stack_deletes_no_image_that_another_stack_may_run(folder):
    assert recorded(folder)["app-image"].retained


def test_the_cache_keeps_the_image_s_layers_as_they_are_pushed_and_may_fail(folder):
    image = recorded(folder)["app-image"]
    ref = "registry.example/me/frigo/app-cache:baked"
    [kept] = [each["registry"] for each in image.inputs["cacheTo"]]
    assert kept["ref"] == ref
    assert kept["mode"] == "min"
    [exported] = [each["image"] for each in image.inputs["exports"]]
    for key in ("compression", "compressionLevel"):  # else every layer is compressed twice
        assert kept[key] == exported[key]
    assert kept["ignoreError"] is True
    assert [each["registry"]["ref"] for each in image.inputs["cacheFrom"]] == [ref]
    assert "cacheTo" not in recorded(folder, cache=False)["app-image"].inputs


def test_a_build_secret_is_a_secret_and_its_change_alone_builds_nothing(folder):
    recorder = recorded(folder)
    image = recorder["app-image"]
    secrets = unwrap(image.inputs["secrets"])
    assert is_secret(image.inputs["secrets"]) or is_secret(secrets["HF_TOKEN"])
    assert image.inputs["ignoreSecretsInDiffCalculation"] == ["HF_TOKEN"]
    for each in recorder.resources.values():
        assert CANARY not in "".join(clear_texts(each.inputs))
    assert tag(arguments(folder)) == tag(arguments(folder, secrets={"HF_TOKEN": "other"}))


def test_another_delivery_takes_another_stage_and_only_what_that_one_needs(folder):
    image = recorded(folder, delivery="download", build_args={"TITLE": "x"})["app-image"]
    assert "secrets" not in image.inputs or unwrap(image.inputs["secrets"]) == {}
    assert image.inputs["buildArgs"] == {"TITLE": "x"}
    assert "app-cache:download" in str(image.inputs["cacheFrom"])


def test_outputs_and_what_policies_see(folder):
    recorder = recorded(folder)
    assert recorder.outputs["digest"] == "sha256:" + "c" * 64
    assert recorder.outputs["size_bytes"] == 5
    assert recorder.outputs["model_sha256"] == "b" * 64
    assert recorder["app-facts"].inputs["model_copy"] == "/models ./models"
    seen = recorder["app"].inputs
    assert (seen["delivery"], seen["model"]) == ("baked", "org/model")
    assert seen["secret_names"] == ["HF_TOKEN"]


@pytest.mark.parametrize(
    "change",
    [
        lambda f: (f / "app" / "main.py").write_text("print(2)"),
        lambda f: (f / "app" / "new.py").write_text(""),
        lambda f: (f / "Dockerfile").write_text(DOCKERFILE + "# more\n"),
        lambda f: (f / "app" / "main.py").chmod(0o755),
    ],
)
def test_the_tag_changes_with_every_file(folder, change):
    before = tag(arguments(folder))
    assert tag(arguments(folder)) == before
    change(folder)
    assert tag(arguments(folder)) != before


@pytest.mark.parametrize(
    "changes",
    [
        {"model": ModelSource(repo="org/model", revision="e" * 40)},
        {"build_args": {"TITLE": "x"}},
        {"delivery": "download"},
        {"platform": "linux/arm64"},
    ],
)
def test_the_tag_changes_with_every_setting(folder, changes):
    assert tag(arguments(folder, **changes)) != tag(arguments(folder))


def test_a_service_without_a_model_is_its_last_stage(folder):
    (folder / "Dockerfile").write_text("FROM x\nCOPY app .\nUSER 1000\n")
    image = recorded(folder, model=None, secrets={})["app-image"]
    assert "target" not in image.inputs
    assert recorded(folder, model=None, secrets={})["app-facts"].inputs["model_copy"] == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"delivery": "carrier pigeon"}, "use one of baked, download, lfs"),
        ({"delivery": "lfs"}, "FROM … AS lfs"),
        ({"secrets": {}}, "needs the secret HF_TOKEN"),
        ({"secrets": {"HF_TOKEN": "x", "MORE": "y"}}, "no RUN mounts the secret MORE"),
        ({"build_args": {"MY_TOKEN": CANARY}}, "Give it as a build secret"),
        ({"build_args": {"UNKNOWN": "x"}}, "declares no ARG UNKNOWN"),
        ({"repository": "Frigo/App"}, "small letters"),
        ({"repository": "frigo/app:1"}, "without registry and tag"),
        ({"dockerfile": "gone/Dockerfile"}, "no file gone/Dockerfile"),
    ],
)
def test_settings_that_cannot_work_are_refused(folder, changes, said):
    with pytest.raises(ConfigError) as refusal:
        arguments(folder, **changes)
    assert said in str(refusal.value)
    assert CANARY not in str(refusal.value)


def test_all_broken_rules_are_said_at_once(folder):
    text = DOCKERFILE.replace("COPY app ./app\nUSER 1000\nFROM", "COPY gone ./app\nFROM")
    (folder / "Dockerfile").write_text(text)
    with pytest.raises(ConfigError) as refusal:
        arguments(folder)
    assert "runs as root" in str(refusal.value)
    assert "COPY gone" in str(refusal.value)


def test_a_source_missing_in_a_stage_that_is_not_built_does_not_matter(folder):
    (folder / "Dockerfile").write_text(DOCKERFILE.replace("COPY download_models.py .", "COPY x ."))
    with pytest.raises(ConfigError, match="COPY x"):
        arguments(folder)
    assert tag(arguments(folder, delivery="download"))


CHOOSING = """\
ARG MODEL_DELIVERY=baked
FROM python:3.11-slim AS downloader
COPY download_models.py .
FROM downloader AS model-downloader
ARG MODEL_REPO=
ARG MODEL_FILE=
ARG MODEL_REVISION=
ARG MODEL_SHA256=
RUN --mount=type=secret,id=HF_TOKEN python download_models.py
FROM python:3.11-slim AS delivery-baked
COPY --link --from=model-downloader /app/models /app/models
FROM python:3.11-slim AS delivery-download
COPY --from=downloader /opt /opt
FROM python:3.11-slim AS delivery-none
FROM delivery-${MODEL_DELIVERY}
COPY app ./app
USER 1000
"""


@pytest.mark.parametrize("delivery", ["baked", "download"])
def test_a_dockerfile_may_choose_by_an_argument(folder, delivery):
    (folder / "Dockerfile").write_text(CHOOSING)
    recorder = recorded(folder, delivery=delivery)
    inputs = recorder["app-image"].inputs
    assert "target" not in inputs
    assert inputs["buildArgs"]["MODEL_DELIVERY"] == delivery
    baked = delivery == "baked"
    assert inputs["buildArgs"].get("MODEL_REPO") == ("org/model" if baked else None)
    assert inputs["buildArgs"].get("MODEL_REVISION") == ("a" * 40 if baked else None)
    copy = "/app/models /app/models" if baked else ""
    assert recorder["app-facts"].inputs["model_copy"] == copy


def test_without_a_model_the_caller_chooses(folder):
    (folder / "Dockerfile").write_text(CHOOSING)
    args = {"MODEL_DELIVERY": "none"}
    image = recorded(folder, model=None, secrets={}, build_args=args)["app-image"]
    assert image.inputs["buildArgs"] == args


def test_weights_by_lfs_are_a_file_of_the_context_and_not_its_pointer(folder):
    stage = "FROM python:3.11-slim AS lfs\nCOPY w.gguf models/\nCOPY app .\nUSER 1000\n"
    (folder / "Dockerfile").write_text(DOCKERFILE + stage)
    with pytest.raises(ConfigError, match=r"COPY w\.gguf"):
        arguments(folder, delivery="lfs")
    (folder / "w.gguf").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n")
    with pytest.raises(ConfigError, match="git lfs pull"):
        arguments(folder, delivery="lfs")
    (folder / "w.gguf").write_bytes(b"GGUF")
    image = recorded(folder, delivery="lfs")["app-image"]
    assert image.inputs["target"] == "lfs"
    assert "secrets" not in image.inputs or unwrap(image.inputs["secrets"]) == {}


def test_credentials_among_the_files_are_refused(folder):
    (folder / "app" / ".env").write_text("A=1")
    with pytest.raises(ConfigError, match=r"app/\.env"):
        arguments(folder)


def test_no_registry_is_said_with_its_remedy(folder, monkeypatch):
    monkeypatch.delenv("SLIPWAY_REGISTRY")
    with pytest.raises(ConfigError, match="Export SLIPWAY_REGISTRY"):
        recorded(folder)


@pytest.mark.parametrize("revision", ["main", "", "A" * 40, "a" * 39])
def test_a_model_must_be_pinned(revision):
    with pytest.raises(ConfigError, match="40 hex digits"):
        ModelSource(repo="org/model", revision=revision)


def test_a_commit_that_another_resource_makes_is_part_of_the_tag(folder):
    def program():
        revision = Output.from_input(MODEL.revision)
        model = ModelSource(repo=MODEL.repo, revision=revision, file=MODEL.file, sha256="b" * 64)
        return {"ref": ModelImage("app", arguments(folder, model=model)).ref}

    pinned = recorded(folder)["app-image"].inputs
    followed = record(program)["app-image"].inputs
    assert followed["tags"] == pinned["tags"]
    assert followed["buildArgs"] == pinned["buildArgs"]
