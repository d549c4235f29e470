"""Protects the rules: what a Dockerfile with a model in it must not do."""

import pytest

from slipway.dockerfile.rules import broken_rules, target_stage
from slipway.dockerfile.secret_rules import looks_secret
from slipway.dockerfile.stages import read_stages

GOOD = """\
FROM python:3.11-slim AS model
COPY download_models.py .
ARG BASE_MODEL
ARG BASE_MODEL_REVISION
RUN --mount=type=secret,id=HF_TOKEN python download_models.py
FROM python:3.11-slim
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY --link --from=model /models ./models
COPY app ./app
USER 1000
"""


def rules(text, delivery="baked", folders=("app",)):
    stages = read_stages(text)
    found = broken_rules(
        stages,
        target_stage(stages, delivery),
        text=text,
        delivery=delivery,
        model_arguments=("BASE_MODEL", "BASE_MODEL_REVISION"),
        folders=frozenset(folders),
    )
    return [str(each) for each in found]


def only(found, text):
    assert len(found) == 1, found
    assert text in found[0]


def test_a_good_dockerfile_breaks_none():
    assert rules(GOOD) == []


def test_one_stage_for_everything_is_refused():
    only(rules("FROM x\nARG BASE_MODEL\nRUN fetch\nCOPY app .\nUSER 1000\n"), "a stage of its own")


@pytest.mark.parametrize(
    "line", ["ARG HF_TOKEN", "ENV HF_TOKEN=x", "ENV DB_PASSWORD x", "ARG RENDER_API_KEY=1"]
)
@pytest.mark.parametrize("where", ["FROM python:3.11-slim AS model\n", "USER 1000\n"])
def test_a_credential_as_argument_or_variable_is_refused_in_any_stage(line, where):
    text = GOOD.replace(where, f"{where}{line}\n")
    only(rules(text), line.split()[1].partition("=")[0])


def test_a_credential_as_argument_before_the_first_stage_is_refused():
    only(rules(f"ARG HF_TOKEN=x\n{GOOD}"), "HF_TOKEN is an ARG")


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("HF_TOKEN", True),
        ("token", True),
        ("SECRET", True),
        ("AWS_SECRET_ACCESS_KEY", True),
        ("OPENAI_API_KEY", True),
        ("APIKEY", True),
        ("TOKENIZERS_PARALLELISM", False),
        ("MAX_NEW_TOKENS", False),
        ("HF_TOKEN_PATH", False),
        ("SECRETARY", False),
        ("CACHE_KEY", False),
        ("BASE_MODEL", False),
    ],
)
def test_names_of_credentials(name, secret):
    assert looks_secret(name) is secret


@pytest.mark.parametrize("user", ["", "USER root\n", "USER 0\n", "USER 0:0\n", "USER root:x\n"])
def test_root_is_refused(user):
    only(rules(GOOD.replace("USER 1000\n", user)), "runs as root")


def test_the_user_of_a_base_stage_counts_and_that_of_the_model_stage_does_not():
    base = "FROM python:3.11-slim AS base\nUSER 1000\n"
    inherited = GOOD.replace("USER 1000\n", "").replace("slim\nCOPY req", "slim\nCOPY req")
    inherited = base + inherited.replace("FROM python:3.11-slim\n", "FROM base\n")
    assert rules(inherited) == []
    elsewhere = GOOD.replace("USER 1000\n", "").replace("AS model\n", "AS model\nUSER 1000\n")
    only(rules(elsewhere), "runs as root")


def test_a_pin_that_the_model_stage_does_not_take_is_refused():
    only(rules(GOOD.replace("ARG BASE_MODEL_REVISION\n", "")), "no ARG BASE_MODEL_REVISION")
    moved = GOOD.replace("ARG BASE_MODEL_REVISION\n", "")
    only(rules(moved.replace("USER", "ARG BASE_MODEL_REVISION\nUSER")), "BASE_MODEL_REVISION")


@pytest.mark.parametrize("source", [".", "./", "app", "app/", "./app", "*.py"])
def test_code_in_the_model_stage_is_refused(source):
    only(
        rules(GOOD.replace("COPY download_models.py", f"COPY {source}")), "fetches the model again"
    )


@pytest.mark.parametrize("before", ["requirements.txt", "app"])
def test_what_changes_before_the_model_is_refused_unless_the_layer_stands_for_itself(before):
    text = GOOD.replace("COPY requirements.txt .\n", "").replace("COPY app ./app\n", "")
    linked = text.replace("COPY --link", f"COPY {before} ./x\nCOPY --link")
    assert rules(linked) == []
    only(rules(linked.replace("--link ", "")), f"{before} is copied before the model")
    only(rules(linked.replace("--link ", "--link=false ")), "copied before the model")


def test_a_model_copied_first_needs_no_link():
    text = GOOD.replace("COPY requirements.txt .\nRUN pip install -r requirements.txt\n", "")
    assert rules(text.replace("--link ", "")) == []


def test_a_stage_named_after_the_delivery_is_the_target():
    text = GOOD.replace("slim\nCOPY req", "slim AS baked\nCOPY req")
    text += "FROM python:3.11-slim AS download\nCOPY app ./app\nUSER 1000\n"
    stages = read_stages(text)
    assert target_stage(stages, "baked").name == "baked"
    assert target_stage(stages, "download").name == "download"
    assert target_stage(stages, "lfs") is None
    assert rules(text, "download") == rules(text, "baked") == []


def test_an_image_that_carries_a_model_is_no_image_for_download():
    only(rules(GOOD, "download"), "still copies from the model stage")
