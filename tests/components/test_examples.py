"""Protects the examples in the components' docstrings, and that a component shows its parts."""

import ast
import inspect
import os
import textwrap
from pathlib import Path

import pulumi
import pytest

import slipway
from slipway.core.component import Component
from slipway.core.secrecy.sealing import seal
from tests.components.recorder import OUTPUTS, record

COMPONENTS = [
    each
    for name in slipway.__all__
    if inspect.isclass(each := getattr(slipway, name)) and issubclass(each, Component)
]
CONFIG = {
    "acme:apiKey": "canary-of-an-example",
    "acme:packagesToken": "ghp_canary-of-an-example",
}
README = "---\nsdk: docker\napp_port: 7860\n---\n"
APP = "FROM python:3.11-slim\nUSER 1000\nEXPOSE 7860\n"
CHAT = """FROM python:3.11-slim AS model
ARG MODEL_REPO
ARG MODEL_REVISION
ARG MODEL_FILE
ADD https://localhost/${MODEL_REPO}/${MODEL_REVISION}/${MODEL_FILE} /model/

FROM python:3.11-slim AS baked
COPY --from=model /model /model
USER 1000
"""


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    """A folder with what the examples speak of, and an account on each platform."""
    for path, text in {
        "app/README.md": README,
        "app/Dockerfile": APP,
        "model/weights.txt": "weights",
        "chat/Dockerfile": CHAT,
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "SLIPWAY_"))]:
        monkeypatch.delenv(name)
    for name in ("HF_TOKEN", "RENDER_API_KEY", "GITHUB_TOKEN"):
        monkeypatch.setenv(name, "canary-of-a-token")
    monkeypatch.setenv("SLIPWAY_REGISTRY", "localhost:1/acme")
    url = seal("canary-of-a-token", "postgresql://canary-of-an-example")
    for kind, outputs in {
        "github:SealedSecret": {"encrypted": "only-github-opens-it", "key_id": "42"},
        "render:PostgresReady": {"internal_url": url, "external_url": url},
        "docker:ImageFacts": {"size_bytes": 2, "model_layer": "", "model_layer_bytes": 1},
    }.items():
        monkeypatch.setitem(OUTPUTS, f"pulumi-python:dynamic/{kind}", outputs)


def example_of(component):
    """The indented lines of its docstring."""
    lines = inspect.getdoc(component).splitlines()
    return textwrap.dedent("\n".join(each for each in lines if each[:1] in {"", " "}))


def test_the_example_that_newcomers_are_shown_is_one_of_these():
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("```python\n")[2].partition("```")[0]
    wanted = f"import pulumi\n{example_of(slipway.Space)}"
    assert ast.dump(ast.parse(shown)) == ast.dump(ast.parse(wanted))


def test_there_are_components_to_look_at():
    assert len(COMPONENTS) >= 12


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda each: each.__name__)
def test_the_example_of_a_component_declares_it_and_its_nodes(component):
    program = example_of(component)
    assert "from slipway import" in program
    made = {}

    def run():
        names = {"pulumi": pulumi}
        exec(compile(program, component.__name__, "exec"), names)  # noqa: S102 - our own docstring
        made.update({key: each for key, each in names.items() if isinstance(each, Component)})

    seen = record(run, CONFIG, tuple(CONFIG))
    declared = [each for each in seen.resources.values() if each.type.startswith("slipway:")]
    mine = [each for each in declared if each.type.endswith(f":{component.__name__}")]
    assert mine
    for each in made.values():
        own = each.pulumi_resource_name
        children = {
            one.name.removeprefix(f"{own}-") for one in seen.resources.values() if one.parent == own
        }
        assert set(each.nodes) == children != set()
        for name, node in each.nodes.items():
            assert isinstance(node, pulumi.Resource)
            assert node.pulumi_resource_name.removeprefix(f"{own}-") == name
