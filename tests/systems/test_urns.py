"""The name that a resource has once is its name for good: another is another resource.

`urns/STACK.txt` holds the names that were released. A line may only go from there where the new
resource says the old one as its alias, or where it is meant to be deleted in every stack.
"""

import pytest

from systems import SYSTEMS
from tests.components.recorder import OUTPUTS, record
from tests.systems.conftest import CHECKOUT
from tests.systems.raising import raise_system

DIGEST = "sha256:" + "c" * 64
GIVEN = (
    "SYMPTOMS_API_KEY",
    "TURNOVER_API_KEY",
    "RETRAINING_API_KEY",
    "SLIPWAY_API_KEY",
    "RENDER_DEPLOY_HOOK_KEY",
)


@pytest.fixture
def urns(stack_values, tmp_path, monkeypatch):
    (tmp_path / "app").symlink_to(CHECKOUT / "app")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLIPWAY_REGISTRY", "registry.example/me")
    monkeypatch.setenv("RENDER_API_KEY", "rnd_canary")
    for name in GIVEN:
        monkeypatch.setenv(name, "givenKey")
    image = {"ref": f"registry.example/me/frigo/x:tag@{DIGEST}", "digest": DIGEST}
    monkeypatch.setitem(OUTPUTS, "docker-build:index:Image", image)
    facts = {"size_bytes": 5.0, "model_layer": "sha256:d", "model_layer_bytes": 3.0}
    monkeypatch.setitem(OUTPUTS, "pulumi-python:dynamic/docker:ImageFacts", facts)

    def declared(stack):
        def program():
            return {name: dict(raise_system(name)) for name in SYSTEMS}

        made = record(program, stack_values(stack), stack=stack).resources.values()
        return {each.urn for each in made}

    return declared


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_every_resource_of_the_stacks_has_the_name_it_was_released_with(urns, stack):
    released = (CHECKOUT / "tests" / "systems" / "urns" / f"{stack}.txt").read_text().splitlines()
    declared = urns(stack)
    assert sorted(set(released) - declared) == [], "gone from the program"
    assert sorted(declared - set(released)) == [], "add them to the list"
