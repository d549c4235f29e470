"""Lines come out whole however the bytes were cut."""

import pytest

from sandbox.apps.log_lines import complete_lines


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        ([], []),
        ([b"one\ntwo\n"], ["one", "two"]),
        ([b"o", b"ne\nt", b"wo"], ["one", "two"]),
        ([b"gr\xc3", b"\xbcn\n"], ["grün"]),
        ([b"\xff\r\n\n"], ["\ufffd", ""]),
    ],
)
def test_lines(chunks, lines):
    assert list(complete_lines(chunks)) == lines
