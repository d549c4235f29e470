"""What a program prints, as a stream of pieces in the order in which they came."""

import queue
import subprocess
import threading
from collections.abc import Iterator
from typing import IO, Literal, NamedTuple

_PIECE_BYTES = 65536


class Chunk(NamedTuple):
    """Some bytes of one of a program's two streams."""

    stream: Literal["stdout", "stderr"]
    data: bytes


def stream_output(program: subprocess.Popen[bytes]) -> Iterator[Chunk]:
    """Yields what a program with piped output prints, until it closed both streams."""
    chunks: queue.SimpleQueue[Chunk | None] = queue.SimpleQueue()

    def pump(name: Literal["stdout", "stderr"], source: IO[bytes] | None) -> None:
        if source is not None:
            # read1: a line must arrive when it was written, not when 64 KiB have come together
            while data := source.read1(_PIECE_BYTES):  # type: ignore[attr-defined]
                chunks.put(Chunk(name, data))
        chunks.put(None)

    threading.Thread(target=pump, args=("stdout", program.stdout), daemon=True).start()
    threading.Thread(target=pump, args=("stderr", program.stderr), daemon=True).start()
    for _ in range(2):
        yield from iter(chunks.get, None)
