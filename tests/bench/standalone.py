"""Measures the sandbox's wheel alone, without a container engine, and prints a table.

python -m tests.bench.standalone [--runs 5]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.table import Row, show
from tests.sandbox.standalone.installed import Installed

IDLE_SECONDS = 3.0  # after its first answer, until its memory is looked at


def measure(runs: int) -> list[Row]:
    """Starts it in a new home, lets it rest, and resets it while it runs, as often as asked."""
    starts, memory, resets = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        installed = Installed(Path(folder))
        for _ in range(runs):
            installed.serve()
            starts.append(installed.first_answer)
            time.sleep(IDLE_SECONDS)
            memory.append(installed.resident_mebibytes())
            began = time.monotonic()
            installed.command("reset")
            resets.append(time.monotonic() - began)
            assert not installed.home.exists()
    return [
        Row("start of the program to the first answered call", starts, "{:.1f} s"),
        Row(f"resident memory, idle for {IDLE_SECONDS:.0f} s", memory, "{:.0f} MiB"),
        Row("reset while it runs", resets, "{:.1f} s"),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args(arguments).runs
    show(f"slipway-sandbox serve --no-containers, {runs} new homes", measure(runs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
