"""Starts the stand-in that the first argument names; see `launchers`."""

import sys
from importlib import import_module
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])  # the checkout, wherever pulumi runs
try:
    from toolchain.standins.plugin import serve
except ImportError as error:
    sys.exit(
        f"pulumi-resource-{sys.argv[1]}: {sys.executable} lacks what the sandbox needs ({error})."
        " Set SLIPWAY_PYTHON to the Python of the project's .venv."
    )

serve(import_module(f"toolchain.standins.{sys.argv[1]}").PLUGIN, sys.argv[2:])
