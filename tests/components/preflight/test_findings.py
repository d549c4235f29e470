"""Protects what is done with findings: errors stop, all at once; warnings are handed back."""

import pytest

from components.errors import ConfigError
from components.preflight.findings import error, refuse_errors, warning


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
