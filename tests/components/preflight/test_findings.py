"""Protects what is done with findings: errors stop, all at once; warnings are handed back."""

import pytest

from slipway.core.findings import error, gather, note, refuse_errors, warning
from slipway.errors import ConfigError


def test_errors_stop_and_all_are_said():
    found = [
        error("app", "it is big", "Shrink it"),
        warning("b", "odd", "Look"),
        error("c", "x", "y"),
    ]
    with pytest.raises(ConfigError) as refusal:
        refuse_errors(found)
    assert "app: it is big. Shrink it." in str(refusal.value)
    assert "c: x. y." in str(refusal.value)
    assert "odd" not in str(refusal.value)


def test_warnings_are_given_back():
    found = [warning("b", "odd", "Look")]
    assert refuse_errors(iter(found)) == found
    assert refuse_errors([]) == []


def test_a_check_that_refuses_is_one_finding_and_stops_no_other():
    def refusing():
        yield warning("b", "odd", "Look")
        raise ConfigError("Image x: it has no Dockerfile. Add one.")

    found = gather("stack", refusing, lambda: [note("c", "it costs 7 dollars")])
    assert [str(each) for each in found] == [
        "b: odd. Look.",
        "stack: Image x: it has no Dockerfile. Add one.",
        "c: it costs 7 dollars.",
    ]
    assert [each.severity.value for each in found] == ["warning", "error", "note"]
