"""Protects the estimates of memory and disk against what was measured."""

import pytest

from slipway.core.findings import Severity
from slipway.preflight.sizes import MIB, check_disk, check_memory, memory_needed

GB = 10**9
MEASURED = [  # file, context, repacked, resident MB of llama.cpp with phi-2's dimensions
    (1.71, 1024, True, 3131),
    (1.71, 1024, False, 2006),
    (1.71, 2048, False, 2326),
    (1.08, 512, False, 1243),
    (1.08, 1024, True, 1628),
    (2.96, 1024, False, 3195),
]


@pytest.mark.parametrize(("size", "context", "repacked", "resident"), MEASURED)
def test_the_estimate_is_never_below_what_was_measured_nor_half_above(
    size, context, repacked, resident
):
    needed = memory_needed(int(size * GB), context_tokens=context, repacked=repacked) / MIB
    assert resident <= needed <= 1.5 * resident


@pytest.mark.parametrize(
    ("size", "memory_mb", "verdict"),
    [
        (1.74, 512, "error"),  # phi-2 never fits there
        (1.74, 2048, "error"),
        (1.74, 4096, None),
        (2.96, 4096, None),
        (5.56, 4096, "error"),
    ],
)
def test_verdicts(size, memory_mb, verdict):
    found = check_memory("app", memory_needed(int(size * GB)), "p", memory_mb)
    assert [each.severity.value for each in found] == ([verdict] if verdict else [])


def test_a_small_model_fits_the_smallest_plan():
    needed = memory_needed(41_000_000, token_bytes=2 * 2 * 8 * 256)
    assert check_memory("app", needed, "starter", 512) == []


def test_a_memory_error_names_plan_sizes_and_both_remedies():
    [found] = check_memory("app", 3000 * MIB, "starter", 512)
    assert found.severity is Severity.ERROR
    assert "3000 MB" in str(found)
    assert "starter has 512 MB" in str(found)
    assert "smaller model" in found.remedy
    assert "plan with more memory" in found.remedy


def test_the_borders_of_memory():
    assert check_memory("a", 850 * MIB, "p", 1000) == []
    assert [f.severity for f in check_memory("a", 851 * MIB, "p", 1000)] == [Severity.WARNING]
    assert [f.severity for f in check_memory("a", 1000 * MIB, "p", 1000)] == [Severity.WARNING]
    assert [f.severity for f in check_memory("a", 1000 * MIB + 1, "p", 1000)] == [Severity.ERROR]


def test_disk():
    assert check_disk("a", 5 * GB, 6 * GB) == []
    assert check_disk("a", 5 * GB, 6 * GB, rest_bytes=1 * GB) == []
    [found] = check_disk("a", 5 * GB, 6 * GB, rest_bytes=1 * GB + 1)
    assert found.severity is Severity.ERROR
    assert "instance with more storage" in found.remedy
