"""Protects the checks of plans, regions and cost."""

import pytest
from huggingface_hub import SpaceHardware

from sandbox.hub.spaces.hardware import FLAVORS
from slipway.huggingface.space.hardware import HARDWARE
from slipway.preflight.hosting import (
    check_plan,
    check_region,
    note_hardware_price,
    note_price,
)


@pytest.mark.parametrize("plan", ["free", "starter", "standard", "pro_plus"])
def test_an_id_of_the_host_is_fine(plan):
    assert check_plan("app", plan) == []


def test_a_label_is_read_and_its_meaning_is_said():
    [found] = check_plan("app", "Standard (0.5 CPU, 512MB RAM)")
    assert found.severity.value == "warning"
    assert "'starter'" in found.problem
    assert "7 dollars a month" in found.problem


def test_an_unknown_plan_is_an_error_that_lists_the_offers():
    [found] = check_plan("app", "Premium 50GB")
    assert found.severity.value == "error"
    assert "starter (0.5 CPU, 512 MB)" in found.problem
    assert "2026" in found.remedy


def test_regions():
    assert check_region("app", "frankfurt") == []
    [found] = check_region("app", "mars")
    assert "oregon" in found.remedy


def test_prices_are_said_where_the_list_knows_them():
    [found] = note_price("app", ["starter", "starter", "pro"])
    assert found.severity.value == "note"
    assert "2 on starter: 14 dollars a month" in found.problem
    assert "1 on pro: price not known" in found.problem
    [found] = note_hardware_price("app", "cpu-upgrade")
    assert "0.03 dollars an hour" in found.problem
    [found] = note_hardware_price("app", "l40sx8")
    assert "price not known" in found.problem


def test_a_label_for_a_plan_without_a_known_price_says_so():
    [found] = check_plan("app", "Pro")
    assert "price not known" in found.problem


def test_the_hardware_is_hugging_faces_and_agrees_with_the_sandbox():
    """Two lists, taken from the vendor's pages by different hands."""
    assert set(HARDWARE) <= {each.value for each in SpaceHardware}
    for name, hardware in HARDWARE.items():
        flavor = FLAVORS[name]
        assert (hardware.memory_mb, hardware.dollars_an_hour) == (
            flavor.memory_gb * 1024,
            flavor.hourly_usd,
        )
