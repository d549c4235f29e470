"""How a door shows its progress: one view that redraws on a terminal, lines in a file."""

import sys
from typing import TextIO

from toolchain.progress import Progress


def progress_on(stream: TextIO | None = None) -> Progress:
    """The view for a stream, stderr by default: redrawn on a terminal, lines in a file."""
    chosen = stream if stream is not None else sys.stderr
    if not chosen.isatty():
        return Progress(chosen)
    # Lines need no library that draws: commands without a terminal start sooner.
    from toolchain.live_progress import LiveProgress  # noqa: PLC0415 - see above

    return LiveProgress(chosen)
