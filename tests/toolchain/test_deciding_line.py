"""Logs of programs that really failed, each with the line of it that a person has to read."""

from pathlib import Path

import pytest

from toolchain.deciding_line import decide, deciding_line

LOGS = sorted(Path(__file__).with_name("failed_logs").glob("*.log"))


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_the_line_that_says_why(log):
    assert decide(log.read_text()) == log.with_suffix(".why").read_text().strip()


def test_a_log_without_a_line_decides_nothing(tmp_path):
    assert decide("") is None
    assert decide("$ true\n") is None
    assert deciding_line(tmp_path / "absent") is None


def test_of_a_large_log_only_the_end_is_read(tmp_path):
    log = tmp_path / "log"
    log.write_text("error: long ago\n" + "x\n" * 500_000 + "E: at last\n")
    assert deciding_line(log) == "E: at last"
