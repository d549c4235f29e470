"""Whatever a platform promises, no app may take the memory that the whole machine lives on."""

import os

import pytest

from sandbox.hub.spaces.hardware import FLAVORS, limits
from sandbox.machine import memory_share
from sandbox.machine.memory_share import most_memory
from sandbox.render.postgres.plans import POSTGRES_PLANS
from sandbox.render.services.plans import PLANS

GIGABYTE = 1 << 30
PROMISES = {
    **{
        f"Space on {name}": lambda each=each: limits(each).memory_bytes
        for name, each in FLAVORS.items()
    },
    **{f"service of {name}": lambda each=each: each.limits()[1] for name, each in PLANS.items()},
    **{f"database of {name}": each.memory_bytes for name, each in POSTGRES_PLANS.items()},
}


@pytest.mark.parametrize("gigabytes", [4, 1024])
@pytest.mark.parametrize("promised", PROMISES)
def test_a_quarter_of_the_machine_is_nobodys(monkeypatch, promised, gigabytes):
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": gigabytes * GIGABYTE // 4096}
    monkeypatch.setattr(memory_share.os, "sysconf", pages.__getitem__)
    assert most_memory() == gigabytes * GIGABYTE * 3 // 4
    assert 256 << 20 <= PROMISES[promised]() <= most_memory()


def test_it_is_this_machines_memory_that_counts():
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert 0 < most_memory() < pages
