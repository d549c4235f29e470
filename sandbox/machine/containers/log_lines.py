"""Cuts a stream of bytes into lines."""

from collections.abc import Iterable, Iterator

LONGEST = 16 * 1024  # bytes of a line that are kept; a Docker engine hands out pieces of that size
_CUT = " [… cut]"


def complete_lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Joins what was cut in transit and splits at line ends; the last line may lack its own.

    Bytes that are no UTF-8 become replacement characters: a log is shown, not parsed. What a line
    has beyond `LONGEST` is dropped, and the line says so: pieces of it could show parts of a value
    that is masked as a whole, and a program that never ends its line would fill the memory.
    """
    pending = b""
    for chunk in chunks:
        *lines, rest = chunk.split(b"\n")
        for line in lines:
            yield _text(pending + line)
            pending = b""
        pending = (pending + rest)[: LONGEST + 1]  # one more, by which a cut one is known
    if pending:
        yield _text(pending)


def _text(line: bytes) -> str:
    line = line.rstrip(b"\r")
    text = line[:LONGEST].decode("utf-8", errors="replace")
    return f"{text}{_CUT}" if len(line) > LONGEST else text
