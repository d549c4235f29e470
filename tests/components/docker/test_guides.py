"""Protects against what deployment guides tell people to write: each line meets its rule.

The lines say in words of our own what is found in guides for Spaces and Render.
"""

import re
from pathlib import Path

import pytest

from slipway.dockerfile import image_rules, secret_rules
from slipway.dockerfile import rules as dockerfile_rules
from slipway.dockerfile.image_rules import WAIVABLE
from slipway.dockerfile.rules import broken_rules, target_stage
from slipway.dockerfile.stages import read_stages

RULES = (dockerfile_rules, image_rules, secret_rules)
MODEL = """\
FROM python:3.11-slim AS model
COPY download_models.py .
ARG MODEL_REPO
ARG MODEL_REVISION
{fetch}
"""
IMAGE = """\
FROM python:3.11-slim
{packages}
COPY requirements.txt .
{copy}
COPY app ./app
{code}
{user}
"""
GOOD = {
    "fetch": "RUN --mount=type=secret,id=HF_TOKEN HF_TOKEN=$(cat /run/secrets/HF_TOKEN) \\\n"
    "    python download_models.py --out /models",
    "packages": "RUN apt-get update && apt-get install -y --no-install-recommends libgomp1",
    "copy": "COPY --link --from=model /models /app/models",
    "code": "",
    "user": "USER 1000",
}
TOKEN = "hf_" + "q" * 34

LINES = [  # rule, place, line
    # A login keeps the token in the layer of the stage, and in the cache that is pushed.
    (
        "secret-login",
        "fetch",
        GOOD["fetch"] + " && huggingface-cli login --token $HF_TOKEN",
    ),
    ("secret-login", "fetch", GOOD["fetch"] + " && hf auth login --token x"),
    ("secret-login", "code", "RUN git config --global credential.helper store"),
    ("secret-login", "code", "RUN echo machine huggingface.co > /root/.netrc"),
    ("secret-argument", "fetch", f"ARG HF_TOKEN\n{GOOD['fetch']}"),
    ("secret-argument", "code", "ENV HF_TOKEN=${HF_TOKEN}"),
    ("secret-argument", "code", "ENV API_KEY=change-me"),
    ("secret-argument", "user", "ENV POSTGRES_PASSWORD secret\nUSER 1000"),
    ("secret-literal", "fetch", f"RUN TOKEN={TOKEN} python download_models.py"),
    ("secret-unmounted", "fetch", "RUN python download_models.py --token $HF_TOKEN"),
    ("secret-unmounted", "fetch", "RUN python download_models.py --token ${HF_TOKEN:-none}"),
    ("secret-unmounted", "fetch", "RUN cat /run/secrets/HF_TOKEN | python download_models.py"),
    (
        "secret-unmounted",
        "fetch",
        "RUN --mount=type=secret,id=OTHER cat /run/secrets/HF_TOKEN | python download_models.py",
    ),
    ("root", "user", ""),
    ("root", "user", "USER root"),
    ("root", "user", "USER 1000\nUSER 0:0"),
    ("compiler", "packages", "RUN apt-get update && apt-get install -y build-essential redis"),
    ("compiler", "packages", "RUN apt-get install -y gcc g++ && rm -rf /var/lib/apt/lists/*"),
    ("compiler", "packages", "RUN apk add --no-cache build-base"),
    (
        "compiler",
        "packages",
        "RUN apt-get install -y cmake && pip install x && apt-get purge -y g++",
    ),
    ("downloader", "code", "COPY download_models.py ."),
    ("unchecked-download", "code", "ADD https://example.org/llama-server /usr/local/bin/"),
    ("model-stage", "copy", ""),
    ("model-stage", "code", "RUN python download_models.py --model phi"),
    ("model-stage", "code", "RUN huggingface-cli download microsoft/phi-2"),
    ("model-stage", "code", "RUN git lfs install && git clone https://huggingface.co/acme/phi"),
    (
        "model-stage",
        "code",
        "RUN python -c 'from huggingface_hub import snapshot_download as s; s(\"acme/phi\")'",
    ),
    ("model-cache", "fetch", f"COPY . .\n{GOOD['fetch']}"),
    ("model-order", "copy", "COPY src ./src\nCOPY --from=model /models /app/models"),
]
FINE = [
    ("fetch", "RUN --mount=type=secret,id=HF_TOKEN,env=HF_TOKEN python download_models.py"),
    ("fetch", "RUN --mount=type=secret,id=hf,env=HF_TOKEN python download_models.py --t $HF_TOKEN"),
    ("fetch", "RUN python download_models.py --max $MAX_NEW_TOKENS"),
    (
        "packages",
        "RUN apt-get install -y gcc && pip install -r x && apt-get purge -y --auto-remove gcc",
    ),
    ("packages", "RUN apt-get install -y libgcc-s1 cmake-data"),
    ("code", "ADD --checksum=sha256:00 https://example.org/llama-server /usr/local/bin/"),
    ("code", "RUN python app/login.py"),
]


def broken(text, delivery="baked", arguments=("MODEL_REPO", "MODEL_REVISION")):
    stages = read_stages(text)
    found = broken_rules(
        stages,
        target_stage(stages, delivery),
        text=text,
        delivery=delivery,
        model_arguments=arguments,
        folders=frozenset({"app", "src"}),
    )
    assert all(each.problem and each.remedy for each in found)
    return [each.rule for each in found]


def written(**changes):
    return (MODEL + IMAGE).format(**{**GOOD, **changes})


def test_a_good_dockerfile_breaks_none():
    assert broken(written()) == []


@pytest.mark.parametrize(("rule", "place", "line"), LINES)
def test_a_line_from_a_guide_meets_its_rule(rule, place, line):
    assert rule in broken(written(**{place: line}))


@pytest.mark.parametrize(("place", "line"), FINE)
def test_what_only_looks_like_it_is_fine(place, line):
    assert broken(written(**{place: line})) == []


def test_every_rule_has_a_line():
    told = {rule for rule, _, _ in LINES} | {"model-pin", "delivery"}  # the last two stand below
    source = "".join(Path(module.__file__).read_text() for module in RULES)
    assert told == set(re.findall(r'BrokenRule\(\s*"([a-z-]+)"', source))
    assert told > WAIVABLE


def test_two_stages_with_the_model_but_no_user_and_no_pin():
    """The whole image of a guide for Render: what stands in it is right, what lacks is not."""
    text = (
        "FROM python:3.11-slim as model-downloader\n"
        "COPY requirements.txt download_models.py ./\n"
        "RUN pip install -r requirements.txt\n"
        "RUN python download_models.py --model phi\n"
        "FROM python:3.11-slim\n"
        "COPY --from=model-downloader /app/models /app/models\n"
        "COPY app ./app\n"
        'CMD ["python", "app.py"]\n'
    )
    assert sorted(broken(text)) == ["model-pin", "root"]


def test_an_api_image_without_a_model():
    """The whole image of a guide for an API on Spaces."""
    text = (
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\n"
        "RUN pip install --no-cache-dir -r requirements.txt\nCOPY app.py api.py ./\n"
        'COPY src/ ./src/\nEXPOSE 8000\nCMD ["uvicorn", "api:app"]\n'
    )
    assert broken(text, "download", ()) == ["root"]


def test_a_delivery_that_is_not_the_images():
    assert broken(written(), "download") == ["delivery"]
