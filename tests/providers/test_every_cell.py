"""Protects the contract suite's table: every row of what may happen, against every resource.

A cell is a test that has the resource as its parameter, or a reason why there is nothing to test. A
new resource, or a test that leaves one out, shows here.
"""

import inspect
import re
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from pulumi.dynamic import Resource

from slipway.core import lineage
from slipway.docker_host import resources as docker_host
from slipway.github import resources as github
from slipway.huggingface import resources as huggingface
from slipway.images import resources as images
from slipway.render import resources as render
from tests.providers import test_contract, test_killed_endings, test_ownership, test_rows
from tests.providers.cases import HUB_OWNERS, KINDS, OWNERS

OWNED, EVERY = set(OWNERS), set(KINDS)
ON_RENDER = OWNED - set(HUB_OWNERS)
# Row -> (test, the resources it is asked with)
ROWS = {
    # A component below another has another URN, as after a rename; with the real engine:
    # `tests/faults/test_living_objects.py`.
    "rename, re-parent": [("test_a_renamed_component_keeps_what_is_alive", OWNED)],
    "second stack": [("test_another_state_is_refused_and_told_whose_it_is", OWNED)],
    "second backend": [("test_another_state_is_refused_and_told_whose_it_is", OWNED)],
    "stack rename": [("test_a_renamed_stack_changes_nothing_and_still_owns", OWNED)],
    "adopt": [("test_the_first_stack_does_not_take_back_what_was_adopted", OWNED)],
    "rotate": [("test_a_rotated_token_writes_nothing_and_goes_on", EVERY)],
    "set, then unset": [
        ("test_what_is_taken_away_is_gone", OWNED - {"RenderRegistryCredential"}),
        ("test_an_update_leaves_the_platform_as_declared", OWNED),
    ],
    "destroy of one of two": [("test_what_another_state_adopted_outlives_the_first_one", OWNED)],
    "killed: create": [("test_a_create_that_died_at_any_of_its_calls", OWNED)],
    "killed: update": [("test_an_update_that_died_at_any_of_its_calls", OWNED)],
    "killed: replace": [
        ("test_a_replacement_that_died_is_ended_by_the_next", ON_RENDER),
        ("test_a_move_that_died_is_ended_by_the_next", set(HUB_OWNERS)),  # they are never replaced
    ],
    "killed: delete": [("test_a_delete_that_died_is_ended_by_the_next", OWNED)],
}
NOT_OWNED = {  # nothing of theirs can be renamed, adopted, taken over or deleted
    "SpaceReady": "waits for a Space",
    "RenderPostgresReady": "waits for a database",
    "RenderDeploy": "begins a deploy of a service and waits for it",
    "RenderEnvWiring": "writes variables of a service: tests/providers/test_render_env_wiring.py",
}
ELSEWHERE = {  # resources that are no case of the suite
    "Lineage": "a value in the state alone: tests/components/test_stack.py",
    "TrialRun": "a container of one run: tests/components/docker/test_trial.py",
    "ImageFacts": "reads a registry: tests/components/docker/test_registry_client.py",
    "Claim": "says whose a repository is: tests/components/github/test_providers.py",
    "SealedSecret": "a secret of a repository: tests/components/github/test_providers.py",
    "GeneratedKey": "a value in the state alone: tests/components/github/test_drawn_key.py",
}


MODULES = (test_contract, test_ownership, test_rows, test_killed_endings)


def resources_of(module, test):
    """The resources that a test is asked with: by its marks, or by the fixtures of its module."""
    found = set()
    for name in inspect.signature(test).parameters:
        if name == "postgres":
            found.add("RenderPostgres")
        elif name in ("owner", "case"):
            found.update(getattr(module, name)._fixture_function_marker.params)
    for mark in getattr(test, "pytestmark", ()):
        for each in mark.args[1] if mark.name == "parametrize" else ():
            values = each.values if isinstance(each, ParameterSet) else (each,)
            found |= EVERY.intersection(map(str, values))
    return found


@pytest.mark.parametrize("row", ROWS)
def test_no_cell_is_missing(row):
    asked = set()
    for begin, wanted in ROWS[row]:
        (found,) = [
            resources_of(module, test)
            for module in MODULES
            for name, test in vars(module).items()
            if name.startswith(begin)
        ]
        assert wanted <= found, begin
        asked |= found
    assert asked | set(NOT_OWNED) >= EVERY


def test_no_cell_is_skipped():
    for module in MODULES:
        assert not re.search(r"\b(skip|skipif|xfail)\b", inspect.getsource(module)), module


def test_every_resource_of_the_components_is_in_the_suite_or_tested_elsewhere():
    modules = (lineage, docker_host, github, huggingface, images, render)
    declared = {
        name.removesuffix("Resource")
        for module in modules
        for name, each in vars(module).items()
        if isinstance(each, type)
        and issubclass(each, Resource)
        and each.__module__ == module.__name__
    }
    named = {kind.removeprefix("Render") for kind in KINDS}
    assert declared == named | set(ELSEWHERE)
    for why in [*ELSEWHERE.values(), NOT_OWNED["RenderEnvWiring"]]:
        assert (Path(__file__).parents[2] / why.split(": ")[1]).is_file(), why
