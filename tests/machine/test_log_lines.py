"""Lines come out whole however the bytes were cut."""

import pytest

from sandbox.machine.containers.log_lines import LONGEST, complete_lines


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


def test_a_line_without_end_is_cut_and_what_follows_is_whole():
    endless = [b"x" * 10_000] * 100
    lines = list(complete_lines([*endless, b"\nnext\n", b"y" * LONGEST, b"\n"]))
    assert lines == ["x" * LONGEST + " [… cut]", "next", "y" * LONGEST]
