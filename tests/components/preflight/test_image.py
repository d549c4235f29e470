"""Protects the checks of an image before it is built: rules, files, packages."""

import pytest

from slipway.dockerfile.context import read_context
from slipway.preflight.image import check_dockerfile

DOCKERFILE = """\
FROM python:3.11-slim AS model
COPY requirements-download.txt download.py ./
RUN pip install -r requirements-download.txt && python download.py
FROM python:3.11-slim
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY --link --from=model /models ./models
COPY app ./app
USER 1000
"""


@pytest.fixture
def found(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/main.py").write_text("import flask\nfrom . import other\n")
    (tmp_path / "app/other.py").write_text("")
    (tmp_path / "download.py").write_text("import huggingface_hub\n")
    (tmp_path / "requirements.txt").write_text("flask==3\n")
    (tmp_path / "requirements-download.txt").write_text("huggingface-hub==2\n")

    def look(dockerfile=DOCKERFILE, **files):
        (tmp_path / "Dockerfile").write_text(dockerfile)
        for name, text in files.items():
            (tmp_path / name.replace("__", "/")).with_suffix(".py").write_text(text)
        findings = check_dockerfile("app", read_context(tmp_path), delivery="baked")
        return [(each.severity.value, each.problem) for each in findings]

    return look


def test_an_image_that_has_all_it_needs(found):
    assert found() == []


def test_each_stage_needs_its_own_packages(found):
    [(severity, said)] = found(app__main="import huggingface_hub\n")
    assert severity == "error"
    assert "main.py imports huggingface_hub" in said
    [(_, said)] = found(app__main="", download="import flask\n")
    assert "download.py imports flask" in said


def test_a_package_may_be_installed_by_its_name(found):
    text = DOCKERFILE.replace(
        "install -r requirements.txt", "install --no-cache-dir 'Torch>=2' flask"
    )
    assert found(text.replace("'", ""), app__main="import torch, flask\n") == []


@pytest.mark.parametrize(
    "text",
    [
        DOCKERFILE.replace("FROM python:3.11-slim\n", "FROM pytorch/pytorch:2.4\n"),
        DOCKERFILE.replace("RUN pip install -r requirements.txt", "RUN poetry install"),
    ],
)
def test_where_packages_may_come_from_elsewhere_it_is_only_said(found, text):
    [(severity, said)] = found(text, app__main="import torch\n")
    assert (severity, "imports torch" in said) == ("warning", True)


def test_rules_files_and_packages_are_said_together(found):
    text = DOCKERFILE.replace("USER 1000\n", "COPY gone.txt .\nENV HF_TOKEN=x\n")
    said = " ".join(problem for _, problem in found(text, app__main="import torch\n"))
    for part in ("runs as root", "copies gone.txt", "HF_TOKEN is an ARG", "imports torch"):
        assert part in said
