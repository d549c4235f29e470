"""Cuts a stream of bytes into lines."""

from collections.abc import Iterable, Iterator


def complete_lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Joins what was cut in transit and splits at line ends; the last line may lack its own.

    Bytes that are no UTF-8 become replacement characters: a log is shown, not parsed.
    """
    pending = b""
    for chunk in chunks:
        *lines, pending = (pending + chunk).split(b"\n")
        for line in lines:
            yield _text(line)
    if pending:
        yield _text(pending)


def _text(line: bytes) -> str:
    return line.rstrip(b"\r").decode("utf-8", errors="replace")
