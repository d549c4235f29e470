"""Protects how a Dockerfile's stages are read: names, lineage, copies, users, secrets."""

import pytest

from slipway.dockerfile.stages import Copy, read_stages
from slipway.errors import ConfigError

TEXT = """\
ARG PYTHON=3.11
FROM --platform=linux/amd64 python:${PYTHON}-slim AS model
ARG BASE_MODEL=a/b REVISION
COPY fetch.py ./
RUN --mount=type=secret,id=HF_TOKEN,required=true --mount=type=secret,id=OTHER \\
    python fetch.py
FROM debian:12 as runtime
ENV A=1 B="two words" \\
    C=3
ENV OLD some value
USER 1000:1000
FROM runtime
COPY --from=model --chown=user /models ./models
COPY ["a file.txt", "requirements.txt", "/app/"]
COPY <<EOF /etc/made
USER root
EOF
ADD --chmod=644 https://example.org/x.tgz /x.tgz
"""


def test_stages_have_names_or_numbers_and_know_what_they_come_from():
    stages = read_stages(TEXT)
    assert [(s.name, s.base) for s in stages.all] == [
        ("model", "python:3.11-slim"),
        ("runtime", "debian:12"),
        ("2", "runtime"),
    ]
    assert stages.global_arguments == {"PYTHON"}
    last = stages.all[-1]
    assert [s.name for s in stages.lineage(last)] == ["runtime", "2"]
    assert {s.name for s in stages.needed_for(last)} == {"runtime", "2", "model"}
    assert [s.name for s in stages.needed_for(stages.all[1])] == ["runtime"]
    assert stages.find("MODEL") is stages.all[0]
    assert stages.find("1") is stages.all[1]
    assert stages.find("missing") is None


def test_arguments_variables_users_and_secrets_belong_to_their_stage():
    model, runtime, last = read_stages(TEXT).all
    assert model.arguments == {"BASE_MODEL", "REVISION"}
    assert (model.secrets, model.required_secrets) == ({"HF_TOKEN", "OTHER"}, {"HF_TOKEN"})
    assert runtime.variables == {"A", "B", "C", "OLD"}
    assert runtime.secrets == frozenset()
    assert (model.user, runtime.user, last.user) == (None, "1000:1000", None)


def test_copies_keep_sources_and_leave_heredocs_out():
    _, _, last = read_stages(TEXT).all
    assert last.copies == (
        Copy(("/models",), "./models", "model"),
        Copy(("a file.txt", "requirements.txt"), "/app/", None),
        Copy((), "/etc/made", None),
        Copy(("https://example.org/x.tgz",), "/x.tgz", None),
    )


def test_a_stage_named_like_its_own_base_does_not_loop():
    stages = read_stages("FROM python AS python\nUSER 5\n")
    assert [s.name for s in stages.lineage(stages.all[0])] == ["python"]


def test_no_from_is_no_dockerfile():
    with pytest.raises(ConfigError, match="no FROM"):
        read_stages("ARG X=1\n")
