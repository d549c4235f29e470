"""Protects the checks of plans, regions and cost."""

import pytest

from components.preflight.hosting import check_cost, check_plan, check_region


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


def test_cost():
    assert check_cost("stack", ["starter", "starter"], 14) == []
    [found] = check_cost("stack", ["starter", "standard"], 14)
    assert "32 dollars" in found.problem
