"""Protects what is alive, whatever happens in whatever order: runs that a seed makes up."""

import os

import pytest

from slipway.huggingface.hub import transport
from tests.providers.cases import KINDS, OWNERS
from tests.providers.random_run import RandomRun

SEEDS = int(os.environ.get("SLIPWAY_RANDOM_RUNS", "100"))  # 300 take ten minutes
SOON = 25  # of them for every change; a minute at most
STEPS = 10
ALIVE = [each for each in OWNERS if each != "RenderStaticSite"]  # its provider is the web service's


@pytest.mark.parametrize(
    "seed", [pytest.param(n, marks=[pytest.mark.long] if n >= SOON else []) for n in range(SEEDS)]
)
def test_nothing_of_anothers_goes_and_everybody_comes_to_rest(seed, request, monkeypatch):
    monkeypatch.setattr(transport, "RETRIES", 2)
    kind = ALIVE[seed % len(ALIVE)]
    run = RandomRun(KINDS[kind](request.getfixturevalue), seed)
    for _ in range(STEPS):
        run.step()
    run.settle()
