"""Measures what a model stage and a model in the image save, and prints tables of ratios.

python -m tests.bench [--megabytes 64 512] [--delivered-megabytes 64] [--runs 5]
"""

import argparse
import sys
from collections.abc import Sequence

from tests.bench import model_delivery, model_image


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--megabytes", type=int, nargs="*", default=[64, 512], help="sizes of built-in weights"
    )
    parser.add_argument(
        "--delivered-megabytes", type=int, nargs="*", default=[64], help="sizes of a started model"
    )
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args(arguments)
    for megabytes in options.megabytes:
        model_image.measure(megabytes, options.runs)
    for megabytes in options.delivered_megabytes:
        model_delivery.measure(megabytes, options.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
