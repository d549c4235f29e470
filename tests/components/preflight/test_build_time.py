"""Protects the estimate of a build's time and its verdict against the limit."""

import pytest

from slipway.preflight.build_time import BuildTime, check_build_time, estimate

GB = 10**9


def test_the_default_pace_is_the_slow_end_of_what_users_report():
    assert estimate(5 * GB).download_minutes == pytest.approx(15, abs=0.2)
    assert estimate(5 * GB, bytes_per_second=8_300_000).download_minutes == pytest.approx(
        10, abs=0.1
    )


@pytest.mark.parametrize(
    ("gigabytes", "verdict"), [(5, []), (9, ["warning"]), (11.7, ["warning"]), (11.8, ["error"])]
)
def test_verdicts_at_the_default_limit(gigabytes, verdict):
    found = check_build_time("app", estimate(int(gigabytes * GB)))
    assert [each.severity.value for each in found] == verdict


def test_both_remedies_are_named_and_the_limit_can_be_set():
    time = BuildTime(download_minutes=60, other_minutes=10)
    [found] = check_build_time("app", time)
    assert "70 minutes" in found.problem
    assert "smaller model" in found.remedy
    assert "pipeline tier" in found.remedy
    assert check_build_time("app", time, limit_minutes=120) == []
